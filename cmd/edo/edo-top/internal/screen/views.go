package screen

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/edo-go/edo/cmd/edo/edo-top/internal/cell"
	"github.com/edo-go/edo/console"
)

// view is one way to look at a frame.
type view int

const (
	groups view = iota + 1
	objects
	waitsFor
	workers
	timers
	sockets
	polls
	forgotten
	findings

	// Those of one thing.
	group
	object
	poll
	finding
	task
	stacks
)

// isPage reports whether a view is of one thing.
func (v view) isPage() bool { return v >= group }

// viewNames are the views on the way to what is shown.
var viewNames = map[view]string{
	groups: "Groups", objects: "Locks and channels", waitsFor: "Waits-for", workers: "Workers", timers: "Timers", sockets: "Sockets",
	polls: "Polls", forgotten: "Forgotten handles", findings: "Findings",
	group: "Group", object: "Object", poll: "Poll", finding: "Finding", task: "Task", stacks: "Stacks",
}

// list returns what is shown: sorted, and with the rows alone that the filter keeps.
func (s *Screen) list() list {
	l := s.top()
	list := s.listOf(l.place)
	list.filter(l.filter)
	list.sort(l.order)
	return list
}

// listOf returns what a view shows.
func (s *Screen) listOf(p place) list {
	if s.shown == nil {
		return list{title: "edo top", none: "no frame has come yet"}
	}
	switch p.view {
	case findings:
		return s.findings()
	case finding:
		return s.finding(p.id)
	case forgotten:
		return s.forgotten()
	case task:
		return s.task(p.ref)
	case stacks:
		return s.stacksPage()
	}
	rt := s.current()
	if p.runtime != 0 {
		rt = s.runtimeOf(p.runtime)
	}
	if rt == nil {
		return list{title: viewNames[p.view], none: "no runtime of edo runs in this process"}
	}
	switch p.view {
	case objects:
		return s.objects(rt)
	case waitsFor:
		return s.waitsFor(rt)
	case workers:
		return workerList(rt)
	case timers:
		return timerList(rt)
	case sockets:
		return socketList(rt)
	case polls:
		return s.polls(rt)
	case group:
		return s.group(rt, p.id)
	case object:
		return s.object(rt, p.id)
	case poll:
		return s.poll(rt, p.id)
	}
	return s.groups(rt)
}

// groups are tasks that are alike.
func (s *Screen) groups(rt *console.Runtime) list {
	l := list{title: "Groups", note: roundText(&rt.Round), none: "no task waits", columns: []column{
		{head: "TASKS", isRight: true, least: 6, keep: 9}, {head: "NAME", least: 12, share: 3, keep: 8}, {head: "WAITS FOR", least: 14, share: 4, keep: 7},
		{head: "STATE", least: 7, keep: 3}, {head: "SEEN FOR", isRight: true, least: 8, keep: 5}, {head: "SPAWNED AT", least: 14, share: 2, keep: 1},
	}}
	for i := range rt.Groups {
		g := &rt.Groups[i]
		l.rows = append(l.rows, row{
			key: g.Key, to: place{view: group, id: g.Key},
			texts: []string{estimate(rt, g.Count), g.Name, either(g.Waits), stateOf(g), since(g.Since, s.shown.Time), g.Spawned},
			by:    []float64{float64(g.Count), 0, 0, 0, s.age(g.Since), 0},
		})
	}
	if rt.LeftOut > 0 {
		l.note += "; in other groups: " + estimate(rt, rt.LeftOut)
	}
	return l
}

// stateOf is what the tasks of a group do.
func stateOf(g *console.Group) string {
	if g.Cancelled {
		return g.State + ", cancelled"
	}
	return g.State
}

// age returns how long something was so, to sort by.
func (s *Screen) age(from time.Time) float64 { return s.shown.Time.Sub(from).Seconds() }

