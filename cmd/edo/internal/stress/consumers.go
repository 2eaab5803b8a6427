package stress

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/mpmc"
	"github.com/edo-go/edo/selector"
)

// consumers sends numbered messages from several senders to several receivers, in every way
// to receive, by handles that are shared, cloned, closed and dropped, while
// tasks of both sides fail and are aborted. One receiver stays to the end: so each accepted
// message is received, once.
func consumers(r *round) program {
	c := r.spawner("consumers")
	messages := r.account("consumers: messages")
	senders := r.account("consumers: senders")
	receivers := r.account("consumers: receivers")
	return func(task *edo.Task, rng *rand.Rand) error {
		p := &consumerPlay{spawner: c, messages: messages, senders: senders, receivers: receivers}
		return p.play(task, rng)
	}
}

// consumerPlay is one channel.
type consumerPlay struct {
	*spawner
	messages, senders, receivers *account

	rx       *mpmc.Receiver[*message]
	accepted []atomic.Int64 // of each sender
	received []atomic.Int64
}

func newConsumerPlay(c *spawner, senders int) *consumerPlay {
	return &consumerPlay{spawner: c, accepted: make([]atomic.Int64, senders), received: make([]atomic.Int64, senders)}
}

func (p *consumerPlay) play(task *edo.Task, rng *rand.Rand) error {
	count := 1 + rng.IntN(5)
	p.accepted, p.received = make([]atomic.Int64, count), make([]atomic.Int64, count)
	var tx *mpmc.Sender[*message]
	if oneIn(rng, 6) {
		tx, p.rx = mpmc.NewUnbounded[*message]()
	} else {
		tx, p.rx = mpmc.New[*message](1 + rng.IntN(1<<rng.IntN(6)))
	}
	// 1. Spawn the senders.
	defer p.rx.Drop() // when this task is cancelled
	defer tx.Drop()
	var handles []*edo.JoinHandle[edo.Unit]
	for id := range count {
		tx := tx.Clone()
		h := p.start(task, rng, func(task *edo.Task, rng *rand.Rand) error {
			return p.send(task, rng, tx, id)
		}, tx, p.senders.open())
		p.abort(rng, 8, h)
		handles = append(handles, h)
	}
	tx.Drop()
	// 2. Spawn receivers with a handle of their own, receivers that share one for a while, and the
	//    receiver that stays.
	for range rng.IntN(5) {
		rx := p.rx.Clone()
		h := p.start(task, rng, func(task *edo.Task, rng *rand.Rand) error {
			return p.receive(task, rng, rx, rng.IntN(6))
		}, rx, p.receivers.open())
		p.abort(rng, 4, h)
		handles = append(handles, h)
	}
	for range rng.IntN(3) { // by the handle of the receiver that stays
		h := p.start(task, rng, func(task *edo.Task, rng *rand.Rand) error {
			if err := p.receive(task, rng, p.rx, rng.IntN(4)); err != errNotEnded {
				return err
			}
			return nil
		})
		p.abort(rng, 4, h)
		handles = append(handles, h)
	}
	stays := p.start(task, rng, func(task *edo.Task, rng *rand.Rand) error {
		for {
			if err := p.receive(task, rng, p.rx, rng.IntN(6)); err != errNotEnded { // no other task polls the handle
				return err
			}
		}
	})
	// 3. Join all, and compare the counts.
	if err := joinAll(p.round, task, append(handles, stays)); err != nil {
		return err
	}
	return p.check()
}

// check compares the accepted messages with the received ones, after all tasks have ended.
func (p *consumerPlay) check() error {
	for id := range p.accepted {
		if a, r := p.accepted[id].Load(), p.received[id].Load(); a != r {
			return fmt.Errorf("consumers: sender %d: %d messages were accepted, and %d received", id, a, r)
		}
	}
	return nil
}

func (p *consumerPlay) message(id, n int) *message {
	p.messages.opened.Add(1)
	return &message{token: token{account: p.messages}, sender: id, n: n}
}

// send sends some messages, in one way or another.
func (p *consumerPlay) send(task *edo.Task, rng *rand.Rand, tx *mpmc.Sender[*message], id int) error {
	way := rng.IntN(4)
	for n := range rng.IntN(120) {
		m := p.message(id, n)
		var err error
		switch way {
		case 0:
			for err = tx.TrySend(m); errors.Is(err, edo.ErrFull); err = tx.TrySend(m) {
				if err = edo.Yield(task); err != nil {
					break
				}
			}
		case 1:
			for err = context.DeadlineExceeded; errors.Is(err, context.DeadlineExceeded); {
				err = tx.SendTimeout(task, m, time.Duration(rng.IntN(3))*time.Millisecond)
				if err != nil && task.Err() != nil {
					err = task.Err()
				}
			}
		case 2:
			var permit *mpmc.Permit[*message]
			if permit, err = tx.Reserve(task); err == nil {
				if err = dawdle(task, rng); err == nil {
					err = permit.Send(m)
				}
				permit.Drop()
			}
		default:
			err = tx.Send(task, m)
		}
		if err != nil {
			m.end() // the sender has it again
			if errors.Is(err, edo.ErrClosed) && p.stopping.Load() {
				return nil
			}
			return err
		}
		p.accepted[id].Add(1)
		if oneIn(rng, 40) {
			return p.misbehave(rng)
		}
	}
	return nil
}

// errNotEnded says that a receiver stops although the channel has not ended.
var errNotEnded = errors.New("consumers: there may be more")

// receive receives from rx, in one of six ways, of which the last two poll the handle, until
// the end, or for a while.
func (p *consumerPlay) receive(task *edo.Task, rng *rand.Rand, rx *mpmc.Receiver[*message], way int) (err error) {
	arrive := p.newArrive()
	stays := rx == p.rx
	enough := 1 + rng.IntN(200)
	var buf []*message
	for n := 0; n < enough; n++ {
		var m *message
		switch way {
		case 0:
			if buf, err = rx.RecvMany(task, buf[:0], 1+rng.IntN(5)); err == nil {
				m = buf[len(buf)-1]
				for _, before := range buf[:len(buf)-1] {
					arrive(before)
				}
			}
		case 1:
			if m, err = rx.RecvTimeout(task, time.Duration(rng.IntN(2))*time.Millisecond); errors.Is(err, context.DeadlineExceeded) {
				err = edo.Yield(task)
			}
		case 2:
			f := rx.RecvFuture()
			m, err = edo.Await(task, edo.Future[*message](f))
			f.Drop()
		case 4:
			ok := false
			if m, ok, err = edo.Next(task, rx); !ok && err == nil {
				err = edo.ErrClosed
			}
		case 5:
			err = selector.New(selector.On(rx, func(v *message, err error) error {
				m = v
				return err
			})).Next(task)
		default:
			m, err = rx.Recv(task)
		}
		switch {
		case errors.Is(err, edo.ErrClosed):
			return nil
		case err != nil:
			return err
		case m != nil:
			arrive(m)
		}
		if !stays && oneIn(rng, 60) {
			return p.misbehave(rng)
		}
	}
	if stays {
		return errNotEnded
	}
	rx.Close() // its task drops it then
	return nil
}

// newArrive returns a function that a receiver calls with each message.
func (p *consumerPlay) newArrive() func(m *message) {
	next := make([]int, len(p.received))
	return func(m *message) {
		m.end()
		if m.n < next[m.sender] {
			p.fault("consumers: message %d of sender %d was received after %d", m.n, m.sender, next[m.sender]-1)
		}
		next[m.sender] = m.n + 1
		p.received[m.sender].Add(1)
	}
}
