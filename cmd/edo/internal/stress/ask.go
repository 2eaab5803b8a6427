package stress

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync/atomic"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/oneshot"
)

// ask sends one letter, or none, through each of a number of oneshot channels,
// while either side closes, drops, fails or is aborted.
func ask(r *round) program {
	bodies := r.account("ask: functions that were started")
	letters := r.account("ask: letters")
	futures := r.account("ask: futures")
	return func(task *edo.Task, rng *rand.Rand) error {
		var handles []*edo.JoinHandle[edo.Unit]
		var all []*correspondence
		for range 1 + rng.IntN(12) {
			c := &correspondence{round: r, bodies: bodies, letters: letters, futures: futures}
			c.tx, c.rx = oneshot.New[*token]()
			all = append(all, c)
			spawn := []func(*edo.Task, *rand.Rand) *edo.JoinHandle[edo.Unit]{c.writer, c.reader}
			for _, i := range rng.Perm(len(spawn)) {
				r.tasks.Add(1)
				h := spawn[i](task, fork(rng))
				handles = append(handles, h)
				if oneIn(rng, 12) {
					c.aborted.Store(true)
					h.Abort()
				}
			}
			if err := dawdle(task, rng); err != nil {
				return err
			}
			if oneIn(rng, 8) {
				c.aborted.Store(true)
				r.outside.do(handles[len(handles)-1-rng.IntN(2)].Abort)
			}
		}
		if err := joinAll(r, task, handles); err != nil {
			return err
		}
		for _, c := range all {
			if err := c.check(); err != nil {
				return err
			}
		}
		return nil
	}
}

// correspondence is one channel, and its outcome.
type correspondence struct {
	*round
	bodies, letters, futures *account
	tx                       *oneshot.Sender[*token]
	rx                       *oneshot.Receiver[*token]

	sent, received, refused atomic.Bool // the letter
	unsent                  atomic.Bool // the reader got the error that none comes
	leaving                 atomic.Bool // the reader may leave before it has read
	aborted                 atomic.Bool // one of the two may have been
}

func (c *correspondence) check() error {
	switch {
	case c.received.Load() && !c.sent.Load():
		return errors.New("a letter was received that was not sent")
	case c.sent.Load() && c.unsent.Load():
		return errors.New("a letter was sent, and the reader got the error that there is none")
	case c.refused.Load() && !c.leaving.Load() && !c.aborted.Load():
		return errors.New("a letter was refused, and the reader was there")
	case c.sent.Load() && !c.received.Load() && !c.leaving.Load() && !c.aborted.Load():
		return errors.New("a letter was sent, and not received")
	}
	return nil
}

// write sends a letter.
func (c *correspondence) write(send func(*token) error) {
	letter := c.letters.open()
	err := send(letter)
	switch {
	case err == nil:
		c.sent.Store(true)
	case errors.Is(err, edo.ErrClosed):
		c.refused.Store(true)
		letter.end() // the writer has it again
	default:
		c.fault("ask: Send returned %v", err)
	}
}

// read notes the result of the receiver.
func (c *correspondence) read(letter *token, err error) error {
	switch {
	case err == nil:
		c.received.Store(true)
		letter.end()
	case errors.Is(err, edo.ErrClosed):
		c.unsent.Store(true)
	case errors.Is(err, edo.ErrCancelled):
		return err
	default:
		return fmt.Errorf("ask: receive: %w", err)
	}
	return nil
}

// writer spawns the task that sends.
func (c *correspondence) writer(task *edo.Task, rng *rand.Rand) *edo.JoinHandle[edo.Unit] {
	if oneIn(rng, 4) {
		return edo.Spawn(task, &writing{c: c, open: c.futures.open(), rng: rng, steps: rng.IntN(4)})
	}
	return edo.Go(task, func(task *edo.Task) error {
		open := c.bodies.open()
		defer open.end()
		if err := dawdle(task, rng); err != nil {
			return err
		}
		switch rng.IntN(7) {
		case 0:
			return nil // its end of the channel is dropped
		case 1:
			c.tx.Close()
		case 2:
			return c.misbehave(rng)
		case 3:
			if c.leaving.Load() {
				if err := c.tx.Closed(task); err != nil {
					return err
				}
				if !c.tx.IsClosed() {
					return errors.New("ask: Closed returned, and the channel is open")
				}
			}
			c.write(c.tx.Send)
		case 4:
			ended := make(chan struct{})
			c.outside.do(func() { defer close(ended); c.write(c.tx.Send) })
			for {
				select {
				case <-ended:
					return nil
				default:
				}
				if err := edo.Yield(task); err != nil {
					<-ended //edo:allow blocking it comes soon, and tx must not be dropped before
					return err
				}
			}
		default:
			c.write(c.tx.Send)
			if err := c.tx.Send(nil); !errors.Is(err, edo.ErrClosed) {
				return fmt.Errorf("ask: the second Send returned %v", err)
			}
		}
		return nil
	}, edo.Owns(c.tx))
}

// writing sends without a stack.
type writing struct {
	c     *correspondence
	open  *token
	rng   *rand.Rand
	steps int
}

func (w *writing) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	if w.steps > 0 {
		w.steps--
		w.c.outside.do(cx.Waker().Wake)
		return edo.Unit{}, edo.Pending, nil
	}
	w.c.write(func(letter *token) error { return w.c.tx.SendBy(cx, letter) })
	return edo.Unit{}, edo.Ready, nil
}

func (w *writing) Drop() {
	w.open.end()
	w.c.tx.Drop()
}

// reader spawns the task that receives.
func (c *correspondence) reader(task *edo.Task, rng *rand.Rand) *edo.JoinHandle[edo.Unit] {
	own := edo.Owns(c.rx)
	if oneIn(rng, 3) {
		c.leaving.Store(true)
		return edo.Go(task, func(task *edo.Task) error { return c.leave(task, rng) }, own)
	}
	switch rng.IntN(3) {
	case 0:
		return edo.Spawn(task, &reading{c: c, open: c.futures.open()})
	case 1:
		return edo.Go(task, func(task *edo.Task) error {
			open := c.bodies.open()
			defer open.end()
			for {
				letter, err := c.rx.TryRecv()
				if !errors.Is(err, edo.ErrEmpty) {
					return c.read(letter, err)
				}
				if err := edo.Yield(task); err != nil {
					return err
				}
			}
		}, own)
	}
	return edo.Go(task, func(task *edo.Task) error {
		open := c.bodies.open()
		defer open.end()
		return c.read(c.rx.Recv(task))
	}, own)
}

// leave is a reader that leaves without waiting for the letter.
func (c *correspondence) leave(task *edo.Task, rng *rand.Rand) error {
	open := c.bodies.open()
	defer open.end()
	if err := dawdle(task, rng); err != nil {
		return err
	}
	switch rng.IntN(3) {
	case 0:
		return c.misbehave(rng)
	case 1:
		c.rx.Close()
		if letter, err := c.rx.TryRecv(); err == nil {
			return c.read(letter, nil)
		} else if errors.Is(err, edo.ErrEmpty) {
			return errors.New("ask: a closed receiver says that a letter may still come")
		}
	}
	return nil // its end of the channel is dropped
}

// reading receives without a stack.
type reading struct {
	c    *correspondence
	open *token
}

func (f *reading) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	letter, p, err := f.c.rx.Poll(cx)
	if p == edo.Pending {
		return edo.Unit{}, p, nil
	}
	return edo.Unit{}, p, f.c.read(letter, err)
}

func (f *reading) Drop() {
	f.open.end()
	f.c.rx.Drop()
}