// objects are the locks, channels and other things that tasks wait for.
func (s *Screen) objects(rt *console.Runtime) list {
	l := list{title: "Locks and channels", none: "no task waits for a lock or a channel", columns: []column{
		{head: "#", isRight: true, least: 4, keep: 8}, {head: "WHAT", least: 10, share: 2, keep: 9}, {head: "STATE", least: 10, share: 3, keep: 6},
		{head: "WAITING", isRight: true, least: 7, keep: 7}, {head: "HELD BY", least: 12, share: 3, keep: 5}, {head: "FOR", isRight: true, least: 6, keep: 4},
	}}
	for i := range rt.Objects {
		o := &rt.Objects[i]
		r := row{
			key: strconv.Itoa(o.Number), to: place{view: object, id: strconv.Itoa(o.Number)},
			texts: []string{strconv.Itoa(o.Number), o.Kind, o.State, estimate(rt, o.Waiting), holders(o), since(o.Since, s.shown.Time)},
			by:    []float64{-float64(o.Number), 0, 0, float64(o.Waiting), 0, s.age(o.Since)},
		}
		if o.Full {
			r.style = cell.Warning
		}
		l.rows = append(l.rows, r)
	}
	return l
}

// holders are the tasks that hold an object, or have used it last.
func holders(o *console.Object) string {
	if len(o.Holders) == 0 {
		return strings.Join(o.By, ", ")
	}
	texts := make([]string, len(o.Holders))
	for i, h := range o.Holders {
		texts[i] = h.Name
		if !h.Holds {
			texts[i] += " (last)"
		}
	}
	return strings.Join(texts, ", ")
}

// workerList is what the workers do.
func workerList(rt *console.Runtime) list {
	l := list{title: "Workers", none: "no worker", columns: []column{
		{head: "WORKER", isRight: true, least: 6, keep: 9}, {head: "STATE", least: 5, keep: 8}, {head: "POLL FOR", isRight: true, least: 8, keep: 7},
		{head: "QUEUED", isRight: true, least: 6, keep: 6}, {head: "POLLS", isRight: true, least: 8, keep: 5}, {head: "STEALS", isRight: true, least: 6, keep: 4},
		{head: "PARKS", isRight: true, least: 6, keep: 3}, {head: "TIMERS", isRight: true, least: 6, keep: 2}, {head: "NEXT", isRight: true, least: 6, keep: 1},
	}}
	for _, w := range rt.Workers {
		name, takes, next := strconv.Itoa(w.ID), "", ""
		if w.Spare {
			name += " spare"
		}
		if w.For > 0 {
			takes = millis(w.For)
		}
		if w.Next >= 0 {
			next = millis(w.Next)
		}
		r := row{
			key:   strconv.Itoa(w.ID),
			texts: []string{name, w.State, takes, thousands(w.Queued), thousands(w.Polls), thousands(w.Steals), thousands(w.Parks), thousands(w.Timers), next},
			by:    []float64{-float64(w.ID), 0, float64(w.For), float64(w.Queued), float64(w.Polls), float64(w.Steals), float64(w.Parks), float64(w.Timers), float64(w.Next)},
		}
		if w.State == "stuck" {
			r.style = cell.Fault
		}
		l.rows = append(l.rows, r)
	}
	return l
}

// timerList is when waits end by themselves.
func timerList(rt *console.Runtime) list {
	l := list{
		title: "Timers", note: thousands(rt.Metrics.Timers) + " in the wheels, stale ones included", none: "no wait ends by itself",
		columns: []column{{head: "WAITS END WITHIN", least: 10, keep: 1}, {head: "TASKS", isRight: true, least: 8, keep: 2}},
	}
	for i, n := range rt.Deadlines {
		within := "later"
		if i < len(console.DeadlineSteps) {
			within = span(console.DeadlineSteps[i])
		}
		l.rows = append(l.rows, row{key: within, texts: []string{within, estimate(rt, n)}, by: []float64{0, float64(n)}})
	}
	return l
}

// socketList is what tasks wait for at sockets.
func socketList(rt *console.Runtime) list {
	l := list{title: "Sockets", none: "no task waits for a socket", columns: []column{
		{head: "TASKS", isRight: true, least: 6, keep: 3}, {head: "OPERATION", least: 12, keep: 2}, {head: "LOCAL ADDRESS", least: 12, share: 1, keep: 1},
	}}
	for _, one := range rt.Sockets {
		l.rows = append(l.rows, row{
			key: one.Op + " " + one.Local, texts: []string{estimate(rt, one.Tasks), one.Op, one.Local}, by: []float64{float64(one.Tasks), 0, 0},
		})
	}
	return l
}

