package story_test

import (
	"encoding/json"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/sim/story"
	"github.com/edo-go/edo/sim/world"
	"github.com/edo-go/edo/timer"
)

// The fields of each phase in the document "Trace Event Format" of the Chromium project: those that an
// event must have, and those that it may have as well.
var fieldsOf = map[string]struct{ must, may []string }{
	"B": {[]string{"name", "ph", "ts", "pid", "tid"}, []string{"cat", "args"}},
	"E": {[]string{"ph", "ts", "pid", "tid"}, []string{"name", "cat", "args"}},
	"i": {[]string{"name", "ph", "ts", "pid", "tid"}, []string{"cat", "s", "args"}},
	"s": {[]string{"name", "cat", "id", "ph", "ts", "pid", "tid"}, []string{"args"}},
	"f": {[]string{"name", "cat", "id", "ph", "ts", "pid", "tid"}, []string{"bp", "args"}},
	"M": {[]string{"name", "ph", "pid", "args"}, []string{"tid", "ts"}},
}

// traceChecker reads a trace as the document says, and tells what is wrong in it.
type traceChecker struct {
	t      *testing.T
	last   map[float64]float64        // of each thread, the time of its last slice event
	open   map[float64]map[string]any // of each thread, the slice that has begun
	named  map[float64]bool           // threads
	starts map[float64]map[string]any // arrows, by ID
	slices map[float64][][2]float64   // of each thread
	phases map[string]int
}

// check checks one event, in the order of the file.
func (c *traceChecker) check(e map[string]any) {
	phase, _ := e["ph"].(string)
	fields, isKnown := fieldsOf[phase]
	if !isKnown {
		c.t.Errorf("no such phase: %v", e)
		return
	}
	c.phases[phase]++
	for _, name := range fields.must {
		if _, isThere := e[name]; !isThere {
			c.t.Errorf("without %s: %v", name, e)
		}
	}
	for name, value := range e {
		if !slices.Contains(fields.must, name) && !slices.Contains(fields.may, name) {
			c.t.Errorf("%s does not belong to phase %s: %v", name, phase, e)
		}
		var isRight bool
		switch name {
		case "name", "cat", "ph":
			text, isText := value.(string)
			isRight = isText && text != ""
		case "ts":
			at, isNumber := value.(float64)
			isRight = isNumber && at >= 0 && math.Abs(at*1000-math.Round(at*1000)) < 1e-3 // whole nanoseconds
		case "pid", "tid", "id":
			n, isNumber := value.(float64)
			isRight = isNumber && n >= 0 && n == math.Trunc(n)
		case "args":
			_, isRight = value.(map[string]any)
		case "s":
			isRight = value == "t" || value == "p" || value == "g" // of a thread, a process, or all
		case "bp":
			isRight = value == "e"
		}
		if !isRight {
			c.t.Errorf("%s is %v: %v", name, value, e)
		}
	}
	tid, _ := e["tid"].(float64)
	at, _ := e["ts"].(float64)
	switch phase {
	case "M":
		args := e["args"].(map[string]any)
		if name, _ := args["name"].(string); name == "" || e["name"] != "thread_name" && e["name"] != "process_name" {
			c.t.Errorf("metadata: %v", e)
		}
		c.named[tid] = true
	case "B":
		if c.open[tid] != nil || at < c.last[tid] || !c.named[tid] {
			c.t.Errorf("it begins inside of %v, or before %v: %v", c.open[tid], c.last[tid], e)
		}
		c.open[tid], c.last[tid] = e, at
	case "E":
		begin := c.open[tid]
		if begin == nil || begin["name"] != e["name"] || !reflect.DeepEqual(begin["args"], e["args"]) || begin["cat"] != e["cat"] || at < c.last[tid] {
			c.t.Errorf("it ends %v: %v", begin, e)
			return
		}
		c.slices[tid] = append(c.slices[tid], [2]float64{c.last[tid], at})
		c.open[tid], c.last[tid] = nil, at
	case "s":
		id, _ := e["id"].(float64)
		if c.starts[id] != nil {
			c.t.Errorf("two arrows have one ID: %v", e)
		}
		c.starts[id] = e
	case "f":
		id, _ := e["id"].(float64)
		s := c.starts[id]
		if s == nil || s["cat"] != e["cat"] || s["name"] != e["name"] || s["ts"].(float64) > at {
			c.t.Errorf("it follows %v: %v", s, e)
		}
		delete(c.starts, id)
	}
}

// isIn reports whether a thread has a slice at a time.
func (c *traceChecker) isIn(tid, at float64) bool {
	return slices.ContainsFunc(c.slices[tid], func(s [2]float64) bool { return s[0] <= at && at <= s[1] })
}

// checkTrace checks a trace field by field.
func checkTrace(t *testing.T, text string) (phases map[string]int) {
	t.Helper()
	var trace struct {
		TraceEvents     []map[string]any `json:"traceEvents"`
		DisplayTimeUnit string           `json:"displayTimeUnit"`
	}
	d := json.NewDecoder(strings.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&trace); err != nil || d.More() {
		t.Fatal(err, d.More())
	}
	if trace.DisplayTimeUnit != "ns" && trace.DisplayTimeUnit != "ms" {
		t.Errorf("unit %q", trace.DisplayTimeUnit)
	}
	c := &traceChecker{
		t: t, last: map[float64]float64{}, open: map[float64]map[string]any{}, named: map[float64]bool{},
		starts: map[float64]map[string]any{}, slices: map[float64][][2]float64{}, phases: map[string]int{},
	}
	for _, e := range trace.TraceEvents {
		c.check(e)
	}
	for tid, e := range c.open {
		if e != nil {
			t.Errorf("thread %v: a slice has no end: %v", tid, e)
		}
	}
	if len(c.starts) != 0 {
		t.Errorf("arrows without an end: %v", c.starts)
	}
	for _, e := range trace.TraceEvents {
		if (e["ph"] == "s" || e["ph"] == "f") && !c.isIn(e["tid"].(float64), e["ts"].(float64)) {
			t.Errorf("an arrow outside of a slice: %v", e)
		}
	}
	return c.phases
}

func TestTheTraceKeepsTheRulesOfItsFormat(t *testing.T) {
	for seed := range uint64(5) {
		var b strings.Builder
		if err := record(t, seed, crowd).WriteTrace(&b); err != nil {
			t.Fatal(err)
		}
		phases := checkTrace(t, b.String())
		if phases["B"] < 20 || phases["s"] < 10 || phases["i"] < 3 {
			t.Errorf("phases %v", phases)
		}
	}
}

// Tasks that have crashed, tasks that wait at the end, and a clock that goes on for months.
func TestTheTraceOfAWorldKeepsTheRulesOfItsFormat(t *testing.T) {
	var log story.Log
	err := sim.Run(3, func(task *edo.Task) error {
		w, err := world.New(task, world.Config{})
		if err != nil {
			return err
		}
		h := w.Host("a", func(task *edo.Task) error {
			story.Note(task, "starts")
			edo.Go(task, func(task *edo.Task) error { return timer.Sleep(task, 2500*time.Hour) })
			for {
				if err := timer.Sleep(task, 1000*time.Hour+time.Nanosecond); err != nil {
					return err
				}
			}
		})
		for range 3 {
			if err := timer.Sleep(task, 1500*time.Hour+333*time.Nanosecond); err != nil {
				return err
			}
			h.Restart()
		}
		return nil
	}, sim.WithConfig(sim.Config{Story: &log}))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := log.WriteTrace(&b); err != nil {
		t.Fatal(err)
	}
	checkTrace(t, b.String())
}
