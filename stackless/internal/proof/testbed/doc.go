// Package testbed is a Go module in a folder of its own, in which a program is built three
// times from the same text:
//
//   - [Plain]: no task waits. A small module stands for edo, in which a wait does nothing, so
//     that the program is what the Go compiler makes of ordinary functions.
//   - [Coroutine]: by go build, with edo. Every wait is one, on a coroutine.
//   - [Lowered]: by edo build.
//
// The three must do the same. Where the first two differ the program is at fault, and says
// nothing about the compiler: it depends on time, or on what Go leaves open.
package testbed
