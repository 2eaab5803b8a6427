// Package traces compares what the simulator does for edo's own programs in the coroutine
// build and lowered, event by event.
//
// It tests the examples in a copy of the repository, whose simulated driver writes down each
// poll, each choice of a task, each random number and the time of each. The tests run every
// example under a thousand seeds; for each run of a simulation there is one trace. The two
// builds must give the same traces.
package traces
