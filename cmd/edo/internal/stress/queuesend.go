package stress

import (
	"errors"
	"fmt"
	"math/rand/v2"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/mpsc"
)

// spawn spawns the task of s, which sends through tx.
func (s *sender) spawn(task *edo.Task, rng *rand.Rand, tx *handle) *edo.JoinHandle[edo.Unit] {
	s.play.tasks.Add(1)
	fails := oneIn(rng, 10)
	direct := func(send func(*edo.Task, *rand.Rand, *handle) error) func(*edo.Task) error {
		return func(task *edo.Task) error {
			open := s.play.bodies.open()
			defer open.end()
			err := send(task, rng, tx)
			if err == nil && fails {
				return s.play.misbehave(rng)
			}
			return err
		}
	}
	switch rng.IntN(7) {
	case 0:
		return edo.Go(task, direct(s.trySend), edo.Owns(tx))
	case 1:
		return edo.Spawn(task, &sendingFutures{s: s, tx: tx, open: s.play.futures.open()})
	case 2:
		return edo.Spawn(task, &sendingSink{s: s, tx: tx, sink: tx.Sink(), open: s.play.futures.open()})
	case 3:
		return edo.Go(task, direct(s.sendByChild), edo.Owns(tx))
	case 4:
		body := direct(s.send)
		return edo.Blocking(task, func(task *edo.Task) (edo.Unit, error) { return edo.Unit{}, body(task) }, edo.Owns(tx))
	}
	return edo.Go(task, direct(s.send), edo.Owns(tx))
}

// refused notes a message that was refused with err, and so is the sender's again. It returns
// the error that ends the sender.
func (s *sender) refused(m *message, err error) error {
	m.end()
	switch {
	case errors.Is(err, edo.ErrCancelled):
		return err
	case errors.Is(err, edo.ErrClosed):
		if !s.play.mayHaveLeft() {
			return fmt.Errorf("queue: a send was refused, and the receiver was open: %w", err)
		}
		return nil
	}
	return fmt.Errorf("queue: send: %w", err)
}

// send sends all messages, and waits for room.
func (s *sender) send(task *edo.Task, rng *rand.Rand, tx *handle) error {
	for n := int(s.accepted.Load()); n < s.n; n++ {
		m := s.play.message(s.id, n)
		if err := tx.Send(task, m); err != nil {
			return s.refused(m, err)
		}
		s.accepted.Add(1)
		if oneIn(rng, 16) {
			if err := dawdle(task, rng); err != nil {
				return err
			}
		}
	}
	return nil
}

// trySend sends when there is room, and yields otherwise.
func (s *sender) trySend(task *edo.Task, _ *rand.Rand, tx *handle) error {
	for n := 0; n < s.n; n++ {
		m := s.play.message(s.id, n)
		for {
			err := tx.TrySend(m)
			if err == nil {
				s.accepted.Add(1)
				break
			}
			if !errors.Is(err, edo.ErrFull) {
				return s.refused(m, err)
			}
			if err := edo.Yield(task); err != nil {
				return s.refused(m, err)
			}
		}
	}
	return nil
}

// sendByChild sends some messages, spawns a child that sends the rest by a clone of the
// handle, and drops its own handle meanwhile.
func (s *sender) sendByChild(task *edo.Task, rng *rand.Rand, tx *handle) error {
	all := s.n
	s.n = rng.IntN(all + 1)
	if err := s.send(task, rng, tx); err != nil {
		return err
	}
	if int(s.accepted.Load()) < s.n || task.Err() != nil {
		return task.Err() // the receiver has left
	}
	s.n = all
	childTx := s.play.clone(tx.Sender)
	inner := fork(rng)
	s.play.tasks.Add(1)
	h := edo.Go(task, func(task *edo.Task) error {
		open := s.play.bodies.open()
		defer open.end()
		return s.send(task, inner, childTx)
	}, edo.Owns(childTx))
	tx.Drop()
	if oneIn(rng, 8) {
		s.doubt.Store(true)
		s.play.outside.do(h.Abort)
	}
	_, err := h.Await(task)
	if task.Err() == nil && errors.Is(err, edo.ErrCancelled) {
		return nil // the child was aborted
	}
	return err
}

// watch spawns a task that waits until tx is closed: the task that owns tx will drop it.
func (q *queuePlay) watch(task *edo.Task, rng *rand.Rand, tx *handle) *edo.JoinHandle[edo.Unit] {
	q.tasks.Add(1)
	var h *edo.JoinHandle[edo.Unit]
	if oneIn(rng, 2) {
		h = edo.Spawn(task, tx.ClosedFuture())
	} else {
		h = edo.Go(task, func(task *edo.Task) error {
			open := q.bodies.open()
			defer open.end()
			err := tx.Closed(task)
			if err == nil && !tx.IsClosed() {
				err = errors.New("queue: Closed returned, and the sender is open")
			}
			return err
		})
	}
	if oneIn(rng, 6) {
		q.outside.do(h.Abort)
	}
	return h
}

// sendingFutures sends without a stack, by a SendFuture that it reuses.
type sendingFutures struct {
	s    *sender
	tx   *handle
	open *token
	f    mpsc.SendFuture[*message]
	busy bool
	sent int
}

func (f *sendingFutures) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	for f.sent < f.s.n {
		if !f.busy {
			f.f.Reset(f.tx.Sender, f.s.play.message(f.s.id, f.sent))
			f.busy = true
		}
		_, p, err := f.f.Poll(cx)
		if p == edo.Pending {
			return edo.Unit{}, p, nil
		}
		f.busy = false
		if err != nil {
			m, ok := f.f.Unsent()
			if !ok {
				return edo.Unit{}, edo.Ready, fmt.Errorf("queue: a value was refused (%w), and is not returned", err)
			}
			return edo.Unit{}, edo.Ready, f.s.refused(m, err)
		}
		f.sent++
		f.s.accepted.Add(1)
	}
	return edo.Unit{}, edo.Ready, nil
}

func (f *sendingFutures) Drop() {
	f.f.Drop()
	f.tx.Drop()
	f.open.end()
}

// sendingSink sends without a stack, by a sink.
type sendingSink struct {
	s    *sender
	tx   *handle
	sink *mpsc.Sink[*message]
	open *token
	sent int // messages given to the sink
}

func (f *sendingSink) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	for {
		p, err := f.sink.PollReady(cx)
		if p == edo.Pending {
			return edo.Unit{}, p, nil
		}
		if err == nil {
			f.s.accepted.Store(int64(f.sent)) // the sink is ready: it has sent all before
			if f.sent == f.s.n {
				return edo.Unit{}, edo.Ready, nil
			}
			m := f.s.play.message(f.s.id, f.sent)
			if err = f.sink.StartSend(m); err == nil {
				f.sent++
				continue
			}
			m.end()
		}
		f.s.doubt.Store(true) // the sink does not say whether it has sent the last one
		if errors.Is(err, edo.ErrClosed) && f.s.play.mayHaveLeft() {
			return edo.Unit{}, edo.Ready, nil
		}
		return edo.Unit{}, edo.Ready, fmt.Errorf("queue: sink: %w", err)
	}
}

func (f *sendingSink) Drop() {
	f.tx.Drop() // while the sink may hold a message in line
	f.sink.Drop()
	f.open.end()
}
