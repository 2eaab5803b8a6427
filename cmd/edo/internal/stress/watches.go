package stress

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync/atomic"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/stream"
	"github.com/edo-go/edo/watch"
)

// watches counts up the value of a watch channel, by one sender that replaces it or
// several that modify it, while several receivers read it.
func watches(r *round) program {
	c := r.spawner("watch")
	return func(task *edo.Task, rng *rand.Rand) error {
		p := &watchPlay{spawner: c, many: oneIn(rng, 2)}
		return p.play(task, rng)
	}
}

// watchPlay is one channel. Its value is a count, and its negative: so half of a change can
// be recognised.
type watchPlay struct {
	*spawner
	many  bool         // several senders
	done  atomic.Int64 // how often it was counted up
	open  atomic.Int64 // senders that are not about to be closed
	stays bool         // one of the receivers is never dropped
}

type pair struct{ n, minus int }

func (p *watchPlay) play(task *edo.Task, rng *rand.Rand) error {
	tx, rx := watch.New(pair{})
	defer tx.Close()
	defer rx.Drop()
	p.stays = oneIn(rng, 2)
	senders := 1
	if p.many {
		senders += rng.IntN(4)
	}
	// 1. Spawn the senders. The changes of those that are not aborted will certainly happen.
	p.open.Store(int64(senders))
	var handles []*edo.JoinHandle[edo.Unit]
	var target int // the count that will certainly be reached
	for range senders {
		n := rng.IntN(100)
		h := p.change(task, rng, tx.Clone(), n)
		handles = append(handles, h)
		if !p.abort(rng, 8, h) {
			target += n
		}
	}
	// 2. Spawn the receivers.
	var waiters []*edo.JoinHandle[edo.Unit]
	for range rng.IntN(5) {
		kind := rng.IntN(6)
		h := p.receive(task, rng, rx.Clone(), kind, rng.IntN(target+1))
		p.abort(rng, 10, h)
		if kind == waitFor || kind == waitForFuture {
			waiters = append(waiters, h)
		} else {
			handles = append(handles, h)
		}
	}
	if !p.stays {
		rx.Drop()
	}
	// 3. Join all, and compare the value with the count of changes.
	if oneIn(rng, 2) {
		// Before the end, which would also wake tasks whose wake was lost.
		if err := joinAll(p.round, task, waiters); err != nil {
			return err
		}
		waiters = nil
	}
	tx.Close()
	if err := joinAll(p.round, task, append(handles, waiters...)); err != nil {
		return err
	}
	// The counts of aborted tasks are exact too: they do not wait in between.
	v, want := rx.Borrow(), int(p.done.Load())
	if v != (pair{want, -want}) {
		return fmt.Errorf("watch: the value is %v, and was counted up %d times", v, want)
	}
	if n := rx.SenderCount(); n != 0 {
		return fmt.Errorf("watch: %d senders are left over", n)
	}
	return nil
}

// changer closes a sender.
type changer struct {
	*watch.Sender[pair]
	play *watchPlay
}

func (c *changer) Drop() {
	c.play.open.Add(-1) // first: no receiver must see the end earlier
	c.Sender.Drop()
}

// change spawns a task that counts up n times.
func (p *watchPlay) change(task *edo.Task, rng *rand.Rand, tx *watch.Sender[pair], n int) *edo.JoinHandle[edo.Unit] {
	return p.start(task, rng, func(task *edo.Task, rng *rand.Rand) error {
		for range n {
			if err := p.countUp(tx, rng); err != nil {
				return err
			}
			if oneIn(rng, 8) {
				if err := dawdle(task, rng); err != nil {
					return err
				}
			}
		}
		if oneIn(rng, 12) {
			return p.misbehave(rng)
		}
		return nil
	}, &changer{tx, p})
}

// countUp counts up.
func (p *watchPlay) countUp(tx *watch.Sender[pair], rng *rand.Rand) error {
	modify := func(v *pair) { v.n++; v.minus-- }
	p.done.Add(1)
	kind := rng.IntN(6)
	if !p.many && kind > 3 {
		n := tx.Borrow().n
		next := pair{n + 1, -n - 1}
		if kind == 4 {
			if old := tx.SendReplace(next); old.n != n {
				return fmt.Errorf("watch: the value was %v, and became %v without being sent", n, old)
			}
			return nil
		}
		err := tx.Send(next)
		if errors.Is(err, edo.ErrClosed) && (!p.stays || p.stopping.Load()) { // no receiver is left
			modify(&next)
			tx.SendModify(modify)
			return nil
		}
		return err
	}
	switch kind {
	case 0:
		if tx.SendIfModified(func(*pair) bool { return false }) {
			return errors.New("watch: SendIfModified says that the value was modified")
		}
	case 1:
		if err := p.modifyAndPanic(tx); err != nil {
			return err
		}
	case 2:
		if !tx.SendIfModified(func(v *pair) bool { modify(v); return true }) {
			return errors.New("watch: SendIfModified says that the value was not modified")
		}
		return nil
	}
	tx.SendModify(modify)
	return nil
}

