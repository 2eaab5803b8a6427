package screen

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/edo-go/edo/cmd/edo/edo-top/internal/cell"
	"github.com/edo-go/edo/console"
)

// page is about one thing: names at the left, and what is known at the right, in as many lines as that takes.
type page struct {
	list
	width int // of the texts
}

const (
	nameWidth = 14  // of the names of a page
	maxLines  = 100 // of one text, such as a stack
)

func (s *Screen) newPage(title string) *page {
	p := &page{width: max(10, s.width-marginWidth-nameWidth-gap)}
	p.list = list{title: title, isPage: true, columns: []column{{least: nameWidth, keep: 1}, {least: 10, share: 1, keep: 2}}}
	if s.width < 36 { // the names have a line of their own
		p.columns, p.width = []column{{least: 10, share: 1}}, max(1, s.width-marginWidth)
	}
	return p
}

// add adds a text. Enter leads from each of its lines to a place, if it is one.
func (p *page) add(name, text string, to place) {
	style := cell.Plain
	if to != (place{}) {
		style, text = cell.Bold, "→ "+text
	}
	if len(p.columns) == 1 && name != "" {
		p.rows = append(p.rows, row{key: fmt.Sprint(len(p.rows)), texts: []string{name + ":"}, to: to})
	}
	for i, line := range cell.Wrap(text, p.width, maxLines) {
		texts := []string{line}
		if len(p.columns) == 2 {
			texts = []string{name, line}
			if i > 0 {
				texts[0] = ""
			}
		}
		p.rows = append(p.rows, row{key: fmt.Sprint(len(p.rows)), texts: texts, style: style, to: to})
	}
}

// say adds a text that is not empty, and leads nowhere.
func (p *page) say(name, text string) {
	if text != "" {
		p.add(name, text, place{})
	}
}

// tasks adds a line for each task. What comes from texts is said of it.
func (p *page) tasks(name string, refs []console.TaskRef, of int) {
	for i, ref := range refs {
		if i == 1 {
			name = ""
		}
		p.add(name, ref.Name, toTask(ref))
	}
	if more := of - len(refs); more > 0 && len(refs) > 0 {
		p.say("", fmt.Sprintf("and %s more", thousands(more)))
	}
}

// holders adds a line for each task that holds an object, or could wake a task.
func (p *page) holders(name string, all []console.Holder) {
	for i, h := range all {
		if i == 1 {
			name = ""
		}
		text := h.Name
		if !h.Holds {
			text += ", which has used it last"
		}
		if h.Place != "" {
			text += ", which has taken it at " + h.Place
		}
		p.add(name, text, toTask(h.TaskRef))
	}
}

// toTask leads to a task.
func toTask(ref console.TaskRef) place {
	if ref.Ref == 0 {
		return place{}
	}
	return place{view: task, ref: ref.Ref}
}

// group is what is known of a group.
func (s *Screen) group(rt *console.Runtime, key string) list {
	p := s.newPage("A group of tasks")
	for i := range rt.Groups {
		g := &rt.Groups[i]
		if g.Key != key {
			continue
		}
		p.title = "Group"
		p.say("name", g.Name)
		p.say("tasks", estimate(rt, g.Count))
		p.say("state", stateOf(g))
		for _, w := range g.Waits {
			p.say("waits for", w)
		}
		p.say("spawned at", g.Spawned)
		if seen := since(g.Since, s.shown.Time); seen != "" {
			p.say("seen for", seen+", the group: its tasks may come and go")
		}
		p.tasks("some of them", g.Tasks, g.Count)
		return p.list
	}
	p.say("", "no task is as those of this group were")
	return p.list
}

// object is what is known of a lock, a channel or another thing that tasks wait for.
func (s *Screen) object(rt *console.Runtime, number string) list {
	p := s.newPage("#" + number)
	for i := range rt.Objects {
		if o := &rt.Objects[i]; strconv.Itoa(o.Number) == number {
			p.title = o.Kind + " #" + number
			s.describe(p, rt, o)
			return p.list
		}
	}
	p.say("", "no task waits for it now")
	return p.list
}

// describe says what is known of an object.
func (s *Screen) describe(p *page, rt *console.Runtime, o *console.Object) {
	p.say("what", fmt.Sprintf("%s #%d", o.Kind, o.Number))
	p.say("state", o.State)
	for _, w := range o.Waits {
		p.say("wait for it", fmt.Sprintf("%s in %s", estimate(rt, w.Tasks), w.Op))
	}
	p.say("for", since(o.Since, s.shown.Time))
	isLast := func(h console.Holder) bool { return !h.Holds }
	p.holders("held by", slices.DeleteFunc(slices.Clone(o.Holders), isLast))
	for _, h := range o.Holders {
		if isLast(h) {
			p.add("last used by", h.Name, toTask(h.TaskRef))
		}
	}
	p.say("waits end by", strings.Join(o.By, ", "))
	p.tasks("waiting tasks", o.Tasks, o.Waiting)
}

