// Package hunt is edo hunt: it runs one test of a simulation under as many seeds as it can in a
// time, on all cores, and keeps the smallest schedule of each kind of failure where the test
// replays it.
//
// The test calls sim.Explore. The command builds the test binary and runs it several times at
// once, with environment variables that make Explore hunt: each process has its own share of the
// seeds, and writes what it finds, and how far it is, to files of a directory of its own.
package hunt
