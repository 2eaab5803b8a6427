package aio

import (
	"errors"
	"fmt"
	"math"
	"net"
	"os"
	"sync"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/inside"
	"github.com/edo-go/edo/internal/sched"
)

// Timed is a connection with time limits around one that has none: an end of [Duplex], or
// what is built on a connection. It has those of a connection of package socket: deadlines,
// and an idle time-out. For one operation use timer.Timeout, or cancel it: both leave the
// connection as it is.
//
// The limits may be set from any goroutine. An operation that fails by a limit has moved no
// byte, and the connection can go on. The clock is that of the runtime.
type Timed struct {
	conn  Conn
	clock driver.Driver // nil: there is no runtime, and so no clock

	mu   sync.Mutex // guards the following; not held while conn is polled
	idle time.Duration
	last int64 // instant of the latest byte, or of the call of SetIdleTimeout
	of   [2]timedDirection
}

const (
	timedReading = iota
	timedWriting
)

// timedDirection has the limit of a direction, and the operations that wait in it.
//
// Rule: an operation that waits is among waits before it looks at the limits, under mu. A
// limit is set under mu, and the tasks of waits are woken then: their polls look at it.
type timedDirection struct {
	deadline int64 // instant; sched.Never: there is none
	waits    []*timedWait
	spare    *timedWait // not in use
}

// timedWait is an operation that waits, or the task of one that was given up.
type timedWait struct {
	task  *sched.Task
	began int64 // since when it waits; noWait: it was given up
	timer sched.Timer
}

const noWait = math.MinInt64

// NewTimed returns conn with time limits by the clock of the runtime of s. None is set.
//
//edo:nowait
func NewTimed(s edo.Spawner, conn Conn) *Timed {
	clock, err := inside.Driver(s)
	if err != nil {
		clock = nil
	}
	return newTimed(clock, conn)
}

func newTimed(clock driver.Driver, conn Conn) *Timed {
	t := &Timed{conn: conn, clock: clock}
	t.of[timedReading].deadline, t.of[timedWriting].deadline = sched.Never, sched.Never
	return t
}

// PollRead reads from the connection. It fails when a limit has passed, also when there are
// bytes if that limit is a deadline.
func (t *Timed) PollRead(cx *edo.Context, p []byte) (int, edo.Poll, error) {
	return t.poll(cx, timedReading, func() (int, edo.Poll, error) { return t.conn.PollRead(cx, p) })
}

// PollWrite writes to the connection.
func (t *Timed) PollWrite(cx *edo.Context, p []byte) (int, edo.Poll, error) {
	return t.poll(cx, timedWriting, func() (int, edo.Poll, error) { return t.conn.PollWrite(cx, p) })
}

// PollFlush flushes the connection. The limits are those of a write.
func (t *Timed) PollFlush(cx *edo.Context) (edo.Poll, error) {
	_, poll, err := t.poll(cx, timedWriting, func() (int, edo.Poll, error) {
		poll, err := t.conn.PollFlush(cx)
		return 0, poll, err
	})
	return poll, err
}

// PollShutdown shuts the connection down. The limits are those of a write.
func (t *Timed) PollShutdown(cx *edo.Context) (edo.Poll, error) {
	_, poll, err := t.poll(cx, timedWriting, func() (int, edo.Poll, error) {
		poll, err := t.conn.PollShutdown(cx)
		return 0, poll, err
	})
	return poll, err
}

// poll polls op in direction d.
func (t *Timed) poll(cx *edo.Context, d int, op func() (int, edo.Poll, error)) (int, edo.Poll, error) {
	in := (*sched.Context)(cx)
	if in.Inspecting() {
		return op()
	}
	if t.hasExpired(d) {
		if !cx.Proceed(nil) {
			return 0, edo.Pending, nil
		}
		return 0, edo.Ready, t.expire(d, cx)
	}
	n, poll, err := op()
	if poll == edo.Ready {
		t.endWait(d, in.Task(), n)
		return n, poll, err
	}
	switch isInTime, err := t.wait(d, in); {
	case err != nil:
		t.endWait(d, in.Task(), 0)
		return 0, edo.Ready, err
	case !isInTime:
		return 0, edo.Ready, t.expire(d, cx)
	}
	return 0, edo.Pending, nil
}

// hasExpired reports whether the deadline of direction d has passed.
func (t *Timed) hasExpired(d int) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	at := t.of[d].deadline
	return at != sched.Never && at <= t.clock.Now()
}

// wait makes the task of in one that waits, and sets its timer. It reports whether no limit has
// passed.
func (t *Timed) wait(d int, in *sched.Context) (isInTime bool, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	dir := &t.of[d]
	w := dir.find(in.Task())
	if w == nil {
		w = dir.add(in.Task())
	}
	if w.began == noWait && t.clock != nil {
		w.began = t.clock.Now()
	}
	at := dir.deadline
	if t.idle != 0 {
		at = min(at, sched.After(max(w.began, t.last), t.idle))
	}
	switch {
	case at == sched.Never:
		w.timer.Stop()
		return true, nil
	case in.Runtime() == nil:
		return false, sched.ErrNoClock
	case at <= t.clock.Now():
		return false, nil
	}
	in.Arm(&w.timer, at)
	return true, nil
}

// endWait notes that the operation of task has ended, with n bytes.
func (t *Timed) endWait(d int, task *sched.Task, n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if n > 0 && t.idle != 0 {
		t.last = t.clock.Now()
	}
	t.of[d].remove(task)
}

