// Package timer waits for instants: [Sleep] once, [Interval] again and again. [Timeout]
// gives a function a time limit, and [Limiter] lets so much happen in a time.
//
// Timers belong to the clock of the runtime, which is virtual in the simulator.
// They are good to a millisecond, rounded up: never early, and late by what the
// scheduler needs to come to them. An armed timer costs 16 bytes in its worker's
// wheel, beside the future that waits, and no goroutine.
//
//	for at, err := range stream.All(task, timer.NewInterval(time.Second)) {
//		fmt.Println("tick", at)
//	}
//
// What is over at once, such as a Sleep of 0, takes from the budget of its task: a loop of
// those gives way to the other tasks.
//
// A plain goroutine that waits is better off with package time. A future gets a time limit
// from future.Timeout, a scope from [edo.ScopeTimeout].
package timer
