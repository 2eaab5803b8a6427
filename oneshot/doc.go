// Package oneshot is a channel for one value: the answer to a request, the
// result of a task.
//
// [New] makes both halves in one allocation. The sender sends once and never waits. The
// receiver is an [edo.Future]: it resolves to the value, or to an error that matches
// [edo.ErrClosed] when the sender was closed without sending.
//
//	tx, rx := oneshot.New[string]()
//	edo.Go(task, func(*edo.Task) error { return tx.Send("hello") })
//	msg, err := rx.Recv(task)
//
// # Goroutines and tasks
//
// One goroutine at a time sends, with one sender. All other calls work from any goroutine:
// the halves race with each other freely, and of several tasks that receive one gets the
// value. One task at a time waits for the value: a second task gets an [*edo.BusyError], at
// once. Any number of tasks wait in [Sender.Closed]. A send, and everything that the sender
// did before it, happens before the receive of its value returns.
//
// # Ownership
//
// A value that was sent belongs to the receiver. It is dropped with the receiver when it was
// not read and is an [edo.Dropper]. A value that was refused is still the caller's. The owner
// of a half drops it. Drop of a sender is its Close.
//
// A sender in a message that no task will receive is dropped with the message: in a queue
// whose receiver is dropped, in a result that no task takes. So tasks that have asked an
// actor that ends get [edo.ErrClosed], if the actor owns its receiver ([edo.Owns], or a
// deferred Drop). A request that a function has received belongs to the function: one that
// may panic defers the Close of the sender, which does nothing once it has sent. Unlike a
// sender of package mpsc, a forgotten sender is not found by the collector: both halves are
// one piece of memory, which the receiver keeps.
//
// # Cost
//
// A channel takes 24 bytes and room for its value. New, a send and a receive take some 30 to
// 60 ns together, most of it for the allocation.
//
// # When not to use it
//
// For the result of a task there is its [edo.JoinHandle]; for more than one
// value, package mpsc.
package oneshot
