package supervise

import (
	"fmt"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/waiters"
)

// What programs ask a machine for. A call takes effect at once; its request waits for what
// follows from it.

// add inserts a child.
func (m *machine) add(spec Spec, q *request, now int64) {
	if m.phase != booting && m.phase != up {
		q.answer(m, ErrNotRunning)
		return
	}
	if err := spec.check(m.config); err != nil {
		q.answer(m, err)
		return
	}
	if c := m.byName[spec.Name]; c != nil {
		if c.run == nil && !c.wanted {
			q.answer(m, ErrAlreadyPresent)
		} else {
			q.answer(m, ErrAlreadyStarted)
		}
		return
	}
	c := m.insert(spec, added)
	q.waitIn(&c.starts)
	m.tell(Added, c, nil, now)
	m.startInTurn(c, now)
}

// startInTurn starts c, which is wanted and has no run: at once, or when its turn comes.
func (m *machine) startInTurn(c *child, now int64) {
	if !m.config.Strategy.isGroup() {
		if m.phase == up {
			c.hasTurn = true
		}
		if c.hasTurn && c.run == nil {
			m.start(c, now)
		}
	}
	if m.phase == booting && m.cursor == nil {
		m.cursor = c
	}
	m.advance(now)
}

// stopChild stops a child, which then stays stopped.
func (m *machine) stopChild(name string, q *request, now int64) {
	c, err := m.find(name)
	if err != nil {
		q.answer(m, err)
		return
	}
	wasWanted := c.wanted
	m.want(c, false)
	c.recycle = c.recycle && c.run != nil
	switch {
	case c.run == nil:
		m.clearAlarm(c)
		if wasWanted {
			m.tell(Stopped, c, nil, now)
			reply(m, &c.starts, ErrStopped)
		}
		m.forget(c, now)
		q.answer(m, nil)
	case c.run.state == overdue:
		reply(m, &c.starts, ErrStopped) // the run may never end
		q.answer(m, m.overdueOf(c))
	default:
		q.waitIn(&c.stops)
		if c.run.state < stopping {
			m.stop(c, now)
		}
	}
	m.advance(now)
}

// overdueOf returns the error of a child that is overdue.
func (m *machine) overdueOf(c *child) *OverdueError {
	if c.late != nil {
		return c.late
	}
	return &OverdueError{Child: c.name, After: c.spec.shutdown(), State: "a run of an earlier Run of the supervisor"}
}

// restartChild starts a child that is stopped.
func (m *machine) restartChild(name string, q *request, now int64) {
	c, err := m.find(name)
	switch {
	case err != nil:
		q.answer(m, err)
		return
	case c.run == nil && c.wanted:
		q.answer(m, ErrRestarting)
		return
	case c.run != nil && (c.wanted || c.spec.Restart == Temporary || m.config.Strategy == Dynamic):
		q.answer(m, ErrRunning)
		return
	}
	m.want(c, true)
	c.origin = asked
	q.waitIn(&c.starts)
	m.startInTurn(c, now)
}

// removeChild removes a child that is stopped.
func (m *machine) removeChild(name string, now int64) error {
	c, err := m.find(name)
	switch {
	case err != nil:
		return err
	case c.run != nil:
		return ErrRunning
	case c.wanted:
		return ErrRestarting
	}
	m.remove(c, now)
	return nil
}

// find returns the child of that name, or an error that says why there is none.
func (m *machine) find(name string) (*child, error) {
	if m.phase != booting && m.phase != up {
		return nil, ErrNotRunning
	}
	c := m.byName[name]
	if c == nil {
		return nil, ErrNotFound
	}
	return c, nil
}

// insert puts a child at the end of the list. It takes over the run that an earlier child of
// the name has left.
func (m *machine) insert(spec Spec, why origin) *child {
	for isNew := spec.Name != ""; !isNew; { // a program may have used such a name
		m.number++
		spec.Name = fmt.Sprintf("#%d", m.number)
		isNew = m.byName[spec.Name] == nil && m.left[spec.Name] == nil
	}
	c := &child{spec: spec, name: below(m.name, spec.Name), origin: why, prev: m.last, since: never}
	m.want(c, true)
	if m.last != nil {
		m.last.next = c
	} else {
		m.first = c
	}
	m.last = c
	m.byName[spec.Name] = c
	m.length++
	if r := m.left[spec.Name]; r != nil {
		delete(m.left, spec.Name)
		c.run, r.child = r, c
	}
	return c
}

// remove takes c, which has no run, out of the list.
func (m *machine) remove(c *child, now int64) {
	if c.prev != nil {
		c.prev.next = c.next
	} else {
		m.first = c.next
	}
	if c.next != nil {
		c.next.prev = c.prev
	} else {
		m.last = c.prev
	}
	if m.cursor == c {
		m.cursor = c.next
	}
	delete(m.byName, c.spec.Name)
	m.length--
	m.clearAlarm(c)
	m.tell(Removed, c, nil, now)
}

// below returns the full name of what is called name in the supervisor with the full name of.
func below(of, name string) string {
	if of == "" {
		return name
	}
	return of + "/" + name
}

// request waits for the answer to a call. The lock of the supervisor guards it.
type request struct {
	//lint:ignore U1000 package waiters uses it, as the first field
	node      waiters.Node[request]
	in        *requests // nil: it does not wait, or its answer is on the agenda
	hasAnswer bool
	err       error
	waker     edo.Waker
}

// requests wait for the same thing.
type requests = waiters.List[request]

// waitIn makes q wait.
func (q *request) waitIn(list *requests) {
	q.in = list
	list.PushBack(q)
}

// leave ends the wait of q. Otherwise calls that give up, each after a time-out, would pile up.
func (q *request) leave() {
	q.waker = edo.Waker{}
	if q.in != nil {
		q.in.Remove(q)
		q.in = nil
	}
}

// answer answers q, behind the events that have led to the answer.
func (q *request) answer(m *machine, err error) {
	if m.isActing || len(m.agenda) > 0 {
		m.do(action{what: doReply, request: q, err: err})
		return
	}
	q.resolve(m, err)
}

// resolve answers q at once.
func (q *request) resolve(m *machine, err error) {
	q.hasAnswer, q.err = true, err
	if !q.waker.IsZero() {
		m.wakes = append(m.wakes, q.waker)
	}
}

// reply has all requests of a list answered, behind the events that have led to the answer, and
// empties the list.
func reply(m *machine, list *requests, err error) {
	for q := list.First(); q != nil; q = list.First() {
		list.Remove(q)
		q.in = nil
		m.do(action{what: doReply, request: q, err: err})
	}
}
