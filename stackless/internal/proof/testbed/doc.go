// Package testbed is a Go module in a folder of its own, in which a program is built three
// times from the same text:
//
//   - [Plain]: no task waits. A small module stands for edo, in which a wait does nothing, so
//     that the program is what the Go compiler makes of ordinary functions.
//   - [Coroutine]: by go build, with edo. Every wait is one, on a coroutine.
//   - [Lowered]: by edo build.
//
// The three must do the same. Where the first two differ the program is at fault, and says
// nothing about the compiler: it depends on time, or on what Go leaves open. Programs that use
// more of edo than the small module has are built in the other two ways.
//
// A command has hundreds of programs, which run one after the other in its process, each many
// times in a simulation. What the run of one records, the errors that no task awaits, and the
// choices of the scheduler are printed as sums. A run that ends the process, or does not end
// within twenty seconds, is a result as well; the next program then runs in another process.
package testbed
