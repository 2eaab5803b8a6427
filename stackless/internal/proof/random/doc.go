// Package random writes Go programs that wait, from seeds.
//
// # Model
//
// [Generate] is a function of its seed. A program is one file of a package: a few
// functions, methods and types whose names begin with the name of the program, so that
// hundreds of programs lie in one package and are compiled together. Each of them takes
// a Task and a recorder (package trace of the testbed), to which it reports values as it
// goes. What it reports is its whole behaviour: two builds of a program are the same when
// their reports are.
//
// Programs are well typed by construction: an expression is asked for by its type, and
// takes its operands from the variables in scope. They end: loops count to small numbers,
// and every function returns at its entry once the recorder has had enough. They are
// determinate: no map of several keys is ranged over in an order that shows, and no address
// is reported. Several tasks share what they capture; the simulator runs them in an order
// that depends on its seed alone.
//
// Many values pass through the recorder, which changes some of them in other runs: a program
// that is built once takes many ways. Building is what a program costs: most are short, and
// few spawn a frame where it stands, which the Go compiler instantiates sixty functions for.
//
// # Waits
//
// A wait stands where the seed puts it: as a statement, as an operand of an expression
// nested in others, in an index of the left side, in a condition, in the operand of a
// switch, three calls deep. Where a literal may not wait, because it is called by code
// that has no Task, none is put.
package random