// poll is what is known of a poll that took long.
func (s *Screen) poll(rt *console.Runtime, key string) list {
	p := s.newPage("A poll")
	for i := range rt.Polls {
		if one := &rt.Polls[i]; pollKey(one) == key {
			s.describePoll(p, one)
			return p.list
		}
	}
	p.say("", "other polls have taken longer since")
	return p.list
}

// describePoll says what is known of a poll.
func (s *Screen) describePoll(p *page, one *console.Poll) {
	p.add("task", one.Task.Name, toTask(one.Task))
	took := "at least " + millis(one.Took)
	if one.Runs {
		took += ", and it runs"
	}
	p.say("took", took)
	p.say("worker", strconv.Itoa(one.Worker))
	p.say("seen from", s.clock(one.Began))
	switch {
	case one.Stack != "":
		p.say("stack", one.Stack)
	case one.Runs:
		p.say("stack", fmt.Sprintf("not taken yet: press t to take the stacks of the polls that run. The program stands still for that, some microseconds for "+
			"each of its %s goroutines. With more than %s none is taken by itself", thousands(s.shown.Program.Goroutines), thousands(fewGoroutines)))
	default:
		p.say("stack", "none was taken while it ran")
	}
}

// finding is what is known of a finding, and of what it is about.
func (s *Screen) finding(key string) list {
	p := s.newPage("Finding")
	for i := range s.shown.Findings {
		f := &s.shown.Findings[i]
		if s.findingKey(i) != key {
			continue
		}
		p.title = levelWord(f.Level) + " " + f.Kind
		p.say("what", f.Text)
		p.say("for", since(f.Since, s.shown.Time))
		if rt := s.runtimeOf(f.Runtime); rt != nil {
			s.about(p, rt, f)
		}
		return p.list
	}
	p.say("", "it is so no more")
	return p.list
}

// about says what is known of what a finding is about.
func (s *Screen) about(p *page, rt *console.Runtime, f *console.Finding) {
	switch f.Kind {
	case "cycle":
		for i := range rt.Cycles {
			if c := &rt.Cycles[i]; slices.Contains(c.Tasks, f.Task) {
				p.tasks("its tasks", c.Tasks, len(c.Tasks))
			}
		}
		p.add("waits-for", "the graph of what waits for what", place{view: waitsFor, runtime: rt.ID})
	case "poll":
		for i := range rt.Polls {
			if one := &rt.Polls[i]; one.Task == f.Task && one.Runs {
				s.describePoll(p, one)
			}
		}
	case "full":
		for i := range rt.Objects {
			if o := &rt.Objects[i]; o.Full && strings.HasPrefix(f.Text, fmt.Sprintf("%s #%d ", o.Kind, o.Number)) {
				s.describe(p, rt, o)
			}
		}
	}
}

// task is what the console has answered about a task.
func (s *Screen) task(ref uint64) list {
	p := s.newPage("Task")
	a := &s.answer
	switch {
	case a.ref != ref && s.lost != "":
		p.say("", "the console cannot be asked")
	case a.ref != ref:
		p.say("", "asks the console …")
	case a.err != "":
		p.say("", a.err)
	default:
		s.describeTask(p, a.task, a.frame.Time)
	}
	return p.list
}

// describeTask says what is known of a task at a time.
func (s *Screen) describeTask(p *page, t *console.Task, now time.Time) {
	p.say("name", t.Name)
	switch {
	case t.Ended:
		p.say("state", "has ended")
	case t.Info.Cancelled:
		p.say("state", t.Info.State+", cancelled")
	default:
		p.say("state", t.Info.State)
	}
	spawned := "unknown: edo.Config.Trace remembers it"
	if t.Info.Spawned != "" {
		spawned = "at " + t.Info.Spawned
		if t.Info.Parent != 0 {
			spawned += fmt.Sprintf(" by #%d", t.Info.Parent)
		}
	}
	p.say("spawned", spawned)
	if !t.Ended {
		for i := range t.Info.Waits {
			w := &t.Info.Waits[i]
			text := w.Text()
			if w.Outside {
				text += " (from outside of the program)"
			}
			p.say("waits for", text)
		}
		p.holders("could wake it", t.Wakers)
		if len(t.Wakers) == 0 {
			p.say("could wake it", "no task that is known by name")
		}
	}
	if text := since(t.Since, now); text != "" {
		p.say("seen so for", text+", at the least")
	}
	if t.Polls > 0 {
		p.say("polls", fmt.Sprintf("%s in the timeline, busy for %s", thousands(t.Polls), millis(t.Busy)))
	}
	name := "before that"
	for _, o := range t.Last {
		p.say(name, fmt.Sprintf("%s, for %s", o.What, span(o.To.Sub(o.From))))
		name = ""
	}
	if len(t.Last) == 0 {
		p.say(name, "nothing else was seen while the console looked")
	}
}
