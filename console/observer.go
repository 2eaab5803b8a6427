package console

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"runtime/metrics"
	"slices"
	"sync"
	"time"
	"weak"

	"github.com/edo-go/edo/internal/core"
	"github.com/edo-go/edo/internal/lost"
)

// observer looks at all runtimes of the process while there are readers, and makes frames. All
// consoles of a process share it, so that ten readers cost no more than one.
//
// Without readers it is no more than this struct: no goroutine runs, and no task is asked.
type observer struct {
	every   time.Duration // between two frames
	linger  time.Duration // for which it goes on without a reader
	rest    time.Duration // between two times that it takes stacks by itself
	isEager bool          // a look asks for as long as it may, whatever that costs: in tests

	mu      sync.Mutex // guards the following; taken before looking
	readers int
	runs    bool
	left    time.Time // when the last reader has left
	frame   []byte    // the last one, as JSON
	latest  *Frame
	come    chan struct{} // closed when the next frame has come

	looking sync.Mutex // guards the rest; it is held during a look
	tasks   *tasks
	numbers map[uintptr]numbered // of objects, by their addresses
	last    int                  // number of an object
	frames  uint64
	ids     map[weak.Pointer[core.Runtime]]int
	lastID  int
	of      []*subject
	ask     time.Duration // for which tasks are asked in a look, for all runtimes
	cost    float64
	began   time.Time

	stacksAt time.Time
	recorder recorder
}

// numbered is the number of an object, and the frame that has used it last.
type numbered struct {
	number int
	frame  uint64
}

const (
	// target is the share of a processor that looking may cost, and atMost the time for which
	// tasks are asked in a look.
	target = 0.03
	atMost = 25 * time.Millisecond

	maxRuntimes = 16
	maxNumbers  = 50_000 // objects that have a number
)

// theObserver is that of the process.
var theObserver = newObserver(time.Second, 3*time.Second)

func newObserver(every, linger time.Duration) *observer {
	return &observer{
		every: every, linger: linger, rest: restOfStacks, come: make(chan struct{}), ask: atMost,
		tasks: newTasks(), numbers: map[uintptr]numbered{}, ids: map[weak.Pointer[core.Runtime]]int{}, began: time.Now(),
	}
}

// enter counts one more reader, until leave is called.
func (o *observer) enter() (leave func()) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.readers++
	if !o.runs {
		o.runs = true
		o.frame, o.latest = nil, nil // they are old
		go o.run()
	}
	return func() {
		o.mu.Lock()
		defer o.mu.Unlock()
		o.readers--
		o.left = time.Now()
	}
}

// next returns the last frame, and a channel that is closed when there is another. The frame is nil
// at first.
func (o *observer) next() (frame []byte, latest *Frame, come <-chan struct{}) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.frame, o.latest, o.come
}

// run makes frames until there are no readers.
func (o *observer) run() {
	glances := time.NewTicker(min(glance, o.every))
	defer glances.Stop()
	var due time.Time
	for {
		if now := time.Now(); !now.Before(due) {
			due = now.Add(o.every)
			f := o.look(o.count())
			text, err := json.Marshal(f)
			if err != nil { // no field can fail
				panic(err)
			}
			o.adjust(time.Since(now))
			if !o.publish(f, text) {
				return
			}
		} else {
			o.glanceAll(now)
		}
		<-glances.C
	}
}

// publish hands a frame to the readers, and reports whether there are any.
func (o *observer) publish(f *Frame, text []byte) (goesOn bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.frame, o.latest = text, f
	close(o.come)
	o.come = make(chan struct{})
	if o.readers == 0 && time.Since(o.left) >= o.linger {
		o.runs = false
		o.looking.Lock()
		defer o.looking.Unlock()
		o.of = nil // so that runtimes that have ended are garbage
		return false
	}
	return true
}

// adjust sets how long the next look asks tasks, by what the last one has cost.
func (o *observer) adjust(took time.Duration) {
	o.looking.Lock()
	defer o.looking.Unlock()
	if o.isEager {
		return
	}
	share := float64(took) / float64(o.every)
	o.cost += (share - o.cost) / 8
	most := min(atMost, time.Duration(target*float64(o.every)))
	switch {
	case share > target:
		o.ask = max(o.ask*3/4, most/20)
	case share < target*3/4:
		o.ask = min(o.ask*5/4, most)
	}
}

// glanceAll looks at the workers of all runtimes.
func (o *observer) glanceAll(now time.Time) {
	o.looking.Lock()
	defer o.looking.Unlock()
	for _, s := range o.of {
		s.ws.glance(s, now, true)
	}
}

// count returns how many readers there are.
func (o *observer) count() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.readers
}

// look looks at all runtimes, and returns a frame.
func (o *observer) look(readers int) *Frame {
	o.looking.Lock()
	defer o.looking.Unlock()
	o.frames++
	o.choose()
	now := time.Now()
	f := &Frame{Time: now, Number: o.frames, Program: o.program(), Runtimes: []Runtime{}, Findings: []Finding{}, Readers: readers, Cost: o.cost, OpenHandles: lost.Open()}
	for _, s := range o.of {
		s.ws.glance(s, now, true)
		f.Runtimes = append(f.Runtimes, s.look(o.ask/time.Duration(len(o.of))))
	}
	recent, ever := lost.Recent()
	f.ForgottenAll = ever
	f.Forgotten = []Forgotten{}
	for _, r := range slices.Backward(recent) {
		f.Forgotten = append(f.Forgotten, Forgotten{r.At, clip(r.What)})
	}
	f.Recording = o.recorder.isOn
	f.find()
	o.tasks.forget(o.frames)
	o.forgetNumbers()
	return f
}

