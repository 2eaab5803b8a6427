package timer

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal"
	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/sched"
)

// Limiter lets so much happen in a time, and no more: a token bucket, on the clock of the
// runtime. The bucket holds burst tokens, is full at first, and gets new ones at its
// [Rate] until it is full again. An operation takes a token, or several, and waits in
// line for those that are not there yet. In any time t no more than burst + rate × t
// tokens are taken, and what waits gets them at the first millisecond of the clock after
// they are there: never early.
//
// The line is first come, first served: a wait for many tokens is not overtaken by those
// for few, nor by [Limiter.Allow]. A waiter that gives up leaves its tokens to the next.
// Any number of goroutines may use a Limiter at the same time; it must not be copied. It
// may serve several runtimes.
//
//	limit := timer.NewLimiter(timer.PerSecond(100), 10)
//
//	for job := range jobs {
//		if err := limit.Wait(task); err != nil {
//			return err
//		}
//		...
//	}
//
//	direct         poll                   future
//	Limiter.Wait   [LimitFuture.Poll]     [Limiter.WaitFuture]
//
// A token that is there costs a look at the clock and 30 ns, and no allocation. One that
// is waited for costs an allocation of 80 bytes and a timer.
type Limiter struct {
	burst int64

	mu    sync.Mutex // guards the following, and the futures in line
	rate  Rate
	clock driver.Driver // nil: not used yet, and full
	last  int64         // the instant on clock at which level was right
	level level
	first *LimitFuture // in line; those that wait longest first
	end   *LimitFuture
	owed  int64 // how many tokens they wait for
}

var (
	errBurst    = errors.New("timer: a Limiter must have a burst of at least 1")
	errTokens   = errors.New("timer: the number of tokens must not be negative")
	errNoTokens = edo.NewError(edo.ErrEmpty, "timer: the limiter has no token now")
)

// NewLimiter returns a limiter with a full bucket of burst tokens. It panics when burst
// is less than 1.
func NewLimiter(r Rate, burst int) *Limiter {
	if burst < 1 {
		panic(errBurst)
	}
	return &Limiter{rate: r, burst: min(int64(burst), most), level: level{tokens: min(int64(burst), most)}}
}

// Rate returns the rate.
func (l *Limiter) Rate() Rate {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.rate.tokens == 0 {
		return Rate{}
	}
	return l.rate
}

// Burst returns how many tokens the bucket holds.
func (l *Limiter) Burst() int { return int(l.burst) }

// SetRate makes the bucket fill at another rate, from now on, for those as well that
// wait already. It never waits.
func (l *Limiter) SetRate(r Rate) {
	var ws wakes
	l.mu.Lock()
	if l.clock != nil {
		l.settle(l.clock, l.clock.Now(), &ws)
	}
	if r.tokens == 0 {
		r.per = l.rate.per // what is in the making stays so
	}
	l.level = l.level.at(l.rate, r)
	l.rate = r
	if l.clock != nil {
		l.settle(l.clock, l.last, &ws)
	}
	l.mu.Unlock()
	ws.wake()
}

// Allow takes a token if one is there, and says whether it did: [Limiter.TryTake] of one.
func (l *Limiter) Allow(s edo.Spawner) bool { return l.TryTake(s, 1) == nil }

// TryTake takes n tokens if they are there and nothing waits in line. It never waits. s
// says on which runtime, for its clock: a task, a context of a poll, or the runtime. The
// error matches [edo.ErrEmpty], or says that n is more than the burst, or that s is not
// the caller's.
func (l *Limiter) TryTake(s edo.Spawner, n int) error {
	_, clock, err := edo.Internals(internal.Key{}, s)
	if err != nil {
		return err
	}
	var ws wakes
	l.mu.Lock()
	taken, err := l.take(clock, clock.Now(), n, &ws)
	l.mu.Unlock()
	ws.wake()
	if err == nil && !taken {
		err = errNoTokens
	}
	return err
}

// Wait takes a token, and waits in line until it is there: [Limiter.WaitN] for one.
func (l *Limiter) Wait(task *edo.Task) error { return l.WaitN(task, 1) }

