// Package mpmc is a channel for many values, from many senders to many receivers. Each value
// goes to one receiver.
//
// [New] makes a channel that holds a given number of messages at most, exactly. A sender that
// finds it full waits: so slow receivers slow the senders down. [NewUnbounded] makes a channel
// that is never full. A [Receiver] is an [edo.Stream], which ends when every sender is closed
// and every message has been received.
//
//	tx, rx := mpmc.New[job](64)
//	for range 8 { // workers
//		rx := rx.Clone()
//		edo.Go(task, func(task *edo.Task) error {
//			for {
//				j, err := rx.Recv(task)
//				if errors.Is(err, edo.ErrClosed) {
//					return nil // no more jobs
//				} else if err != nil {
//					return err
//				}
//				j.do(task)
//			}
//		}, edo.Owns(rx))
//	}
//	rx.Drop() // the workers have theirs
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
// wait for a limited time. A [Permit] is room for one message, reserved before the message is
// made, as in package mpsc.
//
// # Order and fairness
//
// Messages leave the channel in the order in which they were accepted, and each receiver
// gets those of one sender in the order in which they were sent. (Two receivers may finish
// theirs in any order.) A send happens before the receive of its value returns.
//
// There is one line for sends and reserves, and one for receives. A slot that becomes free
// belongs to the send that has waited longest. A message belongs to the receive that has
// waited longest: the message is promised to it, its task is woken, and takes the first
// message when it runs. No TrySend, TryRecv or newcomer overtakes the line. A wait that is
// given up leaves the line, and a message that was promised to it goes to the next: a receive
// that is cancelled, dropped, or loses a race takes no message.
//
// # Handles, and waits
//
// Senders and receivers are counted apart. The end comes when no sender is open, no permit
// is out, and everything was received. When no receiver is left sends are refused, and the
// messages in the channel are dropped if they are an [edo.Dropper].
//
// A handle may be shared: several tasks may wait by way of one receiver at the same time,
// with [Receiver.Recv] and with futures, each in its own place. A handle that is itself
// polled ([Receiver.PollNext], and so [edo.Next], package selector, package stream) has one place: a
// second task that polls it while the first waits gets an [*edo.BusyError]. Give each such
// task a clone.
//
// The place of a handle is kept until the handle is polled again. While a Select runs the
// handler of another branch for long, or a task has given up an edo.Next, one message may be
// kept for the place that another receiver could have. It is the last in the channel, never
// one in the middle: the other receivers get the messages before it. Dropping the handle gives
// the place up. So does [Receiver.Withdraw], which keeps the handle.
//
// The owner of a handle closes or drops it: [Sender.Close] and [Receiver.Drop], most often by
// [edo.Owns] or defer. [Receiver.Close] of the last receiver that is open refuses sends and
// lets it receive the messages that are left. [Receiver.CloseAll] does that while there are
// other receivers. A handle that the garbage collector finds open is closed, and reported with
// the place where it was made. A [WeakSender] does not keep the channel open.
//
// A report of the waits of a task (see [edo.Wait]) says for a receive which senders are open,
// by where they were made, for a send which receivers are open, and whether a message has been
// promised and not been taken.
//
// # Cost
//
// One lock guards all of a channel. It is held for some ten nanoseconds. TrySend and TryRecv
// take about 45 ns together, and RecvMany takes a third off that in batches of
// 64. With a capacity of 1,024, a message from so many producers to as many consumers took
// 47 (1), 60 (4) and 64 ns (64) in futures on two processors, which is 0.70, 0.86 and 0.78
// of a Go channel; in direct style 0.92, 1.05 and 1.08 of it.
//
// Sends and receives allocate nothing, those that wait included; a RecvFuture is one
// allocation, of 64 bytes, and none when it is used again. A channel is 184 bytes, and room
// for the most messages that it has held at once; a sender is 80 bytes, a receiver 208, and
// either takes about a microsecond to make and to close.
//
// # When not to use it
//
// For one receiver package mpsc is faster: it receives without the lock. When each
// receiver is to get every value there is package broadcast, and when the latest one is
// enough, package watch. For tasks that are to be limited in number, and nothing else,
// spawn one for each piece of work in a join set (package joinset) with a limit.
package mpmc
