// Package timer waits for instants: [Sleep] once, [Interval] again and again. [Timeout]
// gives a function a time limit, and [Limiter] limits how often something happens. A
// [DelayQueue] holds many values, each until its deadline.
//
// Timers belong to the clock of the runtime, which is virtual in the simulator.
// They are accurate to a millisecond, rounded up: never early, and late by the time that
// the scheduler needs to reach them. An armed timer costs 16 bytes in its worker's
// wheel, beside the future that waits, and no goroutine.
//
//	for at, err := range stream.All(task, timer.NewInterval(time.Second)) {
//		fmt.Println("tick", at)
//	}
//
// An operation that ends at once, such as a Sleep of 0, uses the budget of its task: a loop
// of such operations gives way to the other tasks.
//
// Times of the calendar ("at six on weekdays") are those of module timer/cron.
//
// A plain goroutine that waits should use package time. A future gets its time limit
// from future.Timeout, a scope from [scope.Timeout].
package timer