// WaitN takes n tokens, all at once, and waits in line until they are there. The error is
// that of the task, [edo.ErrCancelled] when it was asked to end while it waited: then no
// token is taken. For more tokens than the burst it is an error at once. A negative n is a
// mistake in the program, and panics.
func (l *Limiter) WaitN(task *edo.Task, n int) error {
	if err := task.Proceed(limited{l}); err != nil {
		return err
	}
	in := task.Internal(internal.Key{}).Internal(internal.Key{})
	if in.Runtime() == nil {
		return sched.ErrNoClock
	}
	var ws wakes
	clock := in.Runtime().Driver().(driver.Driver)
	l.mu.Lock()
	taken, err := l.take(clock, clock.Now(), n, &ws)
	l.mu.Unlock()
	ws.wake()
	if taken || err != nil {
		return err
	}
	f := l.WaitFuture(n)
	_, err = edo.Await(task, edo.Future[edo.Unit](f))
	f.Drop() // if it was not seen to its end
	return err
}

// WaitFuture returns [Limiter.WaitN] as a future. It is one allocation. It gets in line
// when it is polled first.
//
// In direct style use [Limiter.WaitN]: an [edo.Await] that is cancelled leaves the future
// in line until it is dropped.
func (l *Limiter) WaitFuture(n int) *LimitFuture {
	f := &LimitFuture{}
	f.Reset(l, n)
	return f
}

// take takes n tokens, if they are there and nothing waits in line. Locked.
func (l *Limiter) take(clock driver.Driver, now int64, n int, ws *wakes) (taken bool, err error) {
	if err := l.check(n); err != nil {
		return false, err
	}
	l.settle(clock, now, ws)
	switch {
	case n == 0 || l.rate.unlimited():
		return true, nil
	case l.first != nil || l.level.tokens < int64(n):
		return false, nil
	}
	l.level.tokens -= int64(n)
	return true, nil
}

// check checks a number of tokens. Locked.
func (l *Limiter) check(n int) error {
	if n < 0 {
		panic(errTokens)
	}
	if int64(n) > l.burst && !l.rate.unlimited() {
		return fmt.Errorf("timer: %d tokens at once of a Limiter with a burst of %d: they never come; take fewer, or give NewLimiter a larger burst", n, l.burst)
	}
	return nil
}

// settle does what has become due until now. Those in line that have their tokens are
// granted them as of the instants at which these were there: so nothing is lost when the
// clock is looked at late. Then the new first in line is woken if its timer would come
// later than its tokens. Locked.
func (l *Limiter) settle(clock driver.Driver, now int64, ws *wakes) {
	l.bind(clock, now)
	now = max(now, l.last) // another goroutine may have looked at the clock later
	for f := l.first; f != nil; f = l.first {
		due := after(l.last, time.Duration(l.level.until(f.n, l.rate)))
		if due > now {
			if due < f.at {
				f.at = due // or it would be woken by each that comes
				ws.add(f.waker)
			}
			break
		}
		l.level = l.level.after(uint64(due-l.last), l.rate)
		l.last = due
		l.level.tokens -= f.n
		l.remove(f)
		f.state = limitGranted
		ws.add(f.waker)
	}
	l.level = l.level.after(uint64(now-l.last), l.rate)
	l.last = now
	if l.first == nil {
		l.level = l.level.capped(l.burst)
	}
}

// bind makes clock the one that counts. Locked.
func (l *Limiter) bind(clock driver.Driver, now int64) {
	switch {
	case l.clock == clock:
		return
	case l.clock == nil:
		l.last = now
	default: // instants of the futures in line are for reports, and to find a timer that is late
		l.last = min(now, instant(clock, now, l.clock.Time(l.last)))
		for f := l.first; f != nil; f = f.next {
			f.at = instant(clock, now, l.clock.Time(f.at))
		}
	}
	l.clock = clock
}

// remove takes f out of the line. Locked.
func (l *Limiter) remove(f *LimitFuture) {
	if f.prev == nil {
		l.first = f.next
	} else {
		f.prev.next = f.next
	}
	if f.next == nil {
		l.end = f.prev
	} else {
		f.next.prev = f.prev
	}
	f.next, f.prev = nil, nil
	l.owed -= f.n
}

// wakes are the tasks to wake once the Limiter is unlocked.
type wakes struct {
	first edo.Waker
	more  []edo.Waker
}

func (ws *wakes) add(w edo.Waker) {
	if ws.first.IsZero() {
		ws.first = w
	} else {
		ws.more = append(ws.more, w)
	}
}

func (ws *wakes) wake() {
	ws.first.Wake()
	for _, w := range ws.more {
		w.Wake()
	}
}

// limited is the leaf of an operation of a Limiter that may not go on yet.
type limited struct{ l *Limiter }

// Waits says what for.
func (limited) Waits(*edo.Context) edo.Wait { return edo.Wait{On: "timer: limiter"} }