// choose sets the runtimes that are looked at: those of the machine, and no simulation, whose order
// of events a look from outside would not change but hold up.
func (o *observer) choose() {
	var of []*subject
	for _, rt := range core.Runtimes.List() {
		if rt.Driver.Seeded() || len(of) == maxRuntimes {
			continue
		}
		i := slices.IndexFunc(o.of, func(s *subject) bool { return s.rt == rt })
		if i >= 0 {
			of = append(of, o.of[i])
			continue
		}
		key := weak.Make(rt)
		if o.ids[key] == 0 {
			o.lastID++
			o.ids[key] = o.lastID
		}
		of = append(of, newSubject(o, rt, o.ids[key]))
	}
	o.of = of
	for _, s := range of {
		o.recorder.begin(s)
	}
	maps.DeleteFunc(o.ids, func(key weak.Pointer[core.Runtime], _ int) bool { return key.Value() == nil })
}

// numberOf returns the number of the object at an address.
func (o *observer) numberOf(address uintptr) int {
	n, ok := o.numbers[address]
	if !ok {
		o.last++
		n.number = o.last
	}
	n.frame = o.frames
	o.numbers[address] = n
	return n.number
}

// forgetNumbers forgets the numbers that no late frame has used, when there are too many.
func (o *observer) forgetNumbers() {
	if len(o.numbers) <= maxNumbers {
		return
	}
	for address, n := range o.numbers {
		if n.frame+100 < o.frames {
			delete(o.numbers, address)
		}
	}
	if len(o.numbers) > 2*maxNumbers {
		clear(o.numbers)
	}
}

// program returns what is known of the process.
func (o *observer) program() Program {
	samples := []metrics.Sample{
		{Name: "/memory/classes/heap/objects:bytes"}, {Name: "/memory/classes/total:bytes"},
		{Name: "/memory/classes/heap/released:bytes"}, {Name: "/gc/cycles/total:gc-cycles"},
	}
	metrics.Read(samples)
	value := func(i int) uint64 {
		if samples[i].Value.Kind() != metrics.KindUint64 {
			return 0
		}
		return samples[i].Value.Uint64()
	}
	return Program{
		Name: clip(filepath.Base(os.Args[0])), PID: os.Getpid(), Go: runtime.Version(), Began: o.began,
		Goroutines: runtime.NumGoroutine(), Heap: value(0), Memory: value(1) - value(2), GC: value(3),
	}
}

// find sets the findings of f.
func (f *Frame) find() {
	hinted := false
	hint := func(rt *Runtime) string {
		if hinted || rt.isTraced {
			return ""
		}
		hinted = true
		return " (with Config.Trace the lines are known)"
	}
	for i := range f.Runtimes {
		rt := &f.Runtimes[i]
		add := func(level, kind string, of any, text string, task TaskRef, since time.Time) {
			f.Findings = append(f.Findings, Finding{fmt.Sprintf("%s %d %v", kind, rt.ID, of), level, kind, rt.ID, text, task, since})
		}
		for _, c := range rt.Cycles {
			add(fault, "cycle", c.Tasks[0].Ref, c.describe()+hint(rt), c.Tasks[0], c.Since)
		}
		for _, p := range rt.Polls {
			if took := time.Duration(p.Took * Millis(time.Millisecond)); p.Runs && took >= faulty {
				add(fault, "poll", p.key(), p.describe(f.Program.Goroutines), p.Task, p.Began)
			} else if p.Runs && took >= badPoll {
				add(warning, "poll", p.key(), p.describe(f.Program.Goroutines), p.Task, p.Began)
			}
		}
		for _, o := range rt.Objects {
			if o.Full {
				add(warning, "full", o.Number, o.describeFull(rt.Round.Whole)+hint(rt), firstOf(o.Tasks), o.Since)
			}
		}
		if n := rt.Metrics.Failures; n > 0 {
			add(warning, "failures", "", plural(n, "task has", "tasks have")+" failed, and no task has joined them", TaskRef{}, f.Time)
		}
	}
	if f.ForgottenAll > 0 {
		f.Findings = append(f.Findings, Finding{
			"forgotten", warning, "forgotten", 0, plural(int(f.ForgottenAll), "handle was", "handles were") + " never closed, and garbage: " + f.Forgotten[0].What, TaskRef{}, f.Forgotten[0].At,
		})
	}
	slices.SortStableFunc(f.Findings, func(a, b Finding) int { return cmp.Compare(a.Level, b.Level) })
	f.Findings = f.Findings[:min(len(f.Findings), maxFindings)]
}

const (
	fault       = "fault" // before warning, by the alphabet
	warning     = "warning"
	maxFindings = 50
)

func firstOf(refs []TaskRef) TaskRef {
	if len(refs) == 0 {
		return TaskRef{}
	}
	return refs[0]
}
