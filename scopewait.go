package edo

import (
	"fmt"
	"strings"

	"github.com/edo-go/edo/internal/sched"
)

// add makes t, which is about to be spawned, a member.
func (s *Scope) add(t *sched.Task, b *bonds) error {
	b.member.who = t
	s.mu.Lock()
	if s.ended {
		s.mu.Unlock()
		return errScopeEnded
	}
	s.members.add(&b.member)
	s.mu.Unlock()
	b.scope = s
	if s.stopped.Load() != nil {
		t.Cancel()
	}
	return nil
}

// left takes out a member that has ended.
func (s *Scope) left(p *place[*sched.Task]) {
	var joiner *sched.Task
	s.mu.Lock()
	s.members.remove(p)
	if s.members.len() == 0 {
		joiner, s.joiner = s.joiner, nil
	}
	s.mu.Unlock()
	if joiner != nil {
		joiner.Wake()
	}
}

// drain waits until all members have ended, whatever happens. A cancellation that
// comes meanwhile makes the wait shorter: it reaches the members.
func (s *Scope) drain(t *Task) {
	if t.coro == nil { // a report may ask meanwhile
		t.await = func(cx *Context) Poll {
			(*scopeWait)(s).poll(cx)
			return Pending
		}
		defer func() { t.await = nil }()
	}
	for {
		t.polls = true
		over := (*scopeWait)(s).poll(t.cx)
		t.polls = false
		if over {
			return
		}
		t.wait()
	}
}

// scopeWait is the wait for the end of the members.
type scopeWait Scope

// poll says whether all have ended, and then no more are taken.
func (w *scopeWait) poll(cx *Context) (over bool) {
	if !cx.Proceed(w) {
		return false
	}
	s := (*Scope)(w)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.members.len() == 0 {
		s.ended = true
		return true
	}
	s.joiner = cx.in().Task()
	return false
}

// Waits names some of the tasks.
func (w *scopeWait) Waits(*Context) Wait {
	names, more := (*Scope)(w).names(maxBy)
	w.mu.Lock()
	all := w.members.first(maxHolders + 1)
	w.mu.Unlock()
	return Wait{On: fmt.Sprintf("edo: the end of the %d tasks of a scope", len(names)+more), By: names, Held: heldBy(true, all...)}
}

// names returns the names of n of the members, and how many more there are.
func (s *Scope) names(n int) (names []string, more int) {
	s.mu.Lock()
	some := s.members.first(n)
	more = s.members.len() - len(some)
	s.mu.Unlock()
	for _, t := range some {
		names = append(names, describe(t))
	}
	return names, more
}

// listed returns names, and how many more there are, as a text.
func listed(names []string, more int) string {
	if more > 0 {
		names = append(names[:len(names):len(names)], fmt.Sprintf("and %d more", more))
	}
	return strings.Join(names, ", ")
}
