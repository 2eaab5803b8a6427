package cluster

import (
	"fmt"
	"sync"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster/internal/link"
)

// Map calls f with each of args on members that offer it, at most limit calls at a time, and returns the
// results in the order of the arguments. After the first error no further call begins, and those that run
// are aborted. Then the error is a [*MapError], and what has come until then is in the results. When the
// task is cancelled all calls are aborted. Each call has a task without a stack while it runs.
//
//edo:step MapStep
func Map[A, R any](task *edo.Task, conn *Conn, f *Func[A, R], args []A, limit int) ([]R, error) {
	m := mapOf(conn, f, args, limit, limitOf(task))
	all, err := edo.Await(task, edo.Future[[]R](m))
	m.Drop()
	return all, err
}

// MapStep is the step form of [Map].
func MapStep[A, R any](task *edo.Task, st *edo.Step, conn *Conn, f *Func[A, R], args []A, limit int) (done bool, all []R, err error) {
	m := edo.StepState[mapping[A, R]](st)
	if m == nil {
		m = mapOf(conn, f, args, limit, limitOf(task))
		st.Set(m)
	}
	if done, all, err = edo.AwaitStep(task, edo.Future[[]R](m)); done {
		st.Set(nil)
		m.Drop()
	}
	return done, all, err
}

// MapFuture is [Map] as a future. Dropped before it is ready, it aborts its calls.
func MapFuture[A, R any](conn *Conn, f *Func[A, R], args []A, limit int) edo.Future[[]R] {
	return mapOf(conn, f, args, limit, time.Time{})
}

// MapError is the error of a [Map] of which a call has failed. The results of the other calls that had
// ended are there.
type MapError struct {
	Argument int   // the index of the first one whose call has failed
	Err      error // that of its call
	Missing  []int // the indexes of all arguments without a result, in order
	Of       int   // how many arguments there are
}

// Error says which argument it was, and how many results are there.
func (e *MapError) Error() string {
	return fmt.Sprintf("cluster: the argument %d: %v; %d of %d have a result", e.Argument, e.Err, e.Of-len(e.Missing), e.Of)
}

// Unwrap returns the error of the call.
func (e *MapError) Unwrap() error { return e.Err }

// mapping is a Map as a future. It is polled by one task.
type mapping[A, R any] struct {
	conn    *Conn
	f       *Func[A, R]
	args    []A
	limit   int
	until   time.Time
	results []R
	came    []bool // which of the results have
	begun   int
	running map[int]edo.AbortHandle
	err     error     // of what was asked for
	failed  *MapError // of the first call that has failed
	isOver  bool

	mu    sync.Mutex // guards the following
	ended []mapEnd   // that were not looked at
	waker edo.Waker
}

// mapEnd is the end of a call.
type mapEnd struct {
	i       int
	hasCome bool // the result; an aborted call has neither that nor an error
	err     error
}

func mapOf[A, R any](conn *Conn, f *Func[A, R], args []A, limit int, until time.Time) *mapping[A, R] {
	m := &mapping[A, R]{
		conn: conn, f: f, args: args, limit: limit, until: until,
		results: make([]R, len(args)), came: make([]bool, len(args)), running: map[int]edo.AbortHandle{},
	}
	if limit < 1 {
		m.err = fmt.Errorf("cluster: a Map of %s has the limit %d: want at least 1", f.name, limit)
	}
	return m
}

// Waits says how far it is.
func (m *mapping[A, R]) Waits(*edo.Context) edo.Wait {
	return edo.Wait{
		On:      fmt.Sprintf("cluster: %d calls of %s, with %d of %d ended", len(m.running), m.f.name, m.begun-len(m.running), len(m.args)),
		Outside: true,
	}
}

// Poll begins calls, and is ready when all have ended.
func (m *mapping[A, R]) Poll(cx *edo.Context) ([]R, edo.Poll, error) {
	if !cx.Proceed(m) {
		return nil, edo.Pending, nil
	}
	if m.isOver {
		return nil, edo.Ready, link.ErrPolledAgain
	}
	if busy := m.sole(cx); busy != nil {
		return nil, edo.Ready, busy
	}
	m.collect()
	for m.err == nil && m.failed == nil && m.begun < len(m.args) && len(m.running) < m.limit {
		m.begin(cx)
	}
	if len(m.running) > 0 {
		return nil, edo.Pending, nil
	}
	m.isOver = true
	switch {
	case m.err != nil:
		return nil, edo.Ready, m.err
	case m.failed != nil:
		for i, hasCome := range m.came {
			if !hasCome {
				m.failed.Missing = append(m.failed.Missing, i)
			}
		}
		return m.results, edo.Ready, m.failed
	}
	return m.results, edo.Ready, nil
}

// sole makes the task of cx the one that waits, unless another one does.
func (m *mapping[A, R]) sole(cx *edo.Context) error {
	m.mu.Lock()
	other := m.waker
	m.mu.Unlock()
	if !other.IsZero() && other != cx.Waker() {
		if err := cx.Sole(other, m, "each task has a Map of its own"); err != nil {
			return err
		}
		cx.Displace(other, m)
	}
	m.mu.Lock()
	m.waker = cx.Waker()
	m.mu.Unlock()
	return nil
}

// begin begins the next call.
func (m *mapping[A, R]) begin(cx *edo.Context) {
	c := &mapped[A, R]{m: m, i: m.begun, calling: callOf(m.conn, m.f, m.args[m.begun], m.until)}
	m.begun++
	name := edo.Name(fmt.Sprint("remote ", m.f.name, " of the argument ", c.i))
	m.running[c.i] = edo.Spawn(cx, edo.Future[edo.Unit](c), name, edo.OnEnd(c.ended)).AbortHandle()
}

// mapped is a call of a Map, as the future of its task.
type mapped[A, R any] struct {
	*calling[A, R]
	m       *mapping[A, R]
	i       int
	hasCome bool
	err     error
}

// Poll keeps the result.
func (c *mapped[A, R]) Poll(cx *edo.Context) (_ edo.Unit, poll edo.Poll, _ error) {
	v, poll, err := c.calling.Poll(cx)
	if poll == edo.Ready {
		c.m.results[c.i], c.hasCome, c.err = v, err == nil, err
	}
	return edo.Unit{}, poll, nil
}

// ended is called when the task has ended.
func (c *mapped[A, R]) ended() {
	m := c.m
	m.mu.Lock()
	m.ended = append(m.ended, mapEnd{c.i, c.hasCome, c.err})
	wake := m.waker
	m.mu.Unlock()
	wake.Wake()
}

// collect looks at the calls that have ended. The first error aborts the others.
func (m *mapping[A, R]) collect() {
	m.mu.Lock()
	ended := m.ended
	m.ended = nil
	m.mu.Unlock()
	for _, e := range ended {
		delete(m.running, e.i)
		m.came[e.i] = e.hasCome
		if e.err != nil && m.failed == nil {
			m.failed = &MapError{Argument: e.i, Err: e.err, Of: len(m.args)}
			m.abort()
		}
	}
}

func (m *mapping[A, R]) abort() {
	for _, h := range m.running {
		h.Abort()
	}
}

// Drop aborts the calls.
func (m *mapping[A, R]) Drop() {
	m.isOver = true
	m.mu.Lock()
	m.waker = edo.Waker{}
	m.mu.Unlock()
	m.abort()
}
