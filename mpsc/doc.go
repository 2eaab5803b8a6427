// Package mpsc is a channel for many values, from many senders to one receiver.
//
// [New] makes a channel that holds a given number of messages at most, exactly. A sender that
// finds it full waits: so a slow receiver slows its senders down. [NewUnbounded] makes a
// channel that is never full. The receiver is an [edo.Stream], which ends when every sender
// is closed and every message has been received.
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
//	        send                         reserve
//	direct  [Sender.Send]                [Sender.Reserve], [Sender.ReserveMany]
//	poll    [SendFuture.Poll], [Sink]    [ReserveFuture.Poll], [ReserveManyFuture.Poll]
//	future  [Sender.SendFuture]          [Sender.ReserveFuture], [Sender.ReserveManyFuture]
//
//	        receive                      receive a batch
//	direct  [Receiver.Recv]              [Receiver.RecvMany]
//	poll    [Receiver.PollRecv],         [Receiver.PollRecvMany]
//	        [Receiver.PollNext]
//	future  [Receiver.RecvFuture],       [Receiver.RecvManyFuture]
//	        the [Receiver] itself
//
// [Sender.TrySend], [Sender.TryReserve], [Sender.TryReserveMany] and [Receiver.TryRecv]
// never wait, and work from any goroutine. [Sender.SendTimeout] and [Receiver.RecvTimeout]
// wait for a limited time.
//
// # Permits
//
// A reserve returns a [Permit], room for one message: it can always send, also after the
// receiver's Close. So a message that is expensive to make, or that must not be lost, is made
// when it can be sent. The Drop of a permit that is not used gives it back. While a permit is
// out the channel holds a message less and does not end.
//
// # Order and fairness
//
// The messages of one sender arrive in the order in which they were sent. There is one line
// for sends and reserves. A slot that becomes free belongs to the waiter that has waited
// longest. No send or reserve overtakes the line, and a reserve of many permits keeps each
// slot that it gets until it has all. A task that receives many messages in one poll hands on
// the slots of several messages at a time, a quarter of the capacity and 64 at the most, and
// all of them when the poll ends or takes long. So a full channel costs a lock and a wake now
// and then, and not with each message.
//
// A send that is given up leaves the line, unless its value was accepted before: then it was
// sent. A reserve that is given up leaves its slots to the next waiter. A send happens before
// the receive of its value returns.
//
// # Ownership
//
// A value that was accepted belongs to the channel, and is dropped with the receiver when it
// is an [edo.Dropper]. A value that was refused is still the caller's. A [Sender] is a handle:
// it may be shared, [Sender.Close] ends it for all tasks that share it, and [Sender.Clone]
// makes another. The owner of a handle closes or drops it, or the receiver waits for ever. A
// handle that the garbage collector finds open is closed, and reported with the place where
// it was made. A [WeakSender] does not keep the channel open: an actor keeps one of its own
// channel.
//
// A report of the waits of a task (see [edo.Wait]) says for a receiver how many senders are
// open, by where they were made, and how many permits are out.
//
// # Cost
//
// TrySend and TryRecv take about 45 ns together, 33 while several messages are in
// the channel, and RecvMany takes a third off that in batches of 64. A permit costs some
// 20 ns more than a send without one, and an allocation of 16 bytes where it is not part
// of a [ReserveFuture]. A channel is 192 bytes, and room for the most messages that it
// has held at once. A handle is 48 bytes, and takes about 0.7 µs to make and to close.
//
// # When not to use it
//
// For one value there is package oneshot, for several receivers that share the messages
// package mpmc. When each receiver is to get every value there is package broadcast, and
// when the latest value is enough, package watch.
package mpsc
