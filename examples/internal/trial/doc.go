// Package trial runs the examples for their tests: in a simulation, where a seed
// decides the order; on several workers with real sockets, where a test checks the
// properties that hold in every order; and as processes.
package trial
