package timer

import (
	"errors"
	"fmt"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/internal/sched"
	"github.com/edo-go/edo/internal/waiters"
)

// LimitFuture is the future of [Limiter.WaitFuture]: it takes its tokens and is ready once
// they are made. One task at a time waits for it: a second task that waits meanwhile gets
// an [*edo.BusyError].
//
// A future that is written by hand may contain a LimitFuture to wait for tokens: the zero
// value is ready for use, and [LimitFuture.Reset] and [LimitFuture.Poll] allocate nothing.
type LimitFuture struct {
	//	state     meaning                                            set by
	//	done      wants nothing, or its result was read              its owner
	//	fresh     wants tokens, and is not in the queue yet          its owner
	//	queued    is in the queue                                    its owner, with the Limiter's lock
	//	granted   has its tokens; its task has not polled it since   settle, with the lock
	//
	// All fields but timer and l are guarded by the lock of l.

	node   waiters.Node[LimitFuture]
	timer  sched.Timer // armed for pollAt
	l      *Limiter
	waker  edo.Waker
	n      int64
	pollAt int64 // when the timer makes the task poll again
	state  uint8
}

const (
	limitDone uint8 = iota
	limitFresh
	limitQueued
	limitGranted
)

var errLimitSpent = errors.New("timer: a future of a Limiter was polled that asks for nothing, or has ended")

// Reset makes f wait for n tokens of l, as a new future. An earlier wait of f is given up
// as by [LimitFuture.Drop].
func (f *LimitFuture) Reset(l *Limiter, n int) {
	if n < 0 {
		panic(errTokens)
	}
	f.Drop()
	f.l, f.n, f.state = l, int64(n), limitFresh
}

// Poll is Ready when f has its tokens.
func (f *LimitFuture) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	if !cx.Proceed(f) {
		return edo.Unit{}, edo.Pending, nil
	}
	if f.l == nil {
		return edo.Unit{}, edo.Ready, errLimitSpent
	}
	in := (*sched.Context)(cx)
	if in.Runtime() == nil {
		return edo.Unit{}, edo.Ready, sched.ErrNoClock
	}
	var ws wakeList
	displaced, p, err := f.takeOrWait(cx, in, &ws)
	ws.wakeAll()
	cx.Displace(displaced, f)
	return edo.Unit{}, p, err
}

// takeOrWait takes the tokens, or waits for them in the queue. The caller wakes ws, and tells
// Displace of displaced: the waker of a task that no longer waits for f, and that the waker
// of cx has replaced. It does so without the lock of the Limiter.
func (f *LimitFuture) takeOrWait(cx *edo.Context, in *sched.Context, ws *wakeList) (displaced edo.Waker, p edo.Poll, err error) {
	l, me := f.l, cx.Waker()
	clock := in.Runtime().Driver().(driver.Driver)
	now := clock.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	// A second task that waits for a queued future gets a BusyError.
	if f.state == limitQueued && f.waker != me {
		displaced = f.waker
		l.mu.Unlock() // Sole polls the first task, and that poll locks mu
		err := cx.Sole(displaced, f, useLimited)
		l.mu.Lock()
		if err != nil {
			return edo.Waker{}, edo.Ready, err
		}
	}
	// Take the tokens, join the queue, or grant what has become due.
	switch f.state {
	case limitFresh:
		taken, err := l.takeTokens(clock, now, int(f.n), ws)
		if taken || err != nil {
			f.state = limitDone
			return displaced, edo.Ready, err
		}
		f.joinQueue()
	case limitQueued:
		f.waker = edo.Waker{} // this task is running: settle need not wake it
		l.settle(clock, now, ws)
	}
	switch f.state {
	case limitDone:
		return displaced, edo.Ready, errLimitSpent
	case limitGranted:
		f.timer.Stop()
		f.state, f.waker = limitDone, edo.Waker{}
		return displaced, edo.Ready, nil
	}
	// Still queued. The timer of the head fires when its tokens are made. Another future
	// keeps the instant that it computed when it joined. If that has passed, it is armed for
	// Never: settle wakes it once it is the head.
	f.waker = me
	if l.queue.First() == f {
		f.pollAt = sched.After(l.settledAt, time.Duration(l.level.timeUntil(f.n, l.rate)))
	} else if f.pollAt <= now {
		f.pollAt = sched.Never
	}
	in.Arm(&f.timer, f.pollAt)
	return displaced, edo.Pending, nil
}

// joinQueue appends f to the queue. It sets pollAt to the instant at which the tokens of f
// and of all futures before it are made, if none of these gives up. Locked, and settled.
func (f *LimitFuture) joinQueue() {
	l := f.l
	f.state = limitQueued
	if invariant.Enabled {
		invariant.Check(f.node == waiters.Node[LimitFuture]{}, "timer: a LimitFuture is in the queue twice")
	}
	l.queue.PushBack(f)
	l.wanted += f.n
	f.pollAt = sched.After(l.settledAt, time.Duration(l.level.timeUntil(l.wanted, l.rate)))
}

// Drop leaves the queue. Tokens that were granted to f, and that no poll has returned, go to
// the next waiter or back into the bucket. It may be called twice.
func (f *LimitFuture) Drop() {
	f.timer.Stop()
	l := f.l
	if l == nil {
		return
	}
	var ws wakeList
	l.mu.Lock()
	switch f.state {
	case limitQueued:
		l.leaveQueue(f)
		l.settle(l.clock, l.clock.Now(), &ws)
	case limitGranted:
		l.level.tokens += f.n
		l.settle(l.clock, l.clock.Now(), &ws)
	}
	f.state, f.waker = limitDone, edo.Waker{}
	l.mu.Unlock()
	ws.wakeAll()
}

// Waits says what f waits for, and until when if no waiter before it gives up.
func (f *LimitFuture) Waits(*edo.Context) edo.Wait {
	w := edo.Wait{On: "timer: limiter"}
	l := f.l
	if l == nil {
		return w
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	switch f.state {
	case limitDone:
		w.On = "timer: limiter, a future that has ended"
	case limitGranted:
		w.On = "timer: limiter, " + tokensText(f.n) + ", granted and not taken"
	case limitFresh:
		w.On = "timer: limiter, " + tokensText(f.n)
	case limitQueued:
		w.On = "timer: limiter, " + tokensText(f.n)
		w.Until = timeAt(l.clock, f.pollAt)
		switch before := waiters.CountBefore(f, maxCounted); before {
		case 0:
		case maxCounted:
			w.By = []string{fmt.Sprintf("%d or more waiting before it", before)}
		default:
			w.By = []string{fmt.Sprintf("%d waiting before it", before)}
		}
	}
	return w
}

// maxCounted is how many waiters before a future Waits counts: the time of a report must not
// grow with the square of a long queue.
const maxCounted = 100

// tokensText returns n tokens in words.
func tokensText(n int64) string {
	if n == 1 {
		return "1 token"
	}
	return fmt.Sprintf("%d tokens", n)
}
