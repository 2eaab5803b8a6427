// Package twin rewrites Go programs that know nothing of edo, so that they wait nearly
// everywhere and do the same: the test programs of the Go tool chain become tests of edo's
// compiler.
//
// # What is rewritten
//
// Every declared function and method f gets a twin f_task0, which takes a Task first. In a
// twin
//
//   - a Yield stands before each statement,
//   - every third operand that is no constant passes through a function that waits and
//     returns it,
//   - a call of a function that has a twin is a call of the twin,
//   - a function literal that is called where it stands takes the Task as well.
//
// The originals stay. Code that has no Task calls those: other function literals, methods
// that are called through interfaces, function values, deferred calls, goroutines, init and
// the initialisers of variables. So nothing changes its type, and a program may hand its
// functions to any library. [Rewrite] returns which calls stay plain, and why.
//
// An operand that waits is a call, and Go leaves open whether a variable beside a call is
// read before or after it. So a rewritten program may do something else than the original.
// It is compared with itself, built three times; the original is compared as well, and
// where it differs, the list of the programs says so.
package twin
