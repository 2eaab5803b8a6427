package stress

import (
	"errors"
	"math/rand/v2"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/stream"
	"github.com/edo-go/edo/timer"
)

// receiver spawns the task that receives.
func (q *queuePlay) receiver(task *edo.Task, rng *rand.Rand) *edo.JoinHandle[edo.Unit] {
	q.tasks.Add(1)
	own := edo.Owns(q.rx)
	if oneIn(rng, 5) {
		q.left.Store(true)
		return edo.Go(task, func(task *edo.Task) error {
			open := q.bodies.open()
			defer open.end()
			return q.leave(task, rng)
		}, own)
	}
	body := q.receive
	switch rng.IntN(6) {
	case 0:
		return edo.Spawn(task, &receiving{q: q, open: q.futures.open(), rng: rng})
	case 1:
		body = q.poll
	case 2:
		body = q.merge
	case 3:
		return edo.Blocking(task, func(task *edo.Task) (edo.Unit, error) {
			open := q.bodies.open()
			defer open.end()
			return edo.Unit{}, q.receive(task, rng)
		}, own)
	}
	return edo.Go(task, func(task *edo.Task) error {
		open := q.bodies.open()
		defer open.end()
		return body(task, rng)
	}, own)
}

// receive receives until the end, and at times is slow.
func (q *queuePlay) receive(task *edo.Task, rng *rand.Rand) error {
	for {
		m, err := q.rx.Recv(task)
		if err != nil {
			return q.checkEnd(err)
		}
		q.arrive(m)
		if oneIn(rng, 8) {
			if err := dawdle(task, rng); err != nil {
				return err
			}
		}
	}
}

// poll calls TryRecv again and again.
func (q *queuePlay) poll(task *edo.Task, _ *rand.Rand) error {
	for {
		m, err := q.rx.TryRecv()
		switch {
		case err == nil:
			q.arrive(m)
		case !errors.Is(err, edo.ErrEmpty):
			return q.checkEnd(err)
		default:
			if err := edo.Yield(task); err != nil {
				return err
			}
		}
	}
}

// Numbers of senders that are none: their messages mark a tick and the end.
const (
	theClock = -1
	theEnd   = -2
)

// merge receives the messages among the ticks of an interval, which never ends.
func (q *queuePlay) merge(task *edo.Task, _ *rand.Rand) error {
	ticks := stream.Map(timer.NewInterval(time.Millisecond), func(time.Time) *message { return q.message(theClock, 0) })
	items := stream.Of(q.rx).Chain(stream.Once(q.message(theEnd, 0))).Merge(ticks)
	for m, err := range stream.All(task, items) {
		switch {
		case err != nil:
			return err
		case m.sender == theClock:
			m.end()
		case m.sender == theEnd:
			m.end()
			return q.checkEnd(edo.ErrClosed)
		default:
			q.arrive(m)
		}
	}
	if err := task.Err(); err != nil {
		return err
	}
	return errors.New("queue: an interval has ended")
}

// leave receives some messages, and then closes and receives the rest, or ends, or fails.
func (q *queuePlay) leave(task *edo.Task, rng *rand.Rand) error {
	for range rng.IntN(100) {
		m, err := q.rx.Recv(task)
		if err != nil {
			return q.checkEnd(err)
		}
		q.arrive(m)
	}
	switch rng.IntN(3) {
	case 0:
		return q.misbehave(rng)
	case 1:
		q.rx.Close()
		if !q.rx.IsClosed() {
			return errors.New("queue: a closed receiver says that it is open")
		}
		return q.poll(task, rng)
	}
	return nil
}

// receiving receives without a stack, and may move the receiver to another task.
type receiving struct {
	q     *queuePlay
	open  *token
	rng   *rand.Rand
	moved bool
	given bool // the receiver has been moved: another task owns it
}

func (f *receiving) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	for {
		if !f.moved && oneIn(f.rng, 60) {
			f.given = true
			f.q.tasks.Add(1)
			f.q.secondReceiver = edo.Spawn(cx, &receiving{q: f.q, open: f.q.futures.open(), rng: f.rng, moved: true})
			return edo.Unit{}, edo.Ready, nil
		}
		m, p, err := f.q.rx.PollNext(cx)
		switch {
		case p == edo.Pending:
			return edo.Unit{}, p, nil
		case p == edo.End:
			return edo.Unit{}, edo.Ready, f.q.checkEnd(edo.ErrClosed)
		case err != nil:
			return edo.Unit{}, edo.Ready, err
		}
		f.q.arrive(m)
	}
}

func (f *receiving) Drop() {
	f.open.end()
	if !f.given {
		f.q.rx.Drop()
	}
}
