package timer

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/inside"
	"github.com/edo-go/edo/internal/sched"
	"github.com/edo-go/edo/internal/waiters"
)

// Limiter limits how often something happens: it is a token bucket, on the clock of the
// runtime. The bucket has room for burst tokens, is full at first, and gets new tokens at
// its [Rate] until it is full again. An operation takes one or more tokens, and waits in a
// queue while they are missing. In any period t at most burst + rate × t tokens are taken. A
// waiter gets its tokens at the first millisecond of the clock after they are made: never
// early.
//
// The queue is first come, first served: a waiter for many tokens is not overtaken by
// waiters for few, nor by [Limiter.Allow]. A waiter that gives up leaves its tokens to the
// next. Any number of goroutines may use a Limiter at the same time; it must not be copied.
// It may serve several runtimes.
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
// A token that is in the bucket costs a look at the clock and 30 ns, and no allocation. A
// wait for a token costs an allocation of 80 bytes and a timer.
type Limiter struct {
	burst int64

	mu        sync.Mutex // guards the following, and the queued futures
	rate      Rate
	clock     driver.Driver // nil until the first use: the bucket is full
	settledAt int64         // the instant on clock for which level is correct
	level     level
	queue     waiters.List[LimitFuture]
	wanted    int64 // sum of the tokens that the queue waits for
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
	full := min(int64(burst), maxTokens)
	return &Limiter{rate: r, burst: full, level: level{tokens: full}}
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

// Burst returns how many tokens the bucket has room for.
func (l *Limiter) Burst() int { return int(l.burst) }

// SetRate makes the bucket fill at another rate from now on, also for the tasks that wait
// already. It never waits.
func (l *Limiter) SetRate(r Rate) {
	var ws wakeList
	l.mu.Lock()
	if l.clock != nil {
		l.settle(l.clock, l.clock.Now(), &ws)
	}
	if r.tokens == 0 {
		r.per = l.rate.per // keeps the part of the next token
	}
	l.level = l.level.convert(l.rate, r)
	l.rate = r
	if l.clock != nil {
		l.settle(l.clock, l.settledAt, &ws)
	}
	l.mu.Unlock()
	ws.wakeAll()
}

// Allow takes a token if the bucket has one, and reports whether it did: it is
// [Limiter.TryTake] of one token.
//
//edo:nowait
func (l *Limiter) Allow(s edo.Spawner) bool { return l.TryTake(s, 1) == nil }

// TryTake takes n tokens if the bucket has them and the queue is empty. It never waits. s
// names the runtime whose clock counts: a task, the context of a poll, or the runtime. The
// error matches [edo.ErrEmpty], or says that n is more than the burst, or that s is not
// the caller's.
//
//edo:nowait
func (l *Limiter) TryTake(s edo.Spawner, n int) error {
	clock, err := inside.Driver(s)
	if err != nil {
		return err
	}
	var ws wakeList
	l.mu.Lock()
	taken, err := l.takeTokens(clock, clock.Now(), n, &ws)
	l.mu.Unlock()
	ws.wakeAll()
	if err == nil && !taken {
		err = errNoTokens
	}
	return err
}

// Wait waits in the queue for a token and takes it: it is [Limiter.WaitN] of one token.
//
//edo:step WaitStep
func (l *Limiter) Wait(task *edo.Task) error { return l.WaitN(task, 1) }

// WaitStep is the step form of [Limiter.Wait]. The step keeps a future.
func (l *Limiter) WaitStep(task *edo.Task, st *edo.Step) (done bool, err error) {
	return l.WaitNStep(task, st, 1)
}

// WaitN waits in the queue for n tokens and takes them all at once. The error is
// [edo.ErrCancelled] when the task is cancelled while it waits: then no token is taken. It
// returns an error at once when n is more than the burst. A negative n is a mistake in the
// program, and panics.
//
//edo:step WaitNStep
func (l *Limiter) WaitN(task *edo.Task, n int) error {
	if err := task.Proceed(limiterLeaf{}); err != nil {
		return err
	}
	if taken, err := l.takeNow(inside.Task(task).Cx, n); taken || err != nil {
		return err
	}
	f := l.WaitFuture(n)
	_, err := edo.Await(task, edo.Future[edo.Unit](f))
	f.Drop() // a cancelled Await leaves f in the queue
	return err
}

// WaitNStep is the step form of [Limiter.WaitN]. The step keeps a future.
func (l *Limiter) WaitNStep(task *edo.Task, st *edo.Step, n int) (done bool, err error) {
	f := edo.StepState[LimitFuture](st)
	if f == nil {
		if done, err = task.ProceedStep(limiterLeaf{}); !done || err != nil {
			return done, err
		}
		if taken, err := l.takeNow(inside.Task(task).Cx, n); taken || err != nil {
			return true, err
		}
		f = l.WaitFuture(n)
		st.Set(f)
	}
	if done, _, err = edo.AwaitStep(task, edo.Future[edo.Unit](f)); done {
		st.Set(nil)
		f.Drop()
	}
	return done, err
}

// takeNow takes n tokens, if the bucket has them and the queue is empty.
func (l *Limiter) takeNow(in *sched.Context, n int) (taken bool, err error) {
	if in.Runtime() == nil {
		return false, sched.ErrNoClock
	}
	var ws wakeList
	clock := in.Runtime().Driver().(driver.Driver)
	l.mu.Lock()
	taken, err = l.takeTokens(clock, clock.Now(), n, &ws)
	l.mu.Unlock()
	ws.wakeAll()
	return taken, err
}

// WaitFuture returns [Limiter.WaitN] as a future. It is one allocation. Its first poll
// joins the queue.
//
// In direct style use [Limiter.WaitN]: an [edo.Await] that is cancelled leaves the future
// in the queue until it is dropped.
func (l *Limiter) WaitFuture(n int) *LimitFuture {
	f := &LimitFuture{}
	f.Reset(l, n)
	return f
}

// takeTokens takes n tokens, if the bucket has them and the queue is empty. Locked.
func (l *Limiter) takeTokens(clock driver.Driver, now int64, n int, ws *wakeList) (taken bool, err error) {
	if err := l.checkCount(n); err != nil {
		return false, err
	}
	l.settle(clock, now, ws)
	switch {
	case n == 0 || l.rate.isUnlimited():
		return true, nil
	case !l.queue.Empty() || l.level.tokens < int64(n):
		return false, nil
	}
	l.level.tokens -= int64(n)
	return true, nil
}

// checkCount returns an error for more tokens than the bucket can ever have. It panics for
// a negative number. Locked.
func (l *Limiter) checkCount(n int) error {
	if n < 0 {
		panic(errTokens)
	}
	if int64(n) > l.burst && !l.rate.isUnlimited() {
		return fmt.Errorf("timer: %d tokens at once of a Limiter with a burst of %d: they never come; take fewer, or give NewLimiter a larger burst", n, l.burst)
	}
	return nil
}

// settle advances the bucket to the instant now. Each queued future whose tokens are made is
// granted them, in order, as of the instant at which they were made: so no token is lost
// when settle is called late. Then the new head of the queue is woken if its timer would
// fire later than its tokens are made. Locked.
func (l *Limiter) settle(clock driver.Driver, now int64, ws *wakeList) {
	l.bindClock(clock, now)
	now = max(now, l.settledAt) // another goroutine may have read the clock later
	for f := l.queue.First(); f != nil; f = l.queue.First() {
		due := sched.After(l.settledAt, time.Duration(l.level.timeUntil(f.n, l.rate)))
		if due > now {
			if due < f.pollAt {
				f.pollAt = due // so that the next settle does not wake it again
				ws.add(f.waker)
			}
			break
		}
		l.level = l.level.after(uint64(due-l.settledAt), l.rate)
		l.settledAt = due
		l.level.tokens -= f.n
		l.leaveQueue(f)
		f.state = limitGranted
		ws.add(f.waker)
	}
	l.level = l.level.after(uint64(now-l.settledAt), l.rate)
	l.settledAt = now
	if l.queue.Empty() {
		l.level = l.level.capped(l.burst)
	}
}

// bindClock makes l use clock. Locked.
func (l *Limiter) bindClock(clock driver.Driver, now int64) {
	switch {
	case l.clock == clock:
		return
	case l.clock == nil:
		l.settledAt = now
	default: // pollAt is used in reports, and by settle to find a timer that fires late
		l.settledAt = min(now, instantOf(clock, now, l.clock.Time(l.settledAt)))
		for f := l.queue.First(); f != nil; f = waiters.Next(f) {
			f.pollAt = instantOf(clock, now, l.clock.Time(f.pollAt))
		}
	}
	l.clock = clock
}

// leaveQueue removes f from the queue. Locked.
func (l *Limiter) leaveQueue(f *LimitFuture) {
	l.queue.Remove(f)
	l.wanted -= f.n
}

// wakeList holds the tasks to wake once the Limiter is unlocked.
type wakeList struct {
	first edo.Waker // most lists have one waker: no allocation
	rest  []edo.Waker
}

func (ws *wakeList) add(w edo.Waker) {
	if ws.first.IsZero() {
		ws.first = w
	} else {
		ws.rest = append(ws.rest, w)
	}
}

func (ws *wakeList) wakeAll() {
	ws.first.Wake()
	for _, w := range ws.rest {
		w.Wake()
	}
}

// limiterLeaf is the leaf of WaitN before it has a future.
type limiterLeaf struct{}

// Waits describes the wait of a task that has used up its budget.
func (limiterLeaf) Waits(*edo.Context) edo.Wait { return edo.Wait{On: "timer: limiter"} }
