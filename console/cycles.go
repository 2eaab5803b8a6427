package console

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/edo-go/edo/internal/held"
	"github.com/edo-go/edo/internal/sched"
	"github.com/edo-go/edo/internal/survey"
	"github.com/edo-go/edo/report"
)

const (
	maxWeb    = 4_000 // bound tasks of one look
	maxFollow = 2_000 // tasks that a look follows them to
	maxCycles = 10    // in a frame
	maxSteps  = 12    // of a cycle that are told
	maxNodes  = 60    // of the graph in a frame
	maxEdges  = 120
)

// cycle is a cycle that was found, and is looked for again in each look.
type cycle struct {
	tasks []uint64 // refs
	since time.Time
	stuck int  // tasks that wait for it, as far as they were asked
	isAll bool // they all were
}

// seed asks the tasks of the cycles that were found before, and those of the last graph, for this
// look: so they stay where others are asked in turn.
func (s *subject) seed(web *survey.Web) {
	var tasks []*sched.Task
	add := func(refs []uint64) {
		for _, ref := range refs {
			if k := s.all.tasks.byRef[ref]; k != nil {
				if t := k.task.Value(); t != nil {
					k.named = s.all.frames
					tasks = append(tasks, t)
				}
			}
		}
	}
	for _, c := range s.kept {
		add(c.tasks)
	}
	add(s.drawn)
	for part := range slices.Chunk(tasks, atOnce) {
		seen, _ := survey.See(s.rt, part, nil)
		for i := range seen {
			web.Add(&seen[i])
		}
	}
}

// cycles returns the cycles of the web, and keeps them for the next look. isAll: the web has all
// tasks.
func (s *subject) cycles(web *survey.Web, isAll bool, now time.Time) []Cycle {
	all := []Cycle{}
	waits := map[*sched.Task]*survey.Seen{}
	var kept []*cycle
	for _, k := range web.Knots(s.rt) {
		if len(all) == maxCycles {
			break
		}
		if len(waits) == 0 {
			for seen := range web.Each {
				waits[seen.Task] = seen
			}
		}
		c := &cycle{since: now, stuck: len(k.All), isAll: isAll}
		var view Cycle
		var steps []string
		for i, t := range s.turned(k.Cycle) {
			ref := s.ref(t)
			c.tasks = append(c.tasks, ref.Ref)
			if i >= maxSteps {
				continue
			}
			view.Tasks = append(view.Tasks, ref)
			if seen := waits[t]; seen != nil {
				steps = append(steps, ref.Name+" waits for "+s.waitText(&seen.Info.Waits[0]))
			}
		}
		for _, before := range s.kept {
			if !slices.ContainsFunc(before.tasks, func(ref uint64) bool { return slices.Contains(c.tasks, ref) }) {
				continue
			}
			if before.since.Before(c.since) {
				c.since = before.since
			}
			if !isAll { // its tasks wait still
				c.stuck, c.isAll = max(c.stuck, before.stuck), c.isAll || before.isAll
			}
		}
		view.Stuck, view.SoFar = c.stuck, !c.isAll
		view.Text, view.Since = strings.Join(steps, "; "), c.since
		kept = append(kept, c)
		all = append(all, view)
	}
	s.kept = kept
	return all
}

// turned returns a cycle from the task that was known first: so it is told in the same way in each
// frame.
func (s *subject) turned(cycle []*sched.Task) []*sched.Task {
	first := 0
	for i, t := range cycle {
		if s.ref(t).Ref < s.ref(cycle[first]).Ref {
			first = i
		}
	}
	return append(slices.Clone(cycle[first:]), cycle[:first]...)
}

// waitText returns what a wait is for, with its holders.
func (s *subject) waitText(w *report.Wait) string {
	text := opOf(w.On)
	if to := w.Held().Object(); to != (held.Ref{}) && w.Held().Of != (held.Ref{}) {
		text = (report.Wait{On: text, Number: s.all.numberOf(pointerOf(to.To()))}).Text()
	}
	for i, h := range w.Held().By[:min(len(w.Held().By), 2)] {
		t := survey.HolderOf(h)
		if t == nil {
			continue
		}
		if i == 0 {
			text += ", held by "
			if w.Held().As != held.HeldBy {
				text = strings.TrimSuffix(text, "held by ") + "from "
			}
		} else {
			text += " and "
		}
		text += s.ref(t).Name
		if place := survey.PlaceOf(h); place != "" {
			text += " (taken at " + place + ")"
		}
	}
	return text
}