// polls are the longest polls.
func (s *Screen) polls(rt *console.Runtime) list {
	l := list{title: "The longest polls that were seen", none: "none took longer than 50 ms", columns: []column{
		{head: "AT LEAST", isRight: true, least: 8, keep: 9}, {head: "RUNS", least: 5, keep: 7}, {head: "TASK", least: 12, share: 1, keep: 8},
		{head: "WORKER", isRight: true, least: 6, keep: 6}, {head: "SEEN FROM", least: 9, keep: 5}, {head: "STACK", least: 5, keep: 4},
	}}
	for _, p := range runningFirst(rt.Polls) {
		r := row{
			key: pollKey(p), to: place{view: poll, id: pollKey(p)},
			texts: []string{millis(p.Took), "", p.Task.Name, strconv.Itoa(p.Worker), s.clock(p.Began), ""},
			by:    []float64{float64(p.Took), 0, 0, float64(p.Worker), 0, 0},
		}
		if p.Runs {
			r.texts[1], r.style = "runs", cell.Fault
		}
		switch {
		case p.Stack != "":
			r.texts[5] = "enter"
		case p.Runs:
			r.texts[5] = "t takes"
		}
		l.rows = append(l.rows, r)
	}
	return l
}

// runningFirst returns the polls, those that have not returned before all others.
func runningFirst(all []console.Poll) (sorted []*console.Poll) {
	for _, runs := range []bool{true, false} {
		for i := range all {
			if all[i].Runs == runs {
				sorted = append(sorted, &all[i])
			}
		}
	}
	return sorted
}

// pollKey finds a poll again.
func pollKey(p *console.Poll) string { return fmt.Sprint(p.Worker, " ", p.Began.UnixNano()) }

// forgotten are the handles that were garbage and not closed.
func (s *Screen) forgotten() list {
	l := list{
		title: "Forgotten handles", note: fmt.Sprintf("%s found, %s open", thousands(s.shown.ForgottenAll), thousands(max(0, s.shown.OpenHandles))),
		none: "none was found", columns: []column{{head: "AGO", isRight: true, least: 7, keep: 1}, {head: "WHAT", least: 20, share: 1, keep: 2}},
	}
	for _, one := range s.shown.Forgotten {
		l.rows = append(l.rows, row{
			key: fmt.Sprint(one.At.UnixNano(), one.What), texts: []string{since(one.At, s.shown.Time), one.What}, by: []float64{-s.age(one.At), 0},
		})
	}
	return l
}

// findings are what should be looked at.
func (s *Screen) findings() list {
	l := list{title: "Findings", none: "nothing was found", columns: []column{
		{head: "LEVEL", least: 6, keep: 8}, {head: "KIND", least: 9, keep: 7}, {head: "WHAT", least: 16, share: 1, keep: 9}, {head: "FOR", isRight: true, least: 7, keep: 5},
	}}
	for i := range s.shown.Findings {
		f := &s.shown.Findings[i]
		l.rows = append(l.rows, row{
			key: s.findingKey(i), to: place{view: finding, id: s.findingKey(i)}, style: levelStyle(f.Level),
			texts: []string{levelWord(f.Level), f.Kind, f.Text, since(f.Since, s.shown.Time)}, by: []float64{0, 0, 0, s.age(f.Since)},
		})
	}
	return l
}

// levelStyle is how a finding stands out.
func levelStyle(level string) cell.Style {
	if level == "fault" {
		return cell.Fault
	}
	return cell.Warning
}

// findingKey finds a finding again: its text has times that grow, and the task of a full channel is an example.
func (s *Screen) findingKey(i int) string {
	f := &s.shown.Findings[i]
	same := 0
	for k := range i {
		if g := &s.shown.Findings[k]; g.Kind == f.Kind && g.Runtime == f.Runtime && subject(g) == subject(f) {
			same++
		}
	}
	return fmt.Sprint(f.Kind, " ", f.Runtime, " ", subject(f), " ", same)
}

// subject is what a finding is about: a channel, which its text begins with, or a task.
func subject(f *console.Finding) string {
	if f.Kind == "full" {
		channel, _, _ := strings.Cut(f.Text, " is full")
		return channel
	}
	return strconv.FormatUint(f.Task.Ref, 10)
}
