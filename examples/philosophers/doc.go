// Philosophers is the dinner of Dijkstra: each needs the forks on both sides, and all may starve.
//
//	go run ./examples/philosophers
//
// # The bug
//
// Each philosopher takes the left fork, and then the right one. When each has taken the left fork
// before any has taken the right one, all wait for ever. A clock on the wall ticks on: the program
// as a whole does not stand still, and neither a runtime nor a test that waits for it can tell that
// it is stuck. The simulator asks tasks now and then what they wait for, and finds those that wait
// for each other: the error has the circle, with the fork that each waits for and the one that holds
// it.
//
// # The fix
//
// The forks have numbers, and each philosopher takes the one with the lower number first. Then there
// is no circle, because along a circle the numbers would rise for ever.
package main
