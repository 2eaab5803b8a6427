// Package broadcast is a channel for many values, from many senders to many receivers, each
// of which gets every value.
//
// A send never waits. The channel retains exactly as many values as its capacity says, and
// overwrites the oldest: a receiver that falls further behind gets an [LaggedError],
// which says how many values it has missed, and goes on with the oldest value retained. So
// a slow receiver slows no sender and no other receiver down. A [Receiver] is an
// [edo.Stream], which ends when all senders are closed and all values have been received.
//
//	tx, rx := New[string](16)
//	other := tx.Subscribe() // gets the values that are sent from now on
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
// All values have one order, the same for all receivers; the values of one sender are in the
// order in which it has sent them. A send happens before each receive of its value returns.
// A send wakes the tasks that wait in a receive, and no other tasks.
//
// # Ownership
//
// A value is shared: each receiver gets a copy, as by assignment, and all of them share the
// data that it points to. So a value has no owner, and edo never drops it, not even when it
// is an [edo.Dropper]: do not send a value that one of the receivers must drop. The channel
// clears its copy when the last receiver that had yet to receive the value has received it
// or was closed, or when the value is overwritten. A value that was refused still belongs
// to the caller of Send.
//
// The owner of a [Sender] closes or drops it; otherwise the receivers wait for ever. Unlike
// in package mpsc, the garbage collector does not close it. The owner of a [Receiver] drops
// it; otherwise it retains the memory of as many values as the capacity says.
//
// # Cost
//
// One lock guards all of a channel, and values are copied under it: they should be small, or
// pointers. A send and one receive take about 35 ns together, and each further receiver 15
// more. For ten receivers that is 0.4 times the time of a slice of Go channels, and 1.2 times
// the time of a ring with a mutex and a condition, which knows neither the receivers that
// have yet to receive a value nor their positions.
//
// Tasks that wait are woken outside the lock. A send that wakes 1,000 receivers takes, until
// all have received, half the time of a slice of channels, or of the condition, with as many
// goroutines; for ten receivers it takes 0.7 of that time, for one the same.
//
// A send and a receive allocate nothing; a LaggedError is allocated. A channel has room for
// the most values that it has held at once, up to its capacity. To subscribe and to drop
// take about 80 ns together, and a receiver that is dropped leaves nothing to be cleaned up,
// however far behind it is. To make a sender takes about 0.25 µs: it remembers where it was
// made, for reports.
//
// # When not to use it
//
// For work that one of several tasks must do, and for senders that a slow receiver has to
// slow down, there is package mpsc. When only the latest value counts (settings, a state),
// there is package watch.
package broadcast
