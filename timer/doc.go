// Package timer waits for instants: [Sleep] once, [Interval] again and again.
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
// A plain goroutine that waits is better off with package time.
package timer
