package supervise

import (
	"fmt"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/core"
	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/internal/sched"
)

// machine decides what becomes of the children. It is told what happens and when, by any
// goroutine that has the lock, changes its state at once, and puts on the agenda what the task
// of the supervisor has to do: spawn, abort, report. It never waits, and so the supervisor
// answers at any time.
//
// A child without a run is stopped, or wanted, and then waiting: for its delay, or for its
// turn. In a group ([OneForAll], [RestForOne]) and while the supervisor starts, turns are
// taken in the order of the list: a child is started when those before it that are wanted are
// ready. A failure in a group marks other children with recycle: these are stopped, the last
// one first, before any is started. While the supervisor ends all are stopped in that way.
type machine struct {
	config      *Config
	name        string // full
	phase       phase
	first       *child
	last        *child
	byName      map[string]*child
	count       int // of the children that are ready
	length      int
	number      int    // of the last child that was given one
	significant int    // of the significant children that are wanted
	cursor      *child // while booting: the child whose turn it is; while ending: the one to be stopped
	window      window
	isDelayed   bool // of a group: no child is started before notBefore
	notBefore   int64
	alarms      alarms
	agenda      []action
	isActing    bool            // what was on the agenda before is being done
	wakes       []edo.Waker     // of the requests that have an answer
	left        map[string]*run // runs of an earlier Run of the supervisor that have not ended

	reason   error // why it ends
	failures []Failure
	times    []int64 // when they were
	more     int
	overdue  []*OverdueError
	booted   requests // that wait until all have started

	draw func() float64
	time func(at int64) time.Time
}

// phase is how far a supervisor is.
type phase uint8

const (
	idle phase = iota // it does not run
	booting
	up
	ending
	over // all has been stopped
)

// action is something that the task of the supervisor does, without the lock.
type action struct {
	what    what
	run     *run
	event   Event
	request *request
	err     error
}

type what uint8

const (
	doSpawn what = iota
	doAbort
	doAsk // what an overdue run waits for
	doEvent
	doReport
	doReply
)

func (m *machine) do(a action) { m.agenda = append(m.agenda, a) }

// tell puts an event of c, or of the supervisor, on the agenda.
func (m *machine) tell(kind Kind, c *child, err error, now int64) {
	e := Event{Time: m.time(now), Kind: kind, Supervisor: m.name, Err: err}
	if c != nil {
		e.Child = c.name
	}
	m.do(action{what: doEvent, event: e})
}

// begin starts the children of the configuration.
func (m *machine) begin(now int64) {
	m.phase = booting
	for i := range m.config.Children {
		m.insert(m.config.Children[i], first)
	}
	m.cursor = m.first
	m.advance(now)
}

// advance does what can be done now in the order of the list.
func (m *machine) advance(now int64) {
	if invariant.Enabled {
		m.check()
	}
	switch {
	case m.phase == ending:
		m.advanceEnd(now)
	case m.phase != booting && m.phase != up:
	case m.config.Strategy.isGroup():
		m.advanceGroup(now)
	case m.phase == booting:
		m.advanceBoot(now)
	}
}

// advanceBoot starts the next children of a supervisor that starts, and is no group.
func (m *machine) advanceBoot(now int64) {
	for ; m.cursor != nil; m.cursor = m.cursor.next {
		c := m.cursor
		if !c.hasTurn {
			c.hasTurn = true
			if c.wanted && c.run == nil {
				m.start(c, now)
			}
		}
		if c.wanted && c.run != nil && c.run.state != running {
			return
		}
	}
	m.hasBooted(now)
}

// hasBooted notes that all children have started.
func (m *machine) hasBooted(now int64) {
	m.phase = up
	m.tell(SupervisorStarted, nil, nil, now)
	reply(m, &m.booted, nil)
}

// advanceGroup stops the next of the children that must be recycled, and then starts the next
// of those that are wanted.
func (m *machine) advanceGroup(now int64) {
	for c := m.last; c != nil; c = c.prev {
		if !c.recycle {
			continue
		}
		if c.run != nil && c.run.state < stopping {
			m.stop(c, now)
		}
		if c.run != nil && c.run.state == stopping {
			return
		}
		c.recycle = false
	}
	if m.isDelayed {
		return
	}
	for c := m.first; c != nil; c = c.next {
		if !c.wanted {
			continue
		}
		if c.run == nil {
			m.start(c, now)
		}
		if c.run.state != running { // an overdue one is waited for as well: no child runs twice
			return
		}
	}
	if m.phase == booting {
		m.hasBooted(now)
	}
}

// advanceEnd stops the next children of a supervisor that ends, the last one first. Those of a
// dynamic one have been aborted already.
func (m *machine) advanceEnd(now int64) {
	for ; m.cursor != nil; m.cursor = m.cursor.prev {
		c := m.cursor
		if c.run != nil && c.run.state < stopping {
			m.stop(c, now)
		}
		if c.run != nil && c.run.state == stopping {
			return
		}
	}
	m.hasEnded(now)
}

