package console

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/edo-go/edo/internal/held"
	"github.com/edo-go/edo/internal/sched"
	"github.com/edo-go/edo/internal/survey"
	"github.com/edo-go/edo/report"
)

// round is what the tasks of a runtime were seen to do while all were asked once. The parts of the
// registry come in random order: so while a round is not complete its tasks are a sample.
type round struct {
	subject *subject
	began   time.Time
	spans   []sched.Span // not asked yet
	parts   int          // that there were
	listed  int

	groups    report.Grouping
	samples   [][]sample // some tasks of each group
	objects   map[uintptr]*object
	beyond    int // waits for objects of which there are too many
	sockets   map[Socket]int
	deadlines []int
	isBusy    bool
}

const (
	maxSamples = 6   // tasks that are named of a group or an object
	maxGroups  = 100 // in a frame
	maxObjects = 100 // in a frame
	maxSockets = 50  // in a frame
	keptMore   = 50  // times as many objects and sockets are counted in a round

	// atOnce is how many tasks are asked in one pause of a runtime of one worker.
	atOnce = 128
)

// sample is a task, by its address and name, that may be made known.
type sample struct {
	task *sched.Task
	name string
}

// object is an object of a round.
type object struct {
	number  int
	kind    string
	state   string
	isFull  bool
	waiting int
	ops     map[string]int
	by      []string
	holders []holder
	tasks   []sample
}

// holder is a task that holds an object.
type holder struct {
	task  *sched.Task
	place string
	holds bool
}

func newRound(s *subject) *round {
	r := &round{subject: s, began: time.Now(), objects: map[uintptr]*object{}, sockets: map[Socket]int{}, deadlines: make([]int, len(DeadlineSteps)+1)}
	r.spans, r.listed = s.rt.Sched.Spans()
	r.parts = len(r.spans)
	rand.Shuffle(len(r.spans), func(i, j int) { r.spans[i], r.spans[j] = r.spans[j], r.spans[i] })
	return r
}

// isWhole reports whether all tasks were asked.
func (r *round) isWhole() bool { return len(r.spans) == 0 }

// askOn asks tasks until the deadline has passed.
func (r *round) askOn(deadline time.Time, web *survey.Web) {
	var room []*sched.Task
	var seen []survey.Seen
	for len(r.spans) != 0 && time.Now().Before(deadline) {
		room = r.subject.rt.Sched.TasksIn(r.spans[0], room[:0])
		r.spans = r.spans[1:]
		for part := range slices.Chunk(room, atOnce) {
			var isStill bool
			seen, isStill = survey.See(r.subject.rt, part, seen[:0])
			r.isBusy = r.isBusy || !isStill
			for i := range seen {
				r.add(&seen[i])
				if web.Len() < maxWeb {
					web.Add(&seen[i])
				}
			}
		}
	}
	clear(room[:cap(room)])
	clear(seen[:cap(seen)])
}

// add adds a task.
func (r *round) add(s *survey.Seen) {
	now := r.began
	k := r.subject.all.tasks.find(s.Task)
	for i := range s.Info.Waits {
		w := &s.Info.Waits[i]
		if to := w.Held().Object(); to != (held.Ref{}) {
			r.addObject(s, k, w, pointerOf(to.To()))
		}
		if !w.Until.IsZero() {
			left := w.Until.Sub(now)
			k, _ := slices.BinarySearch(DeadlineSteps[:], left)
			r.deadlines[k]++
		}
		if strings.HasPrefix(w.On, "socket: ") {
			r.addSocket(w.On)
		}
	}
	if k != nil {
		k.observe(&s.Info, time.Now())
	}
	i := r.groups.Add(&s.Info)
	if i < 0 {
		return
	}
	for i >= len(r.samples) {
		r.samples = append(r.samples, nil)
	}
	r.samples[i] = addSample(r.samples[i], sample{s.Task, labelOf(&s.Info)}, k != nil && k.leadsGroup)
}

// addSample adds a task to those that are named. One that was the first before leads again: so the
// first one stays the same while it is there.
func addSample(all []sample, one sample, leads bool) []sample {
	if len(all) < maxSamples {
		all = append(all, one)
	} else if leads {
		all[maxSamples-1] = one
	}
	if last := len(all) - 1; leads && all[last] == one {
		all[0], all[last] = all[last], all[0]
	}
	return all
}

// addObject adds a wait for the object at an address, of a task that is known as k, or not.
func (r *round) addObject(s *survey.Seen, k *known, w *report.Wait, address uintptr) {
	o := r.objects[address]
	if o == nil {
		if len(r.objects) == maxObjects*keptMore {
			r.beyond++
			return
		}
		o = &object{number: r.subject.all.numberOf(address), ops: map[string]int{}}
		r.objects[address] = o
	}
	h := w.Held()
	if h.Of != (held.Ref{}) {
		w.Number = o.number
	}
	op, isFull := opOf(w.On), strings.Contains(w.On, "(full")
	o.waiting++
	o.ops[op]++
	if o.kind == "" || isFull {
		o.kind, o.state = kindOf(op), stateOf(w.On)
		o.by = w.By[:min(len(w.By), maxWaits)]
	}
	o.isFull = o.isFull || isFull
	o.tasks = addSample(o.tasks, sample{s.Task, labelOf(&s.Info)}, k != nil && k.leadsObject == o.number)
	for _, by := range h.By[:min(len(h.By), survey.MaxNames)] {
		o.addHolder(survey.HolderOf(by), survey.PlaceOf(by), true)
	}
	last, _ := h.Last.To().(*sched.Task)
	o.addHolder(last, "", false)
}

// addHolder adds a task that holds the object, or that has used it last.
func (o *object) addHolder(t *sched.Task, place string, holds bool) {
	if t == nil || len(o.holders) == survey.MaxNames {
		return
	}
	for _, h := range o.holders {
		if h.task == t {
			return
		}
	}
	o.holders = append(o.holders, holder{t, place, holds})
}

// kindOf returns what an object is by an operation on it: "lock: mutex" of that, and "mpsc" of
// "mpsc: send".
func kindOf(op string) string {
	if strings.HasPrefix(op, "lock: ") {
		return op
	}
	name, _, _ := strings.Cut(op, ":")
	return name
}

// stateOf returns the details of a wait that tell of its object: "full, capacity 8" of "mpsc: send
// (full, capacity 8, 3 before it in line)".
func stateOf(on string) string {
	_, text, ok := strings.Cut(clip(on), " (")
	if !ok {
		return ""
	}
	text, _, _ = strings.Cut(text, ")")
	if at := strings.LastIndex(text, ", "); at >= 0 && strings.HasSuffix(text, "before it in line") {
		text = text[:at]
	}
	return text
}

// addSocket adds a wait for a socket.
func (r *round) addSocket(on string) {
	key := Socket{}
	on = clip(on)
	key.Op = opOf(on)
	for _, word := range [...]string{" from ", " to ", " at ", " by "} {
		key.Op, _, _ = strings.Cut(key.Op, word)
	}
	if at := strings.LastIndex(on, " at "); at >= 0 {
		key.Local = on[at+len(" at "):]
	}
	if _, ok := r.sockets[key]; !ok && len(r.sockets) >= maxSockets*keptMore {
		key.Local = "others"
	}
	r.sockets[key]++
}

// pointerOf returns the address of what a pointer points to.
func pointerOf(p any) uintptr { return reflect.ValueOf(p).Pointer() }
