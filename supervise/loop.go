package supervise

import (
	"fmt"
	"math/rand/v2"
	"runtime/debug"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/core"
	"github.com/edo-go/edo/internal/sched"
	"github.com/edo-go/edo/internal/survey"
)

// loop is a Supervisor as the wait of its task: each poll does what is on the agenda.
type loop Supervisor

// spawning is the Spawner of the children: the context of the poll under way. Their group is
// their run.
type spawning struct {
	cx  *sched.Context
	run *run
}

// Source is where a child is spawned from.
func (s *spawning) Source() core.Source {
	return core.Source{Cx: s.cx, Rt: core.RuntimeOf(s.cx), Group: s.run}
}

// maxRounds is how often a poll looks at the agenda.
const maxRounds = 16

// maxKept is how many places an agenda has that is used again.
const maxKept = 16

// PollReady does what there is to do, and reports whether the supervisor has ended.
func (l *loop) PollReady(cx *sched.Context) (isReady bool) {
	if !(*edo.Context)(cx).Proceed(l) {
		return false
	}
	s := (*Supervisor)(l)
	s.mu.Lock()
	s.waker = (*edo.Context)(cx).Waker()
	if s.random == nil {
		s.random = rand.New(rand.NewPCG(uint64(cx.Rand()), uint64(cx.Rand())))
	}
	s.m.draw = s.random.Float64
	if cx.Root().IsCancelled() && s.rt.Sched.IsCancelling() { // in a shield too: the children are cancelled
		s.m.end(edo.ErrCancelled, cx.Now())
	}
	for round := 0; ; round++ {
		s.m.tick(cx.Now())
		agenda, wakes := s.m.agenda, s.m.wakes
		if len(agenda) == 0 && len(wakes) == 0 {
			break
		}
		if round == maxRounds { // children fail as fast as they are started
			cx.Yield()
			break
		}
		s.m.agenda, s.m.wakes, s.done = s.done, nil, nil
		s.m.isActing, s.acting = true, agenda
		s.mu.Unlock()
		for _, w := range wakes {
			w.Wake()
		}
		for i := range agenda {
			s.perform(&agenda[i], cx)
		}
		s.mu.Lock()
		s.m.isActing, s.acting = false, nil
		if cap(agenda) <= maxKept {
			clear(agenda)
			s.done = agenda[:0]
		}
	}
	isReady = s.m.phase == over && len(s.m.agenda) == 0
	at, hasAlarm := s.m.nextAlarm()
	s.mu.Unlock()
	switch {
	case isReady:
	case hasAlarm:
		cx.Arm(&s.timer, at)
	default:
		s.timer.Stop()
	}
	return isReady
}

// perform does one thing of the agenda, without the lock.
func (s *Supervisor) perform(a *action, cx *sched.Context) {
	switch a.what {
	case doSpawn:
		s.spawn(a.run, cx)
	case doAbort:
		a.run.handle.Abort()
	case doAsk:
		err := s.ask(a.run)
		s.change(func(m *machine, now int64) { m.isOverdue(a.run, err, now) })
	case doEvent:
		s.publish(a.event)
		if a.event.Kind == SupervisorStarted && s.above != nil {
			s.above.ready()
		}
	case doReply:
		s.change(func(m *machine, _ int64) { a.request.resolve(m, a.err) })
	case doReport:
		guard("supervise", func() { s.rt.OnError(a.err) })
	}
}

// spawn spawns the task of a run.
func (s *Supervisor) spawn(r *run, cx *sched.Context) {
	r.s, r.rt, r.at = s, s.rt, r.child.spec.Start.at
	opts := make([]edo.SpawnOption, 0, 1+len(r.child.spec.Options))
	opts = append(opts, edo.Name(r.child.name))
	opts = append(opts, r.child.spec.Options...)
	s.spawning.cx, s.spawning.run = cx, r
	sp := core.Hooks.Spawner(&core.Spawning{From: &s.spawning}).(edo.Spawner)
	var h edo.AbortHandle
	err := guard(r.child.name, func() { h = r.child.spec.Start.spawn(sp, r, opts) })
	s.spawning.cx, s.spawning.run = nil, nil
	s.mu.Lock()
	r.handle = h
	s.mu.Unlock()
	if err != nil {
		r.ended(err)
	}
}

