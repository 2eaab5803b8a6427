// Package trial runs the examples for their tests: in a simulation, where a seed
// decides what happens; on several workers with real sockets, where a test checks
// what must hold whatever happens; and as processes.
package trial
