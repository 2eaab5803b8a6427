package poller

import (
	"slices"
	"sync"

	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/internal/sched"
)

// crowds are the tasks that wait for a source besides the one that the source itself
// knows: two that read one connection, or two that write it. All of them are woken
// together, and those that find nothing wait again. So none depends on what another one
// does with its wake. Almost no source has a crowd, and one without has no byte for it.
//
// Rule: the crowded bit of a direction is set and cleared under mu, and is set exactly
// while the list of the direction is not empty.
type crowds struct {
	mu  sync.Mutex
	all map[*Source]*crowd
}

type crowd [2][]*sched.Task

// join moves before, whose place t has taken, to the crowd. A waker that came between
// the two has woken t alone: then everything is woken once more (rule 8).
func (s *Source) join(d Direction, before, t *sched.Task) {
	if invariant.Enabled {
		invariant.Step("Source.join: before the crowd")
	}
	c := &s.poller.crowds
	c.mu.Lock()
	tasks := c.all[s]
	if tasks == nil {
		if c.all == nil {
			c.all = map[*Source]*crowd{}
		}
		tasks = new(crowd)
		c.all[s] = tasks
	}
	// Tasks that have ended wait no longer. Nor does t wait here if it is in its new place
	// still; the task that takes that comes by here, with the lock.
	inPlace := s.waiters[d].Load() == t
	tasks[d] = slices.DeleteFunc(tasks[d], func(o *sched.Task) bool {
		return o == t && inPlace || o == before || o.IsResolved()
	})
	tasks[d] = append(tasks[d], before)
	s.state.Or(crowded << d)
	c.mu.Unlock()
	if invariant.Enabled {
		invariant.Step("Source.join: joined")
	}
	if s.waiters[d].Load() != t || s.state.Load()&(closed|uint32(1)<<d) != 0 {
		s.wake(d, nil)
	}
}

// wakeCrowd wakes the crowd of direction d, which is empty then.
func (s *Source) wakeCrowd(d Direction, cx *sched.Context) bool {
	c := &s.poller.crowds
	c.mu.Lock()
	var woken []*sched.Task
	if tasks := c.all[s]; tasks != nil {
		woken = tasks[d]
		tasks[d] = nil
		c.tidy(s, d, tasks)
	}
	c.mu.Unlock()
	for _, t := range woken {
		wakeTask(t, cx)
	}
	return len(woken) > 0
}

func (s *Source) leaveCrowd(d Direction, t *sched.Task) {
	c := &s.poller.crowds
	c.mu.Lock()
	defer c.mu.Unlock()
	if tasks := c.all[s]; tasks != nil {
		tasks[d] = slices.DeleteFunc(tasks[d], func(o *sched.Task) bool { return o == t })
		c.tidy(s, d, tasks)
	}
}

func (s *Source) inCrowd(d Direction, t *sched.Task) bool {
	c := &s.poller.crowds
	c.mu.Lock()
	defer c.mu.Unlock()
	tasks := c.all[s]
	return tasks != nil && slices.Contains(tasks[d], t)
}

// tidy lets go of what is empty. mu is held.
func (c *crowds) tidy(s *Source, d Direction, tasks *crowd) {
	if len(tasks[d]) > 0 {
		return
	}
	tasks[d] = nil
	s.state.And(^(crowded << d))
	if tasks[Read] == nil && tasks[Write] == nil {
		delete(c.all, s)
	}
}
