package timer

import (
	"errors"
	"fmt"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal"
	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/sched"
)

// LimitFuture is the future of [Limiter.WaitFuture]: it is ready when its tokens are
// there, and has taken them then. One task at a time waits for it: another one that comes
// meanwhile gets an [*edo.BusyError].
//
// It is also how a future that is written by hand waits for tokens: it keeps a LimitFuture
// inside itself, whose zero value is good for that, and calls [LimitFuture.Reset] and
// [LimitFuture.Poll], which allocate nothing.
type LimitFuture struct {
	//	state     it                                            set by
	//	done      asks for nothing; its outcome was read        its owner
	//	fresh     asks, and is not in line yet                  its owner
	//	queued    is in line                                    its owner, with the Limiter's lock
	//	granted   has its tokens, which its task has not seen   settle, with the lock
	//
	// All fields but timer and l are guarded by the lock of l.

	timer      sched.Timer // armed for at
	l          *Limiter
	next, prev *LimitFuture
	waker      edo.Waker
	n          int64
	at         int64 // when the task will look again
	state      uint8
}

const (
	limitDone uint8 = iota
	limitFresh
	limitQueued
	limitGranted
)

var errLimitSpent = errors.New("timer: a future of a Limiter was polled that asks for nothing, or has ended")

// Reset makes f ask l for n tokens, from the beginning. What f asked for before is given
// up, as by [LimitFuture.Drop].
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
	in := cx.Internal(internal.Key{})
	if in.Runtime() == nil {
		return edo.Unit{}, edo.Ready, sched.ErrNoClock
	}
	var ws wakes
	asked, p, err := f.poll(cx, in, &ws)
	ws.wake()
	cx.Displace(asked, f)
	return edo.Unit{}, p, err
}

// poll returns the waker that was there, of a task that did not wait.
func (f *LimitFuture) poll(cx *edo.Context, in *sched.Context, ws *wakes) (asked edo.Waker, p edo.Poll, err error) {
	l, me := f.l, cx.Waker()
	clock := in.Runtime().Driver().(driver.Driver)
	now := clock.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	if f.state == limitQueued && f.waker != me {
		asked = f.waker
		l.mu.Unlock()
		err := cx.Sole(asked, f, useLimited)
		l.mu.Lock()
		if err != nil {
			return edo.Waker{}, edo.Ready, err
		}
	}
	switch f.state {
	case limitFresh:
		taken, err := l.take(clock, now, int(f.n), ws)
		if taken || err != nil {
			f.state = limitDone
			return asked, edo.Ready, err
		}
		f.join()
	case limitQueued:
		f.waker = edo.Waker{} // it runs, and need not be woken
		l.settle(clock, now, ws)
	}
	switch f.state {
	case limitDone:
		return asked, edo.Ready, errLimitSpent
	case limitGranted:
		f.timer.Stop()
		f.state, f.waker = limitDone, edo.Waker{}
		return asked, edo.Ready, nil
	}
	f.waker = me
	if l.first == f {
		f.at = after(l.last, time.Duration(l.level.until(f.n, l.rate)))
	} else if f.at <= now { // its turn comes later than it had seemed, and it is told
		f.at = sched.Never
	}
	in.Arm(&f.timer, f.at)
	return asked, edo.Pending, nil
}

// join gets in line. The tokens will be there when those for all before f have been, if
// none of these gives up. Locked, and settled.
func (f *LimitFuture) join() {
	l := f.l
	f.state = limitQueued
	f.prev, f.next = l.end, nil
	if l.end == nil {
		l.first = f
	} else {
		l.end.next = f
	}
	l.end = f
	l.owed += f.n
	f.at = after(l.last, time.Duration(l.level.until(l.owed, l.rate)))
}

// Drop leaves the line. Tokens that f was granted and that were not seen go to the next,
// or back into the bucket. It may be called twice.
func (f *LimitFuture) Drop() {
	f.timer.Stop()
	l := f.l
	if l == nil {
		return
	}
	var ws wakes
	l.mu.Lock()
	switch f.state {
	case limitQueued:
		l.remove(f)
		l.settle(l.clock, l.clock.Now(), &ws)
	case limitGranted:
		l.level.tokens += f.n
		l.settle(l.clock, l.clock.Now(), &ws)
	}
	f.state, f.waker = limitDone, edo.Waker{}
	l.mu.Unlock()
	ws.wake()
}

// Waits says what f waits for, and until when if none before it gives up.
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
		w.On = "timer: limiter, " + counted(f.n) + ", granted and not taken"
	case limitFresh:
		w.On = "timer: limiter, " + counted(f.n)
	case limitQueued:
		w.On = "timer: limiter, " + counted(f.n)
		w.Until = timeAt(l.clock, f.at)
		before := 0
		for q := f.prev; q != nil && before < manyBefore; q = q.prev {
			before++
		}
		switch before {
		case 0:
		case manyBefore:
			w.By = []string{fmt.Sprintf("%d or more waiting before it", before)}
		default:
			w.By = []string{fmt.Sprintf("%d waiting before it", before)}
		}
	}
	return w
}

// manyBefore is how many of those before a waiter are counted, so that a report of a long
// line takes no time that grows with its square.
const manyBefore = 100

// counted is n tokens in words.
func counted(n int64) string {
	if n == 1 {
		return "1 token"
	}
	return fmt.Sprintf("%d tokens", n)
}
