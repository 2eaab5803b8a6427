package console

import (
	"time"

	"github.com/edo-go/edo/internal/core"
	"github.com/edo-go/edo/internal/held"
	"github.com/edo-go/edo/internal/sched"
	"github.com/edo-go/edo/internal/survey"
)

// task asks the task to which a number leads.
func (o *observer) task(ref uint64) (*Task, error) {
	o.looking.Lock()
	defer o.looking.Unlock()
	k := o.tasks.byRef[ref]
	if k == nil {
		return nil, errUnknownTask
	}
	t := k.task.Value()
	rt := o.runtime(k.runtime)
	v := &Task{TaskRef: TaskRef{k.ref, k.name}, Runtime: k.runtime, Wakers: []Holder{}, SeenFrom: k.first}
	if t == nil || rt == nil || t.HasEnded() {
		v.Ended = true
		v.Info.Name, v.Since, v.Last = k.name, k.now.From, k.past()
		return v, nil
	}
	k.named = o.frames
	polls, busy := o.onTape(k, rt)
	v.Polls, v.Busy = polls, millis(busy)
	seen, _ := survey.See(rt, []*sched.Task{t}, nil)
	if len(seen) == 0 {
		v.Ended = t.HasEnded()
		v.Info.Name, v.Info.State = k.name, "running"
		return v, nil
	}
	s := &seen[0]
	for i := range s.Info.Waits {
		w := &s.Info.Waits[i]
		h := w.Held()
		if h == nil {
			continue
		}
		if h.Of != (held.Ref{}) {
			w.Number = o.numberOf(pointerOf(h.Of.To()))
		}
		for _, by := range h.By[:min(len(h.By), survey.MaxNames)] {
			v.addWaker(o, k.runtime, survey.HolderOf(by), survey.PlaceOf(by), true)
		}
		last, _ := h.Last.To().(*sched.Task)
		v.addWaker(o, k.runtime, last, "", false)
		w.SetHeld(nil)
	}
	s.Info.Waits = s.Info.Waits[:min(len(s.Info.Waits), 4*maxWaits)]
	k.observe(&s.Info, time.Now())
	v.Info, v.Since, v.Last = s.Info, k.now.From, k.past()
	v.Info.Name = clip(v.Info.Name)
	for i := range v.Info.Waits {
		w := &v.Info.Waits[i]
		w.On, w.By = clip(w.On), w.By[:min(len(w.By), 4*maxWaits)]
		for b := range w.By {
			w.By[b] = clip(w.By[b])
		}
	}
	return v, nil
}

// addWaker adds a task that could wake the one that v is.
func (v *Task) addWaker(o *observer, runtime int, t *sched.Task, place string, holds bool) {
	if t != nil {
		v.Wakers = append(v.Wakers, Holder{o.tasks.refTo(t, nameOf(t), runtime, o.frames), place, holds})
	}
}

// past returns what the task was seen to do before.
func (k *known) past() []Observation {
	if k.last == nil {
		return []Observation{}
	}
	return k.last
}

// runtime returns the runtime with a number, or nil.
func (o *observer) runtime(id int) *core.Runtime {
	for _, rt := range core.Runtimes.List() {
		for key, n := range o.ids {
			if n == id && key.Value() == rt {
				return rt
			}
		}
	}
	return nil
}
