package scope

import (
	"fmt"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/core"
	"github.com/edo-go/edo/internal/roster"
	"github.com/edo-go/edo/internal/sched"
	"github.com/edo-go/edo/internal/survey"
)

// member is the bond of a task to its scope.
type member struct {
	core.Link
	scope *Scope
	place roster.Place[*sched.Task] // guarded by scope.mu
}

// Tie makes t, which is about to be spawned, a member of the scope: rule 3 of Scope.
func (m *member) Tie(t *sched.Task, _ *core.Runtime) error {
	s := m.scope
	m.place.Member = t
	s.mu.Lock()
	if s.hasEnded {
		s.mu.Unlock()
		return errEnded
	}
	s.members.Add(&m.place)
	s.mu.Unlock()
	if s.stopped.Load() != nil {
		t.Cancel()
	}
	return nil
}

// Failed cancels the scope, which returns the error. A scope that has ended, and so has
// refused the task, returns nothing any more.
func (m *member) Failed(_ *sched.Task, err error) core.Claim {
	s := m.scope
	s.mu.Lock()
	isMember := m.place.In()
	s.mu.Unlock()
	if !isMember {
		return core.Unclaimed
	}
	s.fail(err)
	return core.Taken
}

// Untie removes a member that has ended. The last one wakes the task that waits in drain.
func (m *member) Untie(*sched.Task) {
	var joiner *sched.Task
	s := m.scope
	s.mu.Lock()
	s.members.Remove(&m.place)
	if s.members.Len() == 0 {
		joiner, s.joiner = s.joiner, nil
	}
	s.mu.Unlock()
	if joiner != nil {
		joiner.Wake()
	}
}

// NewBond makes the tasks that a member spawns members as well.
func (m *member) NewBond() core.Bond { return &member{scope: m.scope} }

// Enclosure returns the function of the scope.
func (m *member) Enclosure() (*core.Task, *core.Region) { return m.scope.task, &m.scope.region }

// drain waits until all members have ended, and ignores cancellations: these reach the
// members, and so make the wait shorter.
func (s *Scope) drain() {
	if !s.isDrained() { // BenchmarkScopeEmpty: most have ended
		s.task.Await((*endOfMembers)(s), core.GoOn)
	}
}

// endOfMembers is the wait for the end of the members.
type endOfMembers Scope

// PollReady reports whether all members have ended. If so, the scope refuses further spawns.
func (w *endOfMembers) PollReady(cx *sched.Context) (isOver bool) {
	if !(*edo.Context)(cx).Proceed(w) {
		return false
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.members.Len() == 0 {
		w.hasEnded = true
		return true
	}
	w.joiner = cx.Task()
	return false
}

// Waits names some of the members.
func (w *endOfMembers) Waits(cx *edo.Context) edo.Wait {
	names, more := (*Scope)(w).names(survey.MaxNames, func(t *sched.Task) string { return core.DescribeIn((*sched.Context)(cx), t) })
	w.mu.Lock()
	all := w.members.First(survey.MaxHolders + 1)
	w.mu.Unlock()
	wait := edo.Wait{On: fmt.Sprintf("scope: the end of %d tasks", len(names)+more), By: names}
	wait.SetHeld(survey.HeldBy(true, all...))
	return wait
}

// names returns the names of n members, as describe tells them, and how many more there are.
func (s *Scope) names(n int, describe func(*sched.Task) string) (names []string, more int) {
	s.mu.Lock()
	some := s.members.First(n)
	more = s.members.Len() - len(some)
	s.mu.Unlock()
	for _, t := range some {
		names = append(names, describe(t))
	}
	return names, more
}