// graph returns which tasks of the web wait for which: those in cycles first, then those of
// tasks that others wait for, so that none of these looks like the end of a chain, then those that many wait for.
func (s *subject) graph(web *survey.Web) Graph {
	g := Graph{Nodes: []Node{}, Edges: []Edge{}}
	inCycle := map[uint64]bool{}
	for _, c := range s.kept {
		for _, ref := range c.tasks {
			inCycle[ref] = true
		}
	}
	links := s.links(web)
	isCycle := func(l *link) bool {
		a, b := s.all.tasks.find(l.from), s.all.tasks.find(l.to)
		return a != nil && b != nil && inCycle[a.ref] && inCycle[b.ref]
	}
	slices.SortStableFunc(links, func(a, b *link) int {
		return cmp.Or(-compareBool(isCycle(a), isCycle(b)), -compareBool(a.isInner, b.isInner), cmp.Compare(b.waiters, a.waiters))
	})
	nodes := map[any]int{}
	node := func(key any, t *sched.Task, count int) int {
		if i, ok := nodes[key]; ok {
			return i
		}
		if len(g.Nodes) >= maxNodes {
			return -1
		}
		ref := s.ref(t)
		g.Nodes = append(g.Nodes, Node{TaskRef: ref, Count: count, Cycle: inCycle[ref.Ref]})
		nodes[key] = len(g.Nodes) - 1
		return len(g.Nodes) - 1
	}
	for _, l := range links {
		if len(g.Edges) == maxEdges {
			g.More += l.count
			continue
		}
		to := node(l.to, l.to, 1)
		var from int
		if l.count > 1 {
			from = node(l, l.from, l.count)
		} else {
			from = node(l.from, l.from, 1)
		}
		if from < 0 || to < 0 {
			g.More += l.count
			continue
		}
		g.Edges = append(g.Edges, Edge{from, to, l.on, l.place, l.count == 1 && isCycle(l)})
	}
	s.drawn = s.drawn[:0]
	for _, n := range g.Nodes {
		s.drawn = append(s.drawn, n.Ref)
	}
	return g
}

// link is a wait of a task for another task, or of several tasks that are alike.
type link struct {
	from, to *sched.Task
	on       string
	place    string
	count    int
	waiters  int  // links to the same task
	isInner  bool // a task waits for from
}

// links returns the waits of the web, those that are alike as one: tasks of one name for the same
// object of the same task, which no task waits for themselves.
func (s *subject) links(web *survey.Web) (all []*link) {
	type alike struct {
		name, on string
		to       *sched.Task
	}
	waiters := map[*sched.Task]int{}
	for seen := range web.Each {
		for _, w := range seen.Info.Waits {
			for _, h := range w.Held().By {
				waiters[survey.HolderOf(h)]++
			}
		}
	}
	merged := map[alike]*link{}
	for seen := range web.Each {
		for i := range seen.Info.Waits {
			w := &seen.Info.Waits[i]
			on := opOf(w.On)
			if to := w.Held().Of; to != (held.Ref{}) {
				on = (report.Wait{On: on, Number: s.all.numberOf(pointerOf(to.To()))}).Text()
			}
			for _, h := range w.Held().By[:min(len(w.Held().By), survey.MaxNames)] {
				to := survey.HolderOf(h)
				if to == nil {
					continue
				}
				l := &link{from: seen.Task, to: to, on: on, place: survey.PlaceOf(h), count: 1, waiters: waiters[to], isInner: waiters[seen.Task] != 0}
				if key := (alike{seen.Info.Name, on, to}); !l.isInner {
					if first := merged[key]; first != nil {
						first.count++
						continue
					}
					merged[key] = l
				}
				all = append(all, l)
			}
		}
	}
	return all
}