// hasEnded notes that all children have ended, or are overdue.
func (m *machine) hasEnded(now int64) {
	m.phase = over
	m.tell(SupervisorEnded, nil, m.result(), now)
}

// end makes the supervisor end, for the first reason that it gets; nil: it was asked to, or is
// done.
func (m *machine) end(reason error, now int64) {
	if m.phase != booting && m.phase != up {
		return
	}
	m.phase, m.reason = ending, reason
	m.keepFailures(now)
	reply(m, &m.booted, ErrNotRunning)
	m.tell(SupervisorEnding, nil, reason, now)
	for c := m.first; c != nil; c = c.next {
		m.want(c, false)
		c.recycle = false
		reply(m, &c.starts, ErrNotRunning)
		if c.run != nil && c.run.state == overdue { // since before
			m.overdue = append(m.overdue, m.overdueOf(c))
		}
		if m.config.Strategy == Dynamic && c.run != nil && c.run.state < stopping {
			m.stop(c, now)
		}
	}
	m.cursor = m.last
	m.advance(now)
}

// keepFailures keeps the failures that have led to the end: those of the last period, if the
// reason is a failure.
func (m *machine) keepFailures(now int64) {
	if m.reason == nil || core.IsCancellation(m.reason) {
		m.failures, m.times, m.more = nil, nil, 0
		return
	}
	old := 0
	for old < len(m.times) && now-m.times[old] > m.window.period {
		old++
	}
	if m.failures = m.failures[old:]; old > 0 {
		m.more = 0
	}
}

// check checks what is counted.
func (m *machine) check() {
	if m.length > 100 { // each call looks at all
		return
	}
	length, count, significant := 0, 0, 0
	for c := m.first; c != nil; c = c.next {
		length++
		if c.run != nil && c.run.state == running {
			count++
		}
		if c.wanted && c.spec.Significant {
			significant++
		}
	}
	invariant.Check(length == m.length && count == m.count && significant == m.significant,
		fmt.Sprintf("supervise: %d children, %d run, %d significant ones are wanted, and not %d, %d, %d", length, count, significant, m.length, m.count, m.significant))
}

// want notes whether c is to run.
func (m *machine) want(c *child, isWanted bool) {
	if c.spec.Significant && c.wanted != isWanted {
		if isWanted {
			m.significant++
		} else {
			m.significant--
		}
	}
	c.wanted = isWanted
}

// start makes a run of c.
func (m *machine) start(c *child, now int64) {
	c.run, c.late = &run{of: c.spec.Name, child: c}, nil
	m.do(action{what: doSpawn, run: c.run})
	m.tell(Starting, c, nil, now)
	if !c.spec.Start.waits {
		m.becomesReady(c, now)
	}
}

// ready is called when a run says that it is.
func (m *machine) ready(r *run, now int64) {
	if c := r.child; c != nil && c.run == r && r.state == beginning {
		m.becomesReady(c, now)
		m.advance(now)
	}
}

func (m *machine) becomesReady(c *child, now int64) {
	c.run.state, c.run.wasReady, c.since, c.origin = running, true, now, again
	m.count++
	m.tell(Started, c, nil, now)
	reply(m, &c.starts, nil)
}

// stop aborts the run of c.
func (m *machine) stop(c *child, now int64) {
	if c.run.state == running {
		m.count--
	}
	c.run.state = stopping
	m.do(action{what: doAbort, run: c.run})
	m.tell(Stopping, c, nil, now)
	if limit := c.spec.shutdown(); limit >= 0 {
		m.setAlarm(c, sched.After(now, limit))
	}
}

// tick is called when an alarm may be due.
func (m *machine) tick(now int64) {
	isDue := m.isDelayed && m.notBefore <= now
	m.isDelayed = m.isDelayed && !isDue
	for c := m.takeDue(now); c != nil; c = m.takeDue(now) {
		isDue = true
		switch {
		case c.run != nil && c.run.state == stopping:
			m.do(action{what: doAsk, run: c.run})
		case c.run == nil && c.wanted:
			m.start(c, now)
		}
	}
	if isDue {
		m.advance(now)
	}
}

// isOverdue notes that r has not ended in time; err says what it waits for.
func (m *machine) isOverdue(r *run, err *OverdueError, now int64) {
	c := r.child
	if c == nil || c.run != r || r.state != stopping {
		return
	}
	r.state, c.late = overdue, err
	if m.phase == ending {
		m.overdue = append(m.overdue, err)
	}
	m.tell(Overdue, c, err, now)
	m.do(action{what: doReport, err: err})
	reply(m, &c.stops, err)
	m.advance(now)
}

// result returns what the supervisor has ended with: nil, or what has cancelled it, if there is
// no more to say.
func (m *machine) result() error {
	hasFailed := m.reason != nil && !core.IsCancellation(m.reason)
	if !hasFailed && len(m.overdue) == 0 && len(m.failures) == 0 {
		return m.reason
	}
	return &Error{Supervisor: m.name, Reason: m.reason, Failures: m.failures, More: m.more, Overdue: m.overdue}
}
