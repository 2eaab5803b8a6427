// Package goroot runs the test programs of the Go tool chain as programs of edo: package
// twin makes them wait nearly everywhere, and they are built plainly, with coroutines, and
// lowered. The original is run too.
//
// The result is a list with a line for each file, which says that the program runs and how
// much of it waits, or why it is refused. The list is committed, and a test compares it:
// a program that was run cannot be lost unseen.
package goroot
