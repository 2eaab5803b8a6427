// Package survey asks tasks what they wait for, and finds those that can never go on.
//
//   - [Take] asks all tasks of a runtime: the snapshot of a report.
//   - [Watch] looks from time to time for islands: tasks that wait for each other, while other
//     tasks go on.
//   - [NameOfWaiter] asks one task whether it waits for a certain leaf. So the second waiter
//     of a leaf learns the name of the first.
//
// A task is asked by a poll without a budget, on another goroutine: see ask.go. That takes one
// to three microseconds for each task. A primitive pays nothing for it while no report asks.
package survey