// modifyAndPanic modifies the value, and panics: then the value must be unchanged.
func (p *watchPlay) modifyAndPanic(tx *watch.Sender[pair]) (err error) {
	defer func() {
		if v := recover(); v != errPlanned {
			err = fmt.Errorf("watch: SendModify panicked with %v", v)
		}
	}()
	tx.SendModify(func(v *pair) {
		v.n += 1000
		panic(errPlanned)
	})
	return nil
}

// Kinds of receivers that wait for a count that will certainly be reached.
const (
	waitFor = 1 + iota
	waitForFuture
)

// receive spawns a task that receives the changes: until the end, until the count is target,
// or a few of them.
func (p *watchPlay) receive(task *edo.Task, rng *rand.Rand, rx *watch.Receiver[pair], kind, target int) *edo.JoinHandle[edo.Unit] {
	s := &sight{play: p}
	if kind == 0 {
		return p.drive(task, &watching{s: s, rx: rx}, rx)
	}
	return p.start(task, rng, func(task *edo.Task, rng *rand.Rand) error {
		switch kind {
		case waitFor, waitForFuture:
			reached := func(v pair) bool { return v.n >= target }
			var v pair
			var err error
			if kind == waitFor {
				v, err = rx.WaitFor(task, reached)
			} else {
				f := rx.WaitForFuture(reached)
				v, err = edo.Await(task, f)
				edo.Drop(f)
			}
			if errors.Is(err, edo.ErrClosed) {
				return s.checkEarlyEnd(target)
			}
			if err == nil && !reached(v) {
				err = fmt.Errorf("watch: waited for %d, and got %d", target, v.n)
			}
			return err
		case 3:
			for v := range stream.All(task, rx) {
				if task.Err() != nil {
					break
				}
				if err := s.see(v); err != nil {
					return err
				}
			}
			if task.Err() != nil {
				return task.Err()
			}
			return s.checkEnd()
		}
		for {
			if err := rx.Changed(task); err != nil {
				if errors.Is(err, edo.ErrClosed) {
					return s.checkEnd()
				}
				return err
			}
			if err := s.see(rx.BorrowAndUpdate()); err != nil {
				return err
			}
			if oneIn(rng, 6) {
				if err := dawdle(task, rng); err != nil {
					return err
				}
			}
		}
	}, rx)
}

// sight is the last count that a receiver has seen.
type sight struct {
	play *watchPlay
	last int
}

// see checks a value that was seen.
func (s *sight) see(v pair) error {
	if v.minus != -v.n {
		return fmt.Errorf("watch: half of a change was seen: %v", v)
	}
	// The same count again: a change came between Changed and Borrow.
	if v.n < s.last || v.n > int(s.play.done.Load()) {
		return fmt.Errorf("watch: %d was seen after %d, of %d", v.n, s.last, s.play.done.Load())
	}
	s.last = v.n
	return nil
}

// checkEnd checks that the last value was seen before the end.
func (s *sight) checkEnd() error {
	if s.play.stopping.Load() {
		return nil
	}
	if n := s.play.open.Load(); n != 0 {
		return fmt.Errorf("watch: the channel has ended with %d senders open", n)
	}
	if want := int(s.play.done.Load()); s.last != want {
		return fmt.Errorf("watch: the channel has ended, and the last value was %d and not %d", s.last, want)
	}
	return nil
}

// checkEarlyEnd checks an end before target was reached.
func (s *sight) checkEarlyEnd(target int) error {
	if got := int(s.play.done.Load()); !s.play.stopping.Load() && got >= target {
		return fmt.Errorf("watch: waited for %d, and the channel has ended with %d", target, got)
	}
	return nil
}

// watching receives the changes without a stack.
type watching struct {
	s  *sight
	rx *watch.Receiver[pair]
}

func (f *watching) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	for {
		v, p, _ := f.rx.PollNext(cx)
		switch p {
		case edo.Pending:
			return edo.Unit{}, p, nil
		case edo.End:
			return edo.Unit{}, edo.Ready, f.s.checkEnd()
		}
		if err := f.s.see(v); err != nil {
			return edo.Unit{}, edo.Ready, err
		}
	}
}
