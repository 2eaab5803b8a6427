// Package driver is the interface between edo and the outside: clock, randomness,
// waiting, the choice of the next task, and the network operations themselves.
//
// There are two drivers: the real one, which takes its readiness from package
// internal/poller, and the simulated one. All time, random numbers and descriptors in edo
// come from the driver, so a program on the simulated driver is a function of its seed.
//
// The driver also keeps the tasks that wait on a connection or a listener. No package
// above it has a list of them.
package driver
