// Package mpsc is a channel for many values, from many senders to one receiver.
//
// [New] makes a channel that holds at most so many messages, exactly; a sender
// that finds it full waits, and that is how a slow receiver slows its senders
// down. [NewUnbounded] makes one that is never full. The receiver is an
// [edo.Stream], which ends when every sender is closed and everything has been
// received.
//
//	tx, rx := mpsc.New[string](1024)
//	edo.Go(task, func(task *edo.Task) error {
//		defer tx.Close()
//		return tx.Send(task, "hello")
//	})
//	msg, err := rx.Recv(task)
//
// # Three faces
//
//	        send                         receive
//	direct  [Sender.Send]                [Receiver.Recv]
//	poll    [SendFuture.Poll], [Sink]    [Receiver.PollRecv], [Receiver.PollNext]
//	future  [Sender.SendFuture]          [Receiver.RecvFuture], the [Receiver] itself
//
// [Sender.TrySend] and [Receiver.TryRecv] never wait, and work from any goroutine.
//
// # Order and fairness
//
// What one sender has sent arrives in that order. A slot that becomes free belongs
// to the sender that has waited longest: nobody overtakes the line. A send that is
// given up leaves the line, unless its value was accepted before: then it was sent.
// A send happens before the receive of its value returns.
//
// # Ownership
//
// A value that was accepted is the channel's, and dropped with the receiver when it
// is an [edo.Dropper]. One that was refused is still the sender's. A [Sender] is a
// handle: it may be shared, [Sender.Close] ends it for all who share it, and
// [Sender.Clone] makes another. Whoever owns a handle closes or drops it, or the
// receiver waits for ever. A handle that the garbage collector finds unclosed is
// closed, and reported with the place where it was made.
//
// # Cost
//
// TrySend and TryRecv take about 45 ns together, 33 while several messages are in
// the channel. A channel is 192 bytes, and room for the most messages that it has
// held at once. A handle is 48 bytes, and takes about 0.7 µs to make and to close.
//
// # When not to use it
//
// For one value there is package oneshot. For the latest value only, or for several
// receivers of each value, a queue is the wrong thing.
package mpsc
