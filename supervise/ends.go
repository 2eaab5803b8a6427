package supervise

import (
	"fmt"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/sched"
)

// What follows from the end of a run.

// ended is called when a run has ended.
func (m *machine) ended(r *run, o outcome, now int64) {
	c := r.child
	if c == nil { // of an earlier Run
		delete(m.left, r.of)
		return
	}
	was := r.state
	c.ran = 0
	if was == running {
		c.ran = now - c.since
		m.count--
	}
	c.run, c.since = nil, now
	m.clearAlarm(c)
	if m.phase == over { // it was overdue, and the supervisor has ended
		return
	}
	switch {
	case was >= stopping:
		m.stopped(c, r.wasReady, o, now)
	case m.phase == ending:
		if o.isCancelled { // it will be asked to end, only not by the supervisor
			o = normal
		}
		m.tellOfEnd(c, was == running, o, now)
	case o.isOfAllTasks:
		m.tellOfEnd(c, was == running, normal, now)
		m.want(c, false)
		c.recycle = false
		reply(m, &c.starts, ErrNotRunning)
		m.forget(c, now)
	case was == beginning:
		m.startFailed(c, o, now)
	default:
		m.endedByItself(c, o, now)
	}
	m.advance(now)
}

// stopped handles the end of a run that was asked to end.
func (m *machine) stopped(c *child, wasReady bool, o outcome, now int64) {
	err := o.err
	if o.isCancelled || o.isNormal {
		err = nil
	}
	m.tell(Stopped, c, err, now)
	if err != nil {
		m.fail(c, wasReady, err, now)
	}
	reply(m, &c.stops, nil)
	switch {
	case c.wanted && c.hasTurn && !m.config.Strategy.isGroup(): // it was to be started again
		m.start(c, now)
	case !c.wanted:
		reply(m, &c.starts, ErrStopped)
		m.forget(c, now)
	}
}

// tellOfEnd tells of the end of a run that was not asked to end, and reports whether it is a
// failure.
func (m *machine) tellOfEnd(c *child, wasReady bool, o outcome, now int64) (failed bool) {
	if o.isNormal || !wasReady && o.isIgnore {
		m.tell(Ended, c, o.err, now)
		return false
	}
	m.tell(Failed, c, o.err, now)
	m.fail(c, wasReady, o.err, now)
	return true
}

// fail keeps a failure, and has it reported.
func (m *machine) fail(c *child, wasReady bool, err error, now int64) {
	c.lastErr = err
	m.note(c, wasReady, err, now)
	m.do(action{what: doReport, err: &childError{c.name, wasReady, err}})
}

// note keeps a failure, for the error of the supervisor.
func (m *machine) note(c *child, wasReady bool, err error, now int64) {
	m.failures = append(m.failures, Failure{Child: c.name, Time: m.time(now), Started: wasReady, Err: err})
	m.times = append(m.times, now)
	if len(m.failures) > maxFailures {
		m.failures, m.times = m.failures[1:], m.times[1:]
		m.more++
	}
}

// startFailed handles the end of a run that had not been ready.
func (m *machine) startFailed(c *child, o outcome, now int64) {
	err := o.err
	if o.isIgnore {
		m.tell(Ended, c, err, now)
		m.want(c, false)
		reply(m, &c.starts, nil)
		m.forget(c, now)
		return
	}
	if err == nil {
		err = errBeforeReady
	}
	m.tell(Failed, c, err, now)
	switch c.origin {
	case first:
		m.fail(c, false, err, now)
		m.end(ErrStart, now)
	case added:
		m.want(c, false)
		reply(m, &c.starts, err)
		m.remove(c, now)
	case asked:
		m.want(c, false)
		reply(m, &c.starts, err)
	default:
		m.fail(c, false, err, now)
		m.restart(c, now)
	}
}

// endedByItself handles the end of a run that was ready and was not asked to end.
func (m *machine) endedByItself(c *child, o outcome, now int64) {
	failed := m.tellOfEnd(c, true, o, now)
	switch {
	case c.recycle: // it has only come before its turn: a part of the restart that goes on
		c.recycle = false
		if c.wanted && (failed || c.spec.Restart == Permanent || m.config.Revive) {
			return
		}
	case c.spec.Restart == Permanent || c.spec.Restart == Transient && failed:
		if err := o.err; !failed {
			if err == nil {
				err = errEnded
			}
			m.note(c, true, err, now)
		}
		m.restart(c, now)
		return
	}
	m.want(c, false)
	m.forget(c, now)
	if c.spec.Significant && (m.config.AutoShutdown == AnySignificant || m.significant == 0) {
		var reason error
		if failed {
			reason = ErrSignificant
		}
		m.end(reason, now)
	}
}

// restart starts c again, which has failed or is permanent, with those siblings that the
// strategy asks for; or it ends the supervisor.
func (m *machine) restart(c *child, now int64) {
	c.origin = again
	if !m.window.admit(now) {
		m.want(c, false)
		m.end(m.tooMany(), now)
		return
	}
	c.restarts++
	delay := m.delayOf(c)
	m.tell(Restarting, c, nil, now)
	m.agenda[len(m.agenda)-1].event.Delay = delay
	if m.config.Strategy.isGroup() {
		m.markSiblings(c)
		if delay > 0 {
			m.notBefore = max(m.notBefore, sched.After(now, delay))
			m.isDelayed = true
		}
		return
	}
	if delay == 0 {
		m.start(c, now)
		return
	}
	m.setAlarm(c, sched.After(now, delay))
}

// tooMany returns the reason of a supervisor with too many restarts.
func (m *machine) tooMany() error {
	restarts := "restarts"
	if m.window.limit == 1 {
		restarts = "restart"
	}
	return edo.NewError(ErrIntensity, fmt.Sprintf("supervise: more than %d %s within %v", m.window.limit, restarts, time.Duration(m.window.period)))
}

// delayOf returns the delay of the next restart of c.
func (m *machine) delayOf(c *child) time.Duration {
	b := &c.spec.Backoff
	if b.isOff() {
		b = &m.config.Backoff
	}
	if c.ran >= int64(b.reset()) {
		c.inARow = 0
	}
	c.inARow++
	return b.delay(c.inARow-1, m.draw)
}

// markSiblings marks the children that are restarted with c.
func (m *machine) markSiblings(c *child) {
	o := m.first
	if m.config.Strategy == RestForOne {
		o = c.next
	}
	for ; o != nil; o = o.next {
		switch {
		case o == c:
		case o.spec.Restart == Temporary && o.run != nil:
			m.want(o, false)
			o.recycle = true
		case o.run != nil:
			o.recycle = true
			fallthrough
		default:
			if m.config.Revive && !o.wanted && o.spec.Restart != Temporary {
				m.want(o, true)
				o.origin = again
			}
		}
	}
}

// forget removes c, which has ended, if nothing remains of such a child.
func (m *machine) forget(c *child, now int64) {
	if c.run == nil && !c.wanted && m.phase != ending && (c.spec.Restart == Temporary || m.config.Strategy == Dynamic) {
		m.remove(c, now)
	}
}
