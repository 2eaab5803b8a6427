// Package chaos explores small concurrent programs in the simulator while tasks
// are aborted at random. Only tests import it.
//
// A program is a function that spawns tasks in a [World]. [Explore] runs it under
// many seeds. The seed decides in which order the tasks are polled, which numbers
// [World.Rand] draws, and which tasks are aborted: before each poll, and whenever no task is
// runnable, one of the tasks that still live may be aborted, whether it waits, has just been
// granted what it waited for, or has not yet run. How often differs from seed to seed:
// never in one of eight, once or twice in some, at every other poll in others.
//
//	func TestNothingIsLostWhenTasksAreAborted(t *testing.T) {
//		chaos.Explore(t, 300, func(w *chaos.World) {
//			tx, rx := mpsc.New[*chaos.Value](2)
//			for i := range 3 {
//				tx, name := tx.Clone(), fmt.Sprint("sender ", i)
//				w.Go(name, func(task *edo.Task) error {
//					for range 4 {
//						v := w.Ledger.New(name)
//						if err := tx.Send(task, v); err != nil {
//							v.Kept() // not accepted: still the sender's
//							return err
//						}
//					}
//					return nil
//				}, edo.Owns(tx)) // it may be aborted before it runs
//			}
//			tx.Close()
//			w.Steady("receiver", func(task *edo.Task) error {
//				for v, err := range stream.All(task, rx) {
//					if err != nil {
//						return err
//					}
//					v.Received()
//				}
//				return nil
//			})
//		})
//	}
//
// # What is required of each run
//
//   - It ends. When no task can ever run again, that is found at once, and the error
//     names the tasks that wait: one of them was not woken.
//   - No task that is not joined ends with an error or a panic, other than the
//     cancellation of an aborted one.
//   - The [Ledger] is even: every value was received, or stayed with its sender, or
//     was dropped, and only one of these, once.
//   - Every [Room] was left as often as it was entered, and was never too full.
//   - The functions given to [World.Check] return nil.
//
// # Seeds
//
// A test names how many seeds the suite explores, some hundreds. With the race
// detector, or the tag invariants, a quarter of them run. More, and others than those:
//
//	EDO_SEEDS=10000 go test ./mpsc -run Abort     so many seeds
//	EDO_SEED=4711 go test ./mpsc -run Abort -v    this seed alone, with a log
//
// A failure prints the second form. With EDO_SEED each abort, and each text of [World.Logf],
// is logged.
//
// # Cost
//
// A run of seven tasks and thirty polls costs some 40 µs: 10,000 seeds of it take less
// than half a second, and with the race detector some five seconds.
//
// # When not to use it
//
// As in package sim, the inside of a poll is not interleaved. A program that depends on the
// world outside of the simulation is not a function of the seed.
package chaos