// guard calls fn, which belongs to the program, and returns its panic.
func guard(task string, fn func()) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = core.PanicOrGoexit(task, v, debug.Stack())
		}
	}()
	fn()
	return nil
}

// ask asks an overdue run what it waits for.
func (s *Supervisor) ask(r *run) *OverdueError {
	s.mu.Lock()
	t, c := r.task, r.child
	e := &OverdueError{State: "not started"}
	if c != nil {
		e.Child, e.After = c.name, c.spec.shutdown()
	}
	s.mu.Unlock()
	if t == nil {
		return e
	}
	info := survey.Ask(s.rt, t)
	e.State = info.State
	for _, w := range info.Waits {
		e.Waits = append(e.Waits, w.Text())
	}
	return e
}

// publish sends an event to the subscribers of the supervisor, and of those above it.
func (s *Supervisor) publish(e Event) {
	for s != nil {
		s.mu.Lock()
		tx, above := s.tx, s.above
		s.mu.Unlock()
		if tx != nil {
			tx.Send(e) // an error says that there is no receiver
		}
		if s = nil; above != nil {
			s = above.s
		}
	}
}

// Waits says what the supervisor waits for.
func (l *loop) Waits(cx *edo.Context) edo.Wait {
	s := (*Supervisor)(l)
	s.mu.Lock()
	w, tasks := s.waits()
	s.mu.Unlock()
	for _, t := range tasks {
		w.By = append(w.By, core.LabelIn((*sched.Context)(cx), t))
	}
	return w
}

// waits is Waits, without the names of the tasks. Locked.
func (s *Supervisor) waits() (w edo.Wait, tasks []*sched.Task) {
	var ends, starts, delayed []*child
	for c := s.m.first; c != nil; c = c.next {
		switch {
		case c.run != nil && c.run.state == stopping, c.run != nil && c.run.state == overdue && c.wanted:
			ends = append(ends, c)
		case c.run != nil && c.run.state == beginning:
			starts = append(starts, c)
		case c.run == nil && c.wanted:
			delayed = append(delayed, c)
		}
	}
	if at, ok := s.m.nextAlarm(); ok {
		w.Until = s.rt.Driver.Time(at)
	}
	what, which := "", ends
	switch {
	case len(ends) > 0:
		what = "the end of "
	case len(starts) > 0:
		what, which = "the start of ", starts
	case len(delayed) > 0:
		what, which = "the restart of ", delayed
	default:
		w.On = fmt.Sprintf("supervise: what happens to %d children (%d run)", s.m.length, s.m.count)
		return w, nil
	}
	w.On = "supervise: " + what + which[0].name
	if more := len(which) - 1; more > 0 {
		w.On += fmt.Sprintf(" and %d more", more)
	}
	for _, c := range which[:min(len(which), survey.MaxNames)] {
		if c.run != nil && c.run.task != nil {
			tasks = append(tasks, c.run.task)
		}
	}
	return w, tasks
}

// Children returns all children, in the order of their start. It does not wait, and is a copy.
func (s *Supervisor) Children() []Child {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]Child, 0, s.m.length)
	for c := s.m.first; c != nil; c = c.next {
		one := Child{Name: c.spec.Name, State: c.stateOf(), Restarts: c.restarts, Err: c.lastErr, Nested: c.spec.Start.nested}
		if c.since != never {
			one.Since = s.rt.Driver.Time(c.since)
		}
		if c.run != nil {
			one.Task = c.run.handle
		}
		all = append(all, one)
	}
	return all
}
