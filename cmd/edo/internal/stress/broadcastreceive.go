package stress

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/broadcast"
	"github.com/edo-go/edo/stream"
	"github.com/edo-go/edo/timer"
)

// listener is a receiver, and the numbers of the values that it has received.
type listener struct {
	play   *broadcastPlay
	rx     *broadcast.Receiver[call]
	from   int   // values that were sent before it was made; -1: not known
	next   []int // the least number that may come, of each sender
	got    int
	missed int
	known  atomic.Int64              // got and missed
	stays  *edo.JoinHandle[edo.Unit] // its task, if it receives to the end
}

func (p *broadcastPlay) listener(rx *broadcast.Receiver[call], senders, from int) *listener {
	return &listener{play: p, rx: rx, next: make([]int, senders), from: from}
}

// subscribe returns a listener that is made after values were sent.
func (p *broadcastPlay) subscribe(subscribe func() *broadcast.Receiver[call], senders int) *listener {
	if !p.inOrder {
		return p.listener(subscribe(), senders, -1)
	}
	p.order.Lock()
	defer p.order.Unlock()
	return p.listener(subscribe(), senders, int(p.sent.Load()))
}

// listen spawns a task that receives.
func (p *broadcastPlay) listen(task *edo.Task, rng *rand.Rand, l *listener) *edo.JoinHandle[edo.Unit] {
	leaves := -1
	if oneIn(rng, 5) {
		leaves = rng.IntN(60)
		p.leaving.Store(true)
	}
	aborted := oneIn(rng, 12)
	if aborted {
		p.leaving.Store(true)
	}
	var h *edo.JoinHandle[edo.Unit]
	kind := rng.IntN(5)
	switch kind {
	case 0:
		h = p.drive(task, &listening{l}, l.rx)
	default:
		h = p.start(task, rng, func(task *edo.Task, rng *rand.Rand) error {
			if kind == 1 && leaves < 0 {
				return l.receiveByLoop(task)
			}
			return l.receive(task, rng, kind, leaves)
		}, l.rx)
	}
	if aborted {
		p.abort(rng, 1, h)
	} else if leaves < 0 {
		l.stays = h
	}
	return h
}

// receive receives to the end, or the number of values after which it leaves.
func (l *listener) receive(task *edo.Task, rng *rand.Rand, kind, leaves int) error {
	slow := 1 + rng.IntN(30)
	for n := 0; n != leaves; n++ {
		var v call
		var err error
		switch kind {
		case 2:
			v, err = edo.Await(task, l.rx.RecvFuture())
		case 3:
			for v, err = l.rx.TryRecv(); errors.Is(err, edo.ErrEmpty); v, err = l.rx.TryRecv() {
				if err := edo.Yield(task); err != nil {
					return err
				}
			}
		default:
			v, err = l.rx.Recv(task)
		}
		if over, err := l.check(v, err); over {
			return err
		}
		if n < 50 && oneIn(rng, 100) { // another task receives from here too
			other := l.play.subscribe(l.rx.Resubscribe, len(l.next))
			l.play.lateTasks.add(l.play.listen(task, rng, other))
		}
		if oneIn(rng, slow) {
			if err := dawdle(task, rng); err != nil {
				return err
			}
		}
	}
	l.rx.Close()
	if _, err := l.rx.Recv(task); !errors.Is(err, edo.ErrClosed) && !errors.Is(err, edo.ErrCancelled) {
		return fmt.Errorf("broadcast: a closed receiver received, with %v", err)
	}
	return task.Err()
}

// receiveByLoop receives by a loop over the stream.
func (l *listener) receiveByLoop(task *edo.Task) error {
	for v, err := range stream.All(task, l.rx) {
		if over, err := l.check(v, err); over {
			return err
		}
	}
	if err := task.Err(); err != nil {
		return err
	}
	_, err := l.check(call{}, edo.ErrClosed)
	return err
}

// listening receives without a stack.
type listening struct{ l *listener }

func (f *listening) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	for {
		v, p, err := f.l.rx.PollNext(cx)
		switch p {
		case edo.Pending:
			return edo.Unit{}, p, nil
		case edo.End:
			err = edo.ErrClosed
		}
		if over, err := f.l.check(v, err); over {
			return edo.Unit{}, edo.Ready, err
		}
	}
}

// check checks a value or an error that was received. It reports whether it was the last.
func (l *listener) check(v call, err error) (over bool, _ error) {
	lag, lagged := err.(*broadcast.LaggedError)
	switch {
	case lagged:
		return l.checkLag(int(lag.Missed))
	case errors.Is(err, edo.ErrClosed):
		return true, l.checkEnd()
	case err != nil:
		return true, err
	}
	if want := l.from + l.got + l.missed; l.play.inOrder && v.seq != want {
		return true, fmt.Errorf("broadcast: value %d was received, and %d is the next", v.seq, want)
	}
	if v.n < l.next[v.sender] {
		return true, fmt.Errorf("broadcast: value %d of sender %d was received, and %d is the next", v.n, v.sender, l.next[v.sender])
	}
	l.next[v.sender] = v.n + 1
	l.got++
	l.known.Add(1)
	return false, nil
}

// checkLag checks that no more values were missed than necessary.
func (l *listener) checkLag(missed int) (over bool, _ error) {
	if missed < 1 {
		return true, fmt.Errorf("broadcast: lagged behind by %d", missed)
	}
	if l.play.inOrder {
		l.play.order.Lock() // so that all that was sent is counted
		sent := int(l.play.sent.Load())
		l.play.order.Unlock()
		if most := sent - l.play.capacity - l.from - l.got - l.missed; missed > most {
			return true, fmt.Errorf("broadcast: %d values were missed, where the capacity would have kept all but %d", missed, most)
		}
	}
	l.missed += missed
	l.known.Add(int64(missed))
	return false, nil
}

// awaitCaughtUp waits until l has received or missed all values.
func (l *listener) awaitCaughtUp(task *edo.Task) error {
	for l.stays != nil && !l.stays.Finished() && l.known.Load() < l.play.sent.Load() {
		if err := timer.Sleep(task, time.Millisecond); err != nil {
			return err
		}
	}
	return nil
}

// checkEnd checks that every value was received, or known to be missed, before the end.
func (l *listener) checkEnd() error {
	if l.play.stopping.Load() {
		return nil
	}
	if n := l.play.open.Load(); n != 0 {
		return fmt.Errorf("broadcast: the channel has ended with %d senders open", n)
	}
	if sent := int(l.play.sent.Load()); l.from >= 0 && l.got+l.missed != sent-l.from {
		return fmt.Errorf("broadcast: %d values were received, and %d missed, of %d", l.got, l.missed, sent-l.from)
	}
	return nil
}
