// Package watch is a channel for the latest value: settings, a state, a progress. Many
// senders change it, many receivers see it, and nobody sees every value.
//
// [New] makes a channel with a first value, which counts as seen. A receiver has seen
// a value or has not: [Receiver.Changed] waits for one that it has not, and
// [Receiver.Borrow] looks without marking it as seen. The channel is over when all
// senders are closed; the last value stays.
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
// A [Receiver] is also an [edo.Stream] of the values that it has not seen, which
// leaves out those that were replaced before it looked. To begin with the current value,
// call [Receiver.MarkChanged] first.
//
// # Three faces
//
//	        change                    value that suits            no receivers left
//	direct  [Receiver.Changed]        [Receiver.WaitFor]          [Sender.Closed]
//	poll    [Receiver.PollChanged],   [Receiver.PollWaitFor]      [Sender.PollClosed]
//	        [Receiver.PollNext]
//	future  [Receiver.ChangedFuture]  [Receiver.WaitForFuture]    [Sender.ClosedFuture]
//
// What sends never waits for a task, and works from any goroutine; so does what only
// looks.
//
// # Order
//
// The values have one order, and a receiver never goes back in it. A send happens
// before whatever a receiver does that sees its value, or one that was sent later.
//
// # Ownership
//
// A value is copied, as by assignment, under the lock of the channel: by a send, by each
// receiver that looks, and by each modification. So it should be small, or a pointer to
// what nobody changes any more. What a value points to is shared by all who have seen
// it: nobody owns it, and edo never drops it, not even when it is an [edo.Dropper]. A
// value that Send refuses is still the sender's, and what [Sender.SendReplace] returns is
// in the channel no longer.
//
// Whoever owns a [Sender] closes or drops it, or the receivers wait for ever: other than
// in package mpsc, the garbage collector does not see to that. Whoever owns a [Receiver]
// drops it, so that senders learn that nobody looks.
//
// # Cost
//
// To send, or to look, takes some 15 ns while nobody else does: what the same takes with
// a mutex and a condition, and for ten receivers 0.4 times a slice of Go channels of
// length 1. A modification takes three times as long.
//
// Who waits is woken outside the lock. For 1,000 receivers a send that wakes them all
// takes, until all have seen the value, half of what the condition takes for as many
// goroutines, or the slice of channels; for ten receivers 0.7 of it, for one the same.
// None of this allocates. To make a sender takes about 0.25 µs: it remembers where that
// was, for reports.
//
// # When not to use it
//
// When every value counts, there is package broadcast for several receivers, and mpsc
// for one. For a value that only has to be read now and then, by those who do not wait
// for it, [sync/atomic.Pointer] is enough.
package watch
