package timer

import (
	"sync"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/inside"
	"github.com/edo-go/edo/internal/own"
	"github.com/edo-go/edo/internal/sched"
)

// DelayQueue is a stream of values, each of which comes when its deadline is reached: the
// sessions of a server that expire, the entries of a cache, jobs that are tried again later.
// Values come by their deadlines, and those with the same deadline in the order in which they
// were inserted or reset. The stream ends when the queue is empty, and goes on when it is
// polled after another Insert, which wakes the task that has seen the end.
//
// Its methods may be called from any goroutine. One task at a time waits for a value: a second
// task that waits meanwhile gets an [*edo.BusyError]. An Insert, Reset or Remove reaches the
// task that waits.
//
// Deadlines are those of the clock of the runtime, in milliseconds, rounded up: no value comes
// early. Insert, Reset and Remove take constant time, for a million values as for ten: a wheel holds
// those whose time has not come. A value costs some 100 bytes, and no allocation in a queue
// that has had as many before. The task that waits has one timer.
type DelayQueue[T any] struct {
	clock driver.Driver
	timer sched.Timer

	mu       sync.Mutex // guards the following
	delays   delays[T]
	armedFor int64     // the instant on clock that a task waits for, while timer is armed
	atEnd    edo.Waker // of the task that was told of the end
}

// NewDelayQueue returns an empty queue, on the clock of the runtime of s. It panics when s
// cannot spawn, such as a Task that is not the caller's: there is no clock then.
//
//edo:nowait
func NewDelayQueue[T any](s edo.Spawner) *DelayQueue[T] {
	clock, err := inside.Driver(s)
	if err != nil {
		panic(err)
	}
	q := &DelayQueue[T]{clock: clock}
	q.delays.init(clock.Now())
	return q
}

// DelayKey names a value of a [DelayQueue] as long as it is in the queue. The zero DelayKey
// names none. A key must not be given to another queue.
type DelayKey[T any] struct {
	d    *delayed[T]
	life uint64
}

// Expired is a value whose deadline was reached.
type Expired[T any] struct {
	Value    T
	Deadline time.Time
	Key      DelayKey[T] // that Insert returned; it names nothing any more
}

// Drop drops the value, if it is an [edo.Dropper].
func (e Expired[T]) Drop() { own.Discard(e.Value) }

// Insert puts v into the queue, which owns it until it has come, and returns its key. Its
// deadline is d from now; with a d of zero or less it is due at once.
func (q *DelayQueue[T]) Insert(v T, d time.Duration) DelayKey[T] {
	return q.insert(v, sched.After(q.clock.Now(), max(d, 0)))
}

// InsertAt is Insert with a deadline on the clock of the runtime. Of deadlines that have passed
// the earliest comes first.
func (q *DelayQueue[T]) InsertAt(v T, deadline time.Time) DelayKey[T] {
	return q.insert(v, instantOf(q.clock, q.clock.Now(), deadline))
}

func (q *DelayQueue[T]) insert(v T, at int64) DelayKey[T] {
	q.mu.Lock()
	d := q.delays.insert(v, at, q.clock.Now())
	key := DelayKey[T]{d, d.life}
	q.unlockAndWake(at)
	return key
}

// Reset makes the value of key due d from now, also when its deadline was reached already. It
// reports false when the value is not in the queue any more.
func (q *DelayQueue[T]) Reset(key DelayKey[T], d time.Duration) bool {
	return q.reset(key, sched.After(q.clock.Now(), max(d, 0)))
}

// ResetAt is Reset with a deadline on the clock of the runtime.
func (q *DelayQueue[T]) ResetAt(key DelayKey[T], deadline time.Time) bool {
	return q.reset(key, instantOf(q.clock, q.clock.Now(), deadline))
}

func (q *DelayQueue[T]) reset(key DelayKey[T], at int64) bool {
	q.mu.Lock()
	if !key.isIn() {
		q.mu.Unlock()
		return false
	}
	q.delays.reset(key.d, at, q.clock.Now())
	q.unlockAndWake(at)
	return true
}

