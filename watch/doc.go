// Package watch is a channel for the latest value: settings, a state, a progress. Many
// senders change it, many receivers see it, and a receiver may miss values that were
// replaced before it looked.
//
// [New] makes a channel with a first value, which counts as seen. Each receiver has seen the
// current value or has not: [Receiver.Changed] waits for a value that it has not seen, and
// [Receiver.Borrow] reads the value without marking it as seen. The channel is at its end
// when all senders are closed; the last value stays.
//
//	tx, rx := watch.New(config)
//	edo.Go(task, func(task *edo.Task) error {
//		for {
//			if err := rx.Changed(task); err != nil {
//				return err
//			}
//			use(rx.BorrowAndUpdate())
//		}
//	}, edo.Owns(rx))
//	tx.Send(another)
//
// A [Receiver] is also an [edo.Stream] of the values that it has not seen, without those that
// were replaced before it looked. To begin with the current value, call
// [Receiver.MarkChanged] first.
//
// # Three faces
//
//	        change                    value that suits            no receivers left
//	direct  [Receiver.Changed]        [Receiver.WaitFor]          [Sender.Closed]
//	poll    [Receiver.PollChanged],   [Receiver.PollWaitFor]      [Sender.PollClosed]
//	        [Receiver.PollNext]
//	future  [Receiver.ChangedFuture]  [Receiver.WaitForFuture]    [Sender.ClosedFuture]
//
// Methods that send, and methods that only read, never wait for a task, and work from any
// goroutine.
//
// # Order
//
// The values have one order, and a receiver never goes back in it. A send happens before a
// receiver sees its value, or a later one: before the return of the method that shows it,
// and before the call of a predicate with it.
//
// # Ownership
//
// A value is copied, as by assignment, under the lock of the channel: by a send, by each
// receiver that reads it, and by each modification. So it should be small, or a pointer to
// data that does not change any more. All receivers share the data that a value points to.
// So a value has no owner, and edo never drops it, not even when it is an [edo.Dropper]. A
// value that Send refuses still belongs to the caller, and the value that
// [Sender.SendReplace] returns is in the channel no longer.
//
// The owner of a [Sender] closes or drops it; otherwise the receivers wait for ever. Unlike
// in package mpsc, the garbage collector does not close it. The owner of a [Receiver] drops
// it, so that senders learn when there are no receivers.
//
// # Cost
//
// To send, or to read the value, takes some 15 ns without contention: the same time as with
// a mutex and a condition, and for ten receivers 0.4 times the time of a slice of Go channels
// of length 1. A modification takes three times as long.
//
// Tasks that wait are woken outside the lock. A send that wakes 1,000 receivers takes, until
// all have seen the value, half the time of the condition, or of a slice of channels, with as
// many goroutines; for ten receivers it takes 0.7 of that time, for one the same. None of
// this allocates. To make a sender takes about 0.25 µs: it remembers where it was made, for
// reports.
//
// # When not to use it
//
// When every value counts, there is package broadcast for several receivers, and mpsc for
// one. For a value that is only read now and then, and that no task waits for,
// [sync/atomic.Pointer] is enough.
package watch
