// Package oneshot is a channel for one value: the answer to a request, the
// result of a task.
//
// [New] makes both halves in one allocation. The sender sends once and never
// waits. The receiver is an [edo.Future]: it resolves to the value, or to an
// error that matches [edo.ErrClosed] when the sender went without sending.
//
//	tx, rx := oneshot.New[string]()
//	edo.Go(task, func(*edo.Task) error { return tx.Send("hello") })
//	msg, err := rx.Recv(task)
//
// # Who may call what
//
// One goroutine at a time sends, with one sender. The rest works from anywhere: the
// halves race with each other freely, and of several tasks that come for a value one
// gets it. One task at a time waits for the value: a second one gets an
// [*edo.BusyError], at once. Any number wait in [Sender.Closed]. A send happens before
// the receive of its value returns, and so does whatever the sender did before it.
//
// # Ownership
//
// A value that was sent is the receiver's, and is dropped with it when nobody
// reads it and it is an [edo.Dropper]. A value that was refused is still the
// caller's. An owner of a half drops it; Drop of a sender is its Close.
//
// A sender in a message that nothing will receive is dropped with it: in a queue whose
// receiver is dropped, in a result that no task takes. So those who have asked an actor
// that ends get [edo.ErrClosed], if the actor owns its receiver ([edo.Owns], or a
// deferred Drop). The request that a function has in hand is its own: a function that may
// panic defers the Close of the sender, which does nothing once it has sent. The
// collector does not find a sender that was forgotten, as it does in package mpsc: both
// halves are one piece of memory, which the receiver keeps.
//
// # Cost
//
// A channel is 24 bytes and its value. New, a send and a receive take some 30 to 60
// ns together, most of it for the allocation.
//
// # When not to use it
//
// For the result of a task there is its [edo.JoinHandle]; for more than one
// value, package mpsc.
package oneshot