// Remove takes the value of key out of the queue. It reports false when it is not there any
// more.
func (q *DelayQueue[T]) Remove(key DelayKey[T]) (v T, ok bool) {
	q.mu.Lock()
	if !key.isIn() {
		q.mu.Unlock()
		return v, false
	}
	v = q.delays.remove(key.d)
	q.unlockAndWake(sched.Never)
	return v, true
}

// Deadline returns the deadline of the value of key. It reports false when the value is not in
// the queue any more.
func (q *DelayQueue[T]) Deadline(key DelayKey[T]) (deadline time.Time, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if !key.isIn() {
		return deadline, false
	}
	return q.clock.Time(key.d.at), true
}

// Len returns the number of values in the queue.
func (q *DelayQueue[T]) Len() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.delays.count
}

// isIn reports whether the value is in the queue. Locked.
func (k DelayKey[T]) isIn() bool { return k.d != nil && k.d.life == k.life }

// unlockAndWake unlocks mu, and wakes the task that waits for a value if one is due at an
// instant before that of its timer, or if the queue is empty. It wakes the task that was told
// of the end if there is a value.
func (q *DelayQueue[T]) unlockAndWake(at int64) {
	var end edo.Waker
	if q.delays.count > 0 {
		end, q.atEnd = q.atEnd, edo.Waker{}
	}
	waiter := q.timer.Waiter()
	wakes := waiter != nil && (at < q.armedFor || q.delays.count == 0)
	q.mu.Unlock()
	end.Wake()
	if wakes {
		inside.WakerOf(waiter).Wake()
	}
}

// PollNext returns the next value whose deadline was reached. The error is an
// [*edo.BusyError], or says that the task has no clock.
func (q *DelayQueue[T]) PollNext(cx *edo.Context) (out Expired[T], _ edo.Poll, _ error) {
	if !cx.Proceed(q) {
		return out, edo.Pending, nil
	}
	in := (*sched.Context)(cx)
	if in.Runtime() == nil {
		return out, edo.Ready, sched.ErrNoClock
	}
	var displaced *sched.Task // did not wait when Sole asked it; it may wait again by now
	q.mu.Lock()
	for {
		q.delays.advance(q.clock.Now())
		if d := q.delays.firstDue(); d != nil {
			out.Deadline, out.Key = q.clock.Time(d.at), DelayKey[T]{d, d.life}
			out.Value = q.delays.remove(d)
			q.mu.Unlock()
			return out, edo.Ready, nil
		}
		if q.delays.count == 0 {
			q.atEnd = cx.Waker()
			q.timer.Stop()
			q.mu.Unlock()
			return out, edo.End, nil
		}
		waiter := q.timer.Waiter()
		if waiter == nil || waiter == in.Task() || waiter == displaced {
			q.armedFor = q.delays.next()
			q.arm(in)
			q.mu.Unlock()
			if waiter != nil && waiter == displaced {
				cx.Displace(inside.WakerOf(waiter), q)
			}
			return out, edo.Pending, nil
		}
		q.mu.Unlock() // Sole polls the waiter, and that poll locks mu
		if err := cx.Sole(inside.WakerOf(waiter), q, useQueue); err != nil {
			return out, edo.Ready, err
		}
		q.mu.Lock()
		displaced = waiter
	}
}

// arm arms the timer for armedFor, on the clock of the runtime that polls. Locked.
func (q *DelayQueue[T]) arm(in *sched.Context) {
	at := q.armedFor
	if clock := in.Runtime().Driver().(driver.Driver); clock != q.clock {
		at = instantOf(clock, in.Now(), q.clock.Time(at))
	}
	in.Arm(&q.timer, at)
}

// Drop drops the values, and stops the timer. It may be called twice.
func (q *DelayQueue[T]) Drop() {
	q.timer.Stop()
	q.mu.Lock()
	values := q.delays.clear()
	q.atEnd = edo.Waker{}
	q.mu.Unlock()
	own.DiscardAll(values)
}

// Waits says until when a task that polls q waits. It reads the deadlines of a part of the
// values, which may be many.
func (q *DelayQueue[T]) Waits(*edo.Context) edo.Wait {
	w := edo.Wait{On: "timer: the next deadline of a DelayQueue"}
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.delays.count > 0 {
		w.Until = timeAt(q.clock, instantOfTick(q.delays.wheel.NextExact()))
	}
	return w
}
