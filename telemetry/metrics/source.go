package metrics

import (
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/core"
	"github.com/edo-go/edo/internal/inside"
	"github.com/edo-go/edo/internal/lost"
	"github.com/edo-go/edo/internal/sched"
	"github.com/edo-go/edo/telemetry/internal/runtimes"
)

// MaxRuntimes is how many runtimes at a time are shown, the oldest first. All are in edo.runtimes.
const MaxRuntimes = 16

// Config says what a [Source] reads. The zero value reads all.
type Config struct {
	// Runtime is the only runtime to read. nil means all of the process, without simulations, and the
	// numbers that the process has but once.
	Runtime *edo.Runtime

	// Workers is how many workers of a runtime have numbers of their own. Those of the others are added
	// up as the worker "other", and those of spare workers as "spare". 0 means 64; less than 0, that no
	// worker has numbers of its own.
	Workers int

	// Classes is how many classes of tasks have a number of their own in each runtime: the first that
	// were seen, for good. The tasks of the others are "other". 0 means 100; less than 0, that tasks are
	// not put into classes.
	Classes int

	// Sets are numbers that are read as well.
	Sets []Set
}

// NameRuntime gives rt the name that its numbers, and the records of package logs, have from now on: up
// to 64 bytes, and no other runtime of the process has it. Without one a runtime has the smallest number
// that is free, from 1. Any goroutine may call it.
func NameRuntime(rt *edo.Runtime, name string) error {
	if rt == nil {
		return errors.New("metrics: NameRuntime: the runtime is nil")
	}
	if err := runtimes.SetName(inside.Runtime(rt), name); err != nil {
		return fmt.Errorf("metrics: %w", err)
	}
	return nil
}

// Source reads numbers. Any goroutine may use it, tasks included.
type Source struct {
	config  Config
	rt      *core.Runtime // the only one; or nil
	metrics []*Metric
	sets    []*aside

	mu      sync.Mutex          // guards the following; no code of the program runs with it
	classes map[string]*classes // by the name of the runtime
	room    room
}

// room is memory that one read leaves for the next.
type room struct {
	looks []sched.WorkerLook
	tasks []*sched.Task
}

// New returns a source.
func New(c Config) *Source {
	s := &Source{config: c, classes: map[string]*classes{}}
	if s.config.Workers == 0 {
		s.config.Workers = 64
	}
	if s.config.Classes == 0 {
		s.config.Classes = 100
	}
	if c.Runtime != nil {
		s.rt = inside.Runtime(c.Runtime)
	}
	for _, m := range table {
		if s.has(m) {
			s.metrics = append(s.metrics, m)
		}
	}
	for _, set := range c.Sets {
		s.metrics = append(s.metrics, set.Metrics...)
		s.sets = append(s.sets, set.aside())
	}
	return s
}

// has reports whether s reads m.
func (s *Source) has(m *Metric) bool {
	switch {
	case m == tasksByClass:
		return s.config.Classes > 0
	case m.read.worker != nil:
		return s.config.Workers > 0
	case s.rt != nil:
		return m.IsOfRuntime()
	}
	return true
}

// Metrics returns the metrics of the points that Read returns, those of sets last. The caller must not change them.
func (s *Source) Metrics() []*Metric { return s.metrics }

// Runtime returns the name of the only runtime that s reads, as it is now; "": s reads all.
func (s *Source) Runtime() string {
	if s.rt == nil {
		return ""
	}
	return runtimes.Name(s.rt)
}

// IsOfRuntime reports whether m is a number of each runtime: then its first label is that.
func (m *Metric) IsOfRuntime() bool { return len(m.Labels) != 0 && m.Labels[0] == labelRuntime }

// Point is the value of a metric under one set of labels.
type Point struct {
	Metric *Metric
	Labels []string // values of Metric.Labels; valid UTF-8
	Value  float64
}

// Read returns the numbers as they are now. Those of a runtime that has ended are gone. It takes some
// microseconds for each runtime and worker, and see the package about classes.
func (s *Source) Read() []Point {
	aside := s.sets
	if s.rt == nil {
		aside = slices.Concat(allWatched(), s.sets)
	}
	points := askAll(aside)
	s.mu.Lock()
	defer s.mu.Unlock()
	list := []*core.Runtime{s.rt}
	if s.rt == nil {
		list = runtimes.List()
		p := processNumbers{runtimes: len(list), open: lost.Open(), watchErrors: failures.Load()}
		_, p.lost = lost.Recent()
		for _, m := range s.metrics {
			if m.read.process != nil {
				points = append(points, Point{m, nil, m.read.process(&p)})
			}
		}
	}
	shown := map[string]bool{}
	for _, rt := range list[:min(len(list), MaxRuntimes)] {
		if name := runtimes.Name(rt); name != "" { // otherwise it has ended meanwhile
			shown[name] = true
			points = s.readRuntime(points, rt, name)
		}
	}
	for name := range s.classes {
		if !shown[name] {
			delete(s.classes, name)
		}
	}
	return points
}

// readRuntime appends the points of rt, whose name is given. Locked.
func (s *Source) readRuntime(points []Point, rt *core.Runtime, name string) []Point {
	r, workers := s.numbersOf(rt)
	labels := []string{name}
	for _, m := range s.metrics {
		if m.read.runtime != nil {
			points = append(points, Point{m, labels, m.read.runtime(r)})
		}
	}
	for i, state := range states {
		points = append(points, Point{workersByState, []string{name, state}, float64(r.states[i])})
	}
	points = append(points,
		Point{queueDepth, []string{name, "global"}, float64(r.Injected)},
		Point{queueDepth, []string{name, "local"}, float64(r.local)})
	for _, w := range workers {
		labels := []string{name, w.label}
		for _, m := range s.metrics {
			if m.read.worker != nil {
				points = append(points, Point{m, labels, m.read.worker(w)})
			}
		}
	}
	if s.config.Classes > 0 {
		cs := s.classes[name]
		if cs == nil {
			cs = newClasses(s.config.Classes)
			s.classes[name] = cs
		}
		for class, n := range cs.count(rt, &s.room.tasks) {
			points = append(points, Point{tasksByClass, []string{name, class}, float64(n)})
		}
	}
	return points
}
