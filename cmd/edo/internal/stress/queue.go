package stress

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync/atomic"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/mpsc"
)

// queue sends numbered messages from several senders to one receiver, by every way
// there is to send and to receive, while either side closes, drops, fails or is
// aborted.
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

	rx      *mpsc.Receiver[*message]
	open    atomic.Int64 // senders that are not about to be closed
	senders []*sender
	next    []int                     // what the receiver expects of each sender; the receiver's
	left    atomic.Bool               // the receiver has gone, or may have, before the end
	heir    *edo.JoinHandle[edo.Unit] // the task that took over from the receiver; the receiver's
}

// message is what is sent: the nth of one sender. The channel drops it if nobody
// receives it.
type message struct {
	token
	sender, n int
}

// sender is one that sends n messages, and what has become of them.
type sender struct {
	play     *queuePlay
	id, n    int
	accepted atomic.Int64 // messages of which the sender knows
	doubt    atomic.Bool  // of one more it may not have come to know
}

func (q *queuePlay) play(task *edo.Task, rng *rand.Rand) error {
	var tx *mpsc.Sender[*message]
	if oneIn(rng, 6) {
		tx, q.rx = mpsc.NewUnbounded[*message]()
	} else {
		tx, q.rx = mpsc.New[*message](1 + rng.IntN(1<<rng.IntN(7)))
	}
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
	if oneIn(rng, 2) {
		first.Drop() // before there is a receiver
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
	err := joinAll(q.round, task, handles)
	first.Drop()
	if err == nil {
		err = joinAll(q.round, task, []*edo.JoinHandle[edo.Unit]{receiver})
	}
	if err == nil {
		err = joinAll(q.round, task, watchers)
	}
	if err == nil && q.heir != nil {
		err = joinAll(q.round, task, []*edo.JoinHandle[edo.Unit]{q.heir})
	}
	if err != nil {
		return err
	}
	return q.check()
}

// check compares what was accepted with what was received, once all have ended.
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

// handle is a sender that the play knows to be open. It is dropped once.
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
	h.play.open.Add(-1) // first: the receiver must not see the end before
	h.Sender.Close()
	h.once.end()
}

// message returns the nth message of a sender.
func (q *queuePlay) message(sender, n int) *message {
	q.messages.opened.Add(1)
	return &message{token: token{account: q.messages}, sender: sender, n: n}
}

// arrive takes note of a message that was received.
func (q *queuePlay) arrive(m *message) {
	m.end()
	if want := q.next[m.sender]; m.n != want {
		q.fault("queue: message %d of sender %d was received, and %d is the next", m.n, m.sender, want)
	}
	q.next[m.sender] = m.n + 1
}

// mayHaveLeft says whether the receiver may have gone before the end.
func (q *queuePlay) mayHaveLeft() bool { return q.left.Load() || q.stopping.Load() }

// end takes note of the end of the channel.
func (q *queuePlay) end(err error) error {
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
