package stress

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync/atomic"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/mpsc"
)

// queue sends numbered messages from several senders to one receiver, in every way to send
// and to receive, while either side closes, drops, fails or is aborted.
func queue(r *round) program {
	bodies := r.account("queue: functions that were started")
	futures := r.account("queue: futures")
	messages := r.account("queue: messages")
	handles := r.account("queue: senders")
	return func(task *edo.Task, rng *rand.Rand) error {
		q := &queuePlay{round: r, bodies: bodies, futures: futures, messages: messages, ends: handles}
		return q.play(task, rng)
	}
}

// queuePlay is one channel.
type queuePlay struct {
	*round
	bodies, futures, messages, ends *account

	rx             *mpsc.Receiver[*message]
	open           atomic.Int64 // senders that are not about to be closed
	senders        []*sender
	next           []int                     // the number of the next message of each sender; the receiver's own
	left           atomic.Bool               // the receiver has left, or may have, before the end
	secondReceiver *edo.JoinHandle[edo.Unit] // the task that the receiver has moved to; the receiver's own
}

// message is the nth message of one sender. The channel drops it when it is not received.
type message struct {
	token
	sender, n int
}

// sender sends n messages, and counts those that were accepted.
type sender struct {
	play     *queuePlay
	id, n    int
	accepted atomic.Int64 // messages that the sender knows to be accepted
	doubt    atomic.Bool  // one more may be accepted that the sender does not know of
}

func (q *queuePlay) play(task *edo.Task, rng *rand.Rand) error {
	var tx *mpsc.Sender[*message]
	if oneIn(rng, 6) {
		tx, q.rx = mpsc.NewUnbounded[*message]()
	} else {
		tx, q.rx = mpsc.New[*message](1 + rng.IntN(1<<rng.IntN(7)))
	}
	// 1. Spawn the senders, and tasks that wait until a handle is closed.
	first := q.handle(tx)
	var handles, watchers []*edo.JoinHandle[edo.Unit]
	count := 1 + rng.IntN(6)
	q.next = make([]int, count)
	for id := range count {
		s := &sender{play: q, id: id, n: rng.IntN(120)}
		q.senders = append(q.senders, s)
		via := q.clone(tx)
		h := s.spawn(task, fork(rng), via)
		handles = append(handles, h)
		if oneIn(rng, 4) {
			watchers = append(watchers, q.watch(task, fork(rng), via))
		}
		if oneIn(rng, 10) {
			s.doubt.Store(true)
			q.outside.do(h.Abort)
		}
	}
	// 2. Spawn the receiver, and abort a task of either side.
	if oneIn(rng, 2) {
		first.Drop() // before the receiver runs
	} else {
		defer first.Drop()
	}
	receiver := q.receiver(task, fork(rng))
	if oneIn(rng, 10) {
		q.left.Store(true)
		q.outside.do(receiver.Abort)
	}
	if oneIn(rng, 4) {
		s := q.senders[rng.IntN(count)]
		s.doubt.Store(true)
		if err := dawdle(task, rng); err != nil {
			return err
		}
		handles[s.id].Abort()
	}
	// 3. Join the senders, drop the last handle, and join the others, which end by that.
	err := joinAll(q.round, task, handles)
	first.Drop()
	if err == nil {
		err = joinAll(q.round, task, []*edo.JoinHandle[edo.Unit]{receiver})
	}
	if err == nil {
		err = joinAll(q.round, task, watchers)
	}
	if err == nil && q.secondReceiver != nil {
		err = joinAll(q.round, task, []*edo.JoinHandle[edo.Unit]{q.secondReceiver})
	}
	if err != nil {
		return err
	}
	return q.check()
}

// check compares the accepted messages with the received ones, after all tasks have ended.
func (q *queuePlay) check() error {
	for _, s := range q.senders {
		accepted, received := int(s.accepted.Load()), q.next[s.id]
		most := accepted
		if s.doubt.Load() {
			most++
		}
		if received > most {
			return fmt.Errorf("sender %d: %d messages were received, and %d accepted", s.id, received, accepted)
		}
		if received < accepted && !q.left.Load() {
			return fmt.Errorf("sender %d: %d messages were accepted, and %d received", s.id, accepted, received)
		}
	}
	return nil
}

// handle is a sender that counts as open until it is dropped.
type handle struct {
	*mpsc.Sender[*message]
	play *queuePlay
	once *token
	gone atomic.Bool
}

func (q *queuePlay) handle(tx *mpsc.Sender[*message]) *handle {
	q.open.Add(1)
	return &handle{Sender: tx, play: q, once: q.ends.open()}
}

// clone makes another handle.
func (q *queuePlay) clone(tx *mpsc.Sender[*message]) *handle {
	return q.handle(tx.Clone())
}

// Drop closes the sender. It may be called twice.
func (h *handle) Drop() {
	if h.gone.Swap(true) {
		return
	}
	h.play.open.Add(-1) // first: the receiver must not see the end earlier
	h.Sender.Close()
	h.once.end()
}

// message returns the nth message of a sender.
func (q *queuePlay) message(sender, n int) *message {
	q.messages.opened.Add(1)
	return &message{token: token{account: q.messages}, sender: sender, n: n}
}

// arrive notes a message that was received.
func (q *queuePlay) arrive(m *message) {
	m.end()
	if want := q.next[m.sender]; m.n != want {
		q.fault("queue: message %d of sender %d was received, and %d is the next", m.n, m.sender, want)
	}
	q.next[m.sender] = m.n + 1
}

// mayHaveLeft reports whether the receiver may have left before the end.
func (q *queuePlay) mayHaveLeft() bool { return q.left.Load() || q.stopping.Load() }

// checkEnd checks err, with which the channel has ended.
func (q *queuePlay) checkEnd(err error) error {
	switch {
	case errors.Is(err, edo.ErrClosed):
		if n := q.open.Load(); n != 0 && !q.mayHaveLeft() {
			return fmt.Errorf("the channel has ended with %d senders open", n)
		}
		return nil
	case errors.Is(err, edo.ErrCancelled):
		return err
	}
	return fmt.Errorf("receive: %w", err)
}
