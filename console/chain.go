package console

import (
	"fmt"
	"slices"
	"strings"

	"github.com/edo-go/edo/internal/core"
	"github.com/edo-go/edo/internal/held"
	"github.com/edo-go/edo/internal/sched"
	"github.com/edo-go/edo/internal/survey"
	"github.com/edo-go/edo/report"
)

const (
	maxChain  = 8 // tasks that are followed from a full channel
	maxChains = 4 // full channels of a view that are followed
)

// chain returns what the receiver of a full channel waits for, and so on through further full
// channels and locks, to the task at the end. The tasks are asked one after the other: so a chain that
// moves is told as it was at several moments.
func (s *subject) chain(o *object) (text string, end TaskRef) {
	var t *sched.Task
	for _, h := range o.holders {
		if !h.holds {
			t = h.task
			break
		}
	}
	var steps []string
	var passed []*sched.Task
	for t != nil && len(passed) < maxChain && !slices.Contains(passed, t) {
		passed = append(passed, t)
		seen, isStill := survey.See(s.rt, []*sched.Task{t}, nil)
		if len(seen) == 0 || !isStill { // it has ended, or a poll that does not return keeps it from being asked
			break
		}
		end = s.ref(t)
		does, next := s.stepOf(&seen[0])
		steps = append(steps, s.titleOf(t)+does)
		t = next
	}
	if n := len(steps) - 1; n > 0 {
		steps[n] = "at the end of the chain: " + steps[n]
	}
	return strings.Join(steps, "; "), end
}

// titleOf returns the name of a task and, with Config.Trace, where it was spawned.
func (s *subject) titleOf(t *sched.Task) string {
	name := s.ref(t).Name
	if _, _, at := core.Origin(t); at != "" {
		name = fmt.Sprintf("%s (spawned at %s)", name, clip(at))
	}
	return name
}

// stepOf returns what a task does, and the task that it waits for if that is known.
func (s *subject) stepOf(seen *survey.Seen) (does string, next *sched.Task) {
	if len(seen.Info.Waits) == 0 {
		if seen.Info.State == report.Waiting {
			return ", which does not say what it waits for", nil
		}
		return ", which is " + seen.Info.State, nil
	}
	var texts []string
	for i := range seen.Info.Waits[:min(len(seen.Info.Waits), maxWaits)] {
		w := seen.Info.Waits[i]
		if to := w.Held().Object(); to != (held.Ref{}) {
			w.Number = s.all.numberOf(pointerOf(to.To()))
		}
		texts = append(texts, clip(w.Text()))
	}
	if len(seen.Info.Waits) == 1 {
		next = nextOf(&seen.Info.Waits[0])
	}
	return ", which waits for " + strings.Join(texts, ", or for "), next
}

// nextOf returns the only task that a wait is known to wait for: the holder of a lock, or the
// receiver of a full channel.
func nextOf(w *report.Wait) *sched.Task {
	h := w.Held()
	switch {
	case h == nil || h.More:
		return nil
	case len(h.By) == 1:
		return survey.HolderOf(h.By[0])
	case strings.Contains(w.On, "(full"):
		t, _ := h.Last.To().(*sched.Task)
		return t
	}
	return nil
}
