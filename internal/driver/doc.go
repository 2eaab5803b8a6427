// Package driver is the seam between edo and the outside: clock, randomness,
// waiting, the choice of what runs next, and the network operations themselves.
//
// There are two drivers, the real one (package internal/poller brings its
// readiness) and the simulated one. No other code of edo asks for the time, a
// random number or a descriptor, so that a program on the simulated driver is a
// function of its seed.
package driver
