// Package broadcast is a channel for many values, from many senders to many
// receivers, each of which gets every value.
//
// A send never waits. The channel retains as many values as its capacity says,
// exactly, and overwrites the oldest: a receiver that falls further behind gets an
// [edo.LaggedError], which says how many values it has missed, and goes on with the
// oldest value retained. So a slow receiver slows nobody down. A [Receiver] is an
// [edo.Stream], which ends when every sender is closed and everything has been
// received.
//
//	tx, rx := broadcast.New[string](16)
//	other := tx.Subscribe() // what is sent from now on
//	n, err := tx.Send("hello") // 2 receivers
//	msg, err := rx.Recv(task)
//
// # Three faces
//
//	        receive                                    no receivers left
//	direct  [Receiver.Recv]                            [Sender.Closed]
//	poll    [Receiver.PollRecv], [Receiver.PollNext]   [Sender.PollClosed]
//	future  [Receiver.RecvFuture], [Receiver] itself   [Sender.ClosedFuture]
//
// [Sender.Send] and [Receiver.TryRecv] never wait, and work from any goroutine.
//
// # Order
//
// All values have one order, the same for all receivers; those of one sender are in
// the order in which it has sent them. A send happens before each receive of its value
// returns. Whoever waits in a receive is woken by a send, and nobody else.
//
// # Ownership
//
// A value is shared: each receiver gets a copy, as by assignment, and what it points
// to belongs to all of them. So nobody owns it, and edo never drops it, not even when
// it is an [edo.Dropper]: do not send what must be dropped by one of them. The channel
// lets go of a value when the last receiver that had yet to receive it has done so, or
// is gone, and when it is overwritten. A value that was refused is still the sender's.
//
// Whoever owns a [Sender] closes or drops it, or the receivers wait for ever: other
// than in package mpsc, the garbage collector does not see to that. Whoever owns a
// [Receiver] drops it, or it holds back the memory of as many values as the capacity
// says.
//
// # Cost
//
// All of a channel is guarded by one lock, under which a value is copied: it should be
// small, or a pointer. A send and one receive take about 35 ns together, and each
// further receiver 15 more. For ten receivers that is 0.4 times what a slice of Go
// channels takes, and 1.2 times a ring with a mutex and a condition, which knows neither
// who has yet to receive a value nor where anybody is.
//
// Who waits is woken outside the lock. For 1,000 receivers a send that wakes them all
// takes, until all have received, half of what a slice of channels takes for as many
// goroutines, or the condition; for ten receivers 0.7 of it, for one the same.
//
// A send and a receive allocate nothing; an error of lagging does. A channel has room
// for the most values that it has held at once, up to its capacity. Subscribing takes
// about 80 ns with the drop, and a receiver that goes leaves nothing to be cleaned up,
// however far behind it is. To make a sender takes about 0.25 µs: it remembers where
// that was, for reports.
//
// # When not to use it
//
// For work that one of several must do, and for senders that a slow receiver has to
// slow down, there is package mpsc. When only the latest value counts (settings, a
// state), there is package watch.
package broadcast
