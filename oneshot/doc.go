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
// Each half is used by one goroutine at a time; the two halves race with each
// other freely. A send happens before the receive of its value returns, and so
// does whatever the sender did before it.
//
// # Ownership
//
// A value that was sent is the receiver's, and is dropped with it when nobody
// reads it and it is an [edo.Dropper]. A value that was refused is still the
// caller's. An owner of a half drops it; Drop of a sender is its Close.
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