// AbandonRead notes that a read was given up: see [AbandonRead].
func (t *Timed) AbandonRead(w edo.Waker) {
	t.abandon(timedReading, inside.WakerTask(w))
	AbandonRead(t.conn, w)
}

// AbandonWrite notes that a write was given up: see [AbandonRead].
func (t *Timed) AbandonWrite(w edo.Waker) {
	t.abandon(timedWriting, inside.WakerTask(w))
	AbandonWrite(t.conn, w)
}

// abandon notes that task has given up its operation. The timer stays, for another operation of
// that task: firing in vain it costs a poll.
func (t *Timed) abandon(d int, task *sched.Task) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if w := t.of[d].find(task); w != nil {
		w.began = noWait
	}
}

// expire ends an operation of the task of in by a limit. The connection, which still waits for it,
// hears that it is given up.
func (t *Timed) expire(d int, cx *edo.Context) error {
	t.endWait(d, (*sched.Context)(cx).Task(), 0)
	if d == timedReading {
		AbandonRead(t.conn, cx.Waker())
	} else {
		AbandonWrite(t.conn, cx.Waker())
	}
	return os.ErrDeadlineExceeded
}

func (dir *timedDirection) find(task *sched.Task) *timedWait {
	for _, w := range dir.waits {
		if w.task == task {
			return w
		}
	}
	return nil
}

func (dir *timedDirection) add(task *sched.Task) *timedWait {
	for i := len(dir.waits) - 1; i >= 0; i-- {
		if dir.waits[i].task.HasEnded() {
			dir.remove(dir.waits[i].task)
		}
	}
	w := dir.spare
	if dir.spare = nil; w == nil {
		w = new(timedWait)
	}
	w.task, w.began = task, noWait
	dir.waits = append(dir.waits, w)
	return w
}

func (dir *timedDirection) remove(task *sched.Task) {
	for i, w := range dir.waits {
		if w.task == task {
			w.timer.Stop()
			w.task = nil
			dir.spare = w
			last := len(dir.waits) - 1
			dir.waits[i], dir.waits[last] = dir.waits[last], nil
			dir.waits = dir.waits[:last]
			return
		}
	}
}

// SetDeadline is [Timed.SetReadDeadline] and [Timed.SetWriteDeadline].
func (t *Timed) SetDeadline(at time.Time) error { return t.setDeadline(at, timedReading, timedWriting) }

// SetReadDeadline makes reads fail from the instant at on with an error that matches
// [os.ErrDeadlineExceeded], also those that wait now, and those that would find something.
// The zero Time means never.
func (t *Timed) SetReadDeadline(at time.Time) error { return t.setDeadline(at, timedReading) }

// SetWriteDeadline does for writes what [Timed.SetReadDeadline] does for reads.
func (t *Timed) SetWriteDeadline(at time.Time) error { return t.setDeadline(at, timedWriting) }

func (t *Timed) setDeadline(at time.Time, directions ...int) error {
	instant := sched.Never
	if !at.IsZero() {
		if t.clock == nil {
			return sched.ErrNoClock
		}
		now := t.clock.Now()
		instant = min(sched.After(now, at.Sub(t.clock.Time(now))), sched.Never-1)
	}
	t.change(directions, func() {
		for _, d := range directions {
			t.of[d].deadline = instant
		}
	})
	return nil
}

var errNegativeIdle = errors.New("aio: the idle time-out is negative; 0 turns it off")

// SetIdleTimeout makes reads and writes that wait fail when no byte has moved for d, in either
// direction, with an error that matches [os.ErrDeadlineExceeded]. The time counts from when
// the operation began to wait, from the call of SetIdleTimeout, or from the latest byte,
// whichever was last. 0 turns it off.
func (t *Timed) SetIdleTimeout(d time.Duration) error {
	switch {
	case d < 0:
		return errNegativeIdle
	case t.clock == nil:
		return sched.ErrNoClock
	}
	t.change([]int{timedReading, timedWriting}, func() { t.idle, t.last = d, t.clock.Now() })
	return nil
}

// change changes limits, and wakes the tasks that wait in these directions.
func (t *Timed) change(directions []int, set func()) {
	var wake []*sched.Task
	t.mu.Lock()
	set()
	for _, d := range directions {
		for _, w := range t.of[d].waits {
			wake = append(wake, w.task)
		}
	}
	t.mu.Unlock()
	for _, task := range wake {
		task.Wake()
	}
}

// CloseWrite is that of the connection. When it has none the error is [errors.ErrUnsupported].
func (t *Timed) CloseWrite() error {
	if c, ok := t.conn.(HalfCloser); ok {
		return c.CloseWrite()
	}
	return fmt.Errorf("aio: %T has no CloseWrite: %w", t.conn, errors.ErrUnsupported)
}

// Close closes the connection.
func (t *Timed) Close() error {
	err := t.conn.Close()
	t.mu.Lock()
	defer t.mu.Unlock()
	for d := range t.of {
		for _, w := range t.of[d].waits {
			w.timer.Stop() // of an operation that was given up
		}
	}
	return err
}

// Drop closes the connection, for the owner of t.
func (t *Timed) Drop() { t.Close() }

// LocalAddr returns the address of the connection, or one of the network "edo".
func (t *Timed) LocalAddr() net.Addr { return localAddr(t.conn) }

// RemoteAddr returns the address of the other end, or one of the network "edo".
func (t *Timed) RemoteAddr() net.Addr { return remoteAddr(t.conn) }
