package console

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/edo-go/edo/internal/core"
	"github.com/edo-go/edo/internal/sched"
	"github.com/edo-go/edo/internal/survey"
	"github.com/edo-go/edo/report"
)

// subject is a runtime that the observer looks at.
type subject struct {
	all   *observer
	rt    *core.Runtime
	id    int
	next  *round   // that is under way
	view  Runtime  // of the last complete round; its metrics and workers are of the last look
	has   bool     // there was a complete round
	seen  since    // when each group was seen first
	objs  since    // when each object was seen first
	kept  []*cycle // that were found
	drawn []uint64 // refs of the tasks in the last graph
	leads []*known // the tasks that are the first of a group or an object
	ws    workers
}

// since is when each of several things was seen first. Those that are not seen any more are
// forgotten.
type since map[string]time.Time

// of returns when key was seen first.
func (s since) of(key string, now time.Time) time.Time {
	at, ok := s[key]
	if !ok {
		at = now
		s[key] = at
	}
	return at
}

// keep forgets all but these.
func (s since) keep(keys map[string]bool) {
	maps.DeleteFunc(s, func(key string, _ time.Time) bool { return !keys[key] })
}

func newSubject(all *observer, rt *core.Runtime, id int) *subject {
	return &subject{all: all, rt: rt, id: id, seen: since{}, objs: since{}}
}

// look asks tasks for the given time, and returns what is known then.
func (s *subject) look(ask time.Duration) Runtime {
	now := time.Now()
	web := &survey.Web{}
	s.seed(web)
	isNew := s.next == nil
	if isNew {
		s.next = newRound(s)
	}
	s.next.askOn(now.Add(ask), web)
	if s.next.isWhole() || !s.has {
		s.view = s.viewOf(s.next, now)
	}
	isAll := isNew && s.next.isWhole() && web.Len() < maxWeb // the web has all tasks
	next := float64(0)
	if s.next.isWhole() {
		s.has, s.next = true, nil
	} else if s.next.parts != 0 {
		next = 1 - float64(len(s.next.spans))/float64(s.next.parts)
	}
	web.Follow(s.rt, maxFollow, func(seen *survey.Seen) {
		if k := s.all.tasks.find(seen.Task); k != nil {
			k.observe(&seen.Info, time.Now())
		}
	})
	v := s.view
	v.isTraced = s.rt.Tracer != nil
	v.Round.Next = next
	v.Cycles = s.cycles(web, isAll, now)
	v.Graph = s.graph(web)
	v.Metrics = metricsOf(s.rt)
	v.Workers, v.Polls = s.ws.views(s)
	return v
}

// metricsOf returns the numbers of rt.
func metricsOf(rt *core.Runtime) report.Metrics {
	m := rt.Sched.Metrics()
	return report.Metrics{
		Workers: m.Workers, Spares: m.Spares, Idle: m.Idle, Alive: m.Live, Waiting: m.Waiting, Queued: m.Queued,
		Blocking: m.External, Timers: m.Timers, Bodies: rt.Coros.Out(), Failures: rt.Failures.Count(),
		Spawned: m.Spawned, Polls: m.Polls, Steals: m.Steals, Parks: m.Parks, Stuck: m.Stuck,
	}
}

// viewOf returns what is known by a round.
func (s *subject) viewOf(r *round, now time.Time) Runtime {
	v := Runtime{ID: s.id, Deadlines: r.deadlines, Sockets: r.topSockets(), Groups: []Group{}, Objects: []Object{}}
	v.Round = Round{Began: r.began, Took: millis(time.Since(r.began)), Listed: r.listed, Asked: r.groups.Len(), Whole: r.isWhole(), Busy: r.isBusy}
	groups, indexes, left := r.groups.Largest(maxGroups)
	v.LeftOut = left
	for _, k := range s.leads {
		k.leadsGroup, k.leadsObject = false, 0
	}
	s.leads = s.leads[:0]
	keys := map[string]bool{}
	for i, g := range groups {
		g.Name, g.Spawned = clip(g.Name), clip(g.Spawned)
		g.Waits = g.Waits[:min(len(g.Waits), maxWaits)]
		for k := range g.Waits {
			g.Waits[k] = clip(g.Waits[k])
		}
		keys[g.Key] = true
		v.Groups = append(v.Groups, Group{Group: g, Since: s.seen.of(g.Key, now), Tasks: s.refs(r.samples[indexes[i]])})
		if k := s.lead(r.samples[indexes[i]]); k != nil {
			k.leadsGroup = true
		}
	}
	if r.isWhole() {
		s.seen.keep(keys)
	}
	objects := slices.SortedFunc(maps.Values(r.objects), func(a, b *object) int {
		return cmp.Or(-compareBool(a.isFull, b.isFull), cmp.Compare(b.waiting, a.waiting), cmp.Compare(a.number, b.number))
	})
	keys = map[string]bool{}
	for i, o := range objects[:min(len(objects), maxObjects)] {
		key := strconv.Itoa(o.number)
		keys[key] = true
		one := s.objectOf(o, s.objs.of(key, now))
		if o.isFull && i < maxChains {
			one.Chain, one.End = s.chain(o)
		}
		v.Objects = append(v.Objects, one)
		if k := s.lead(o.tasks); k != nil {
			k.leadsObject = o.number
		}
	}
	if r.isWhole() {
		s.objs.keep(keys)
	}
	return v
}

// compareBool orders false before true.
func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// objectOf returns o as a frame has it.
func (s *subject) objectOf(o *object, first time.Time) Object {
	v := Object{
		Number: o.number, Kind: o.kind, State: o.state, Full: o.isFull, Waiting: o.waiting, Since: first,
		Tasks: s.refs(o.tasks), Waits: []OpCount{},
	}
	for _, op := range slices.Sorted(maps.Keys(o.ops)) {
		v.Waits = append(v.Waits, OpCount{op, o.ops[op]})
	}
	for _, by := range o.by {
		v.By = append(v.By, clip(by))
	}
	for _, h := range o.holders {
		v.Holders = append(v.Holders, Holder{s.ref(h.task), h.place, h.holds})
	}
	return v
}

// ref makes t known, and returns what leads to it.
func (s *subject) ref(t *sched.Task) TaskRef {
	if k := s.all.tasks.find(t); k != nil && k.name != running {
		k.named = s.all.frames
		return TaskRef{k.ref, k.name}
	}
	return s.all.tasks.refTo(t, nameOf(t), s.id, s.all.frames)
}

// refs makes samples known.
func (s *subject) refs(samples []sample) []TaskRef {
	all := make([]TaskRef, len(samples))
	for i, one := range samples {
		all[i] = s.all.tasks.refTo(one.task, one.name, s.id, s.all.frames)
	}
	return all
}

// lead returns the first of samples, which are known, and keeps it as one that leads; nil: there is
// none.
func (s *subject) lead(samples []sample) *known {
	if len(samples) == 0 {
		return nil
	}
	k := s.all.tasks.find(samples[0].task)
	if k != nil {
		s.leads = append(s.leads, k)
	}
	return k
}

// topSockets returns the sockets of most tasks.
func (r *round) topSockets() []Socket {
	all := []Socket{}
	for s, n := range r.sockets {
		s.Tasks = n
		all = append(all, s)
	}
	slices.SortFunc(all, func(a, b Socket) int {
		return cmp.Or(cmp.Compare(b.Tasks, a.Tasks), cmp.Compare(a.Op, b.Op), cmp.Compare(a.Local, b.Local))
	})
	return all[:min(len(all), maxSockets)]
}
