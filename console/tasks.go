package console

import (
	"fmt"
	"strings"
	"time"
	"unsafe"
	"weak"

	"github.com/edo-go/edo/internal/core"
	"github.com/edo-go/edo/internal/sched"
	"github.com/edo-go/edo/report"
)

// tasks are those that a frame has named: a number leads to each. They are found by their address,
// and held weakly: so a task that has ended is garbage as ever, and a task that comes to its
// address is not taken for it.
type tasks struct {
	byRef     map[uint64]*known
	byAddress map[uintptr]*known
	last      uint64
}

const (
	maxKnown = 20_000 // tasks
	maxLast  = 8      // observations of a task
)

// known is what is known of a task: what it was seen to do.
type known struct {
	ref     uint64
	task    weak.Pointer[sched.Task]
	address uintptr
	runtime int
	name    string
	first   time.Time
	named   uint64 // the number of the frame that has named it last
	key     string // of now

	leadsGroup  bool // it is the first that a group of the last view names
	leadsObject int  // the number of the object of which it is the first
	now         Observation
	last        []Observation
}

func newTasks() *tasks {
	return &tasks{byRef: map[uint64]*known{}, byAddress: map[uintptr]*known{}}
}

func addressOf(t *sched.Task) uintptr { return uintptr(unsafe.Pointer(t)) }

// find returns what is known of t, or nil.
func (ts *tasks) find(t *sched.Task) *known {
	k := ts.byAddress[addressOf(t)]
	if k == nil || k.task.Value() != t {
		return nil
	}
	return k
}

// know returns what is known of t, and makes it known.
func (ts *tasks) know(t *sched.Task, name string, runtime int, frame uint64) *known {
	k := ts.find(t)
	if k == nil {
		ts.last++
		k = &known{ref: ts.last, task: weak.Make(t), address: addressOf(t), runtime: runtime, name: name, first: time.Now()}
		if before := ts.byAddress[k.address]; before != nil {
			delete(ts.byRef, before.ref)
		}
		ts.byRef[k.ref], ts.byAddress[k.address] = k, k
	}
	if name != "" && name != running {
		k.name = name
	}
	k.named = frame
	return k
}

// running is the name of a task that runs and was given no name.
const running = "(running)"

// refTo makes t known, and returns what leads to it.
func (ts *tasks) refTo(t *sched.Task, name string, runtime int, frame uint64) TaskRef {
	k := ts.know(t, name, runtime, frame)
	return TaskRef{k.ref, k.name}
}

// forget drops the tasks that are garbage; of too many also those that no late frame has named.
func (ts *tasks) forget(frame uint64) {
	for ref, k := range ts.byRef {
		if k.task.Value() == nil || len(ts.byRef) > maxKnown && k.named+2 < frame {
			delete(ts.byRef, ref)
			if ts.byAddress[k.address] == k {
				delete(ts.byAddress, k.address)
			}
		}
	}
}

// observe notes what a task was seen to do. Numbers that differ, such as its place in a line, are
// no change.
func (k *known) observe(info *report.Task, now time.Time) {
	key := keyOf(info)
	if k.key != key {
		if k.key != "" {
			k.last = append([]Observation{k.now}, k.last[:min(len(k.last), maxLast-1)]...)
		}
		k.key, k.now.From = key, now
	}
	k.now.To, k.now.What = now, whatOf(info)
}

// keyOf returns what a task does, without details.
func keyOf(info *report.Task) string {
	key := info.State
	for i := range info.Waits[:min(len(info.Waits), maxWaits)] {
		key += "|" + opOf(info.Waits[i].On)
	}
	return key
}

// opOf returns the operation that a wait names, without details.
func opOf(on string) string {
	on = clip(on)
	for _, mark := range [...]string{" (", ","} {
		on, _, _ = strings.Cut(on, mark)
	}
	return on
}

// whatOf returns what a task does, in words.
func whatOf(info *report.Task) string {
	if len(info.Waits) == 0 {
		return info.State
	}
	parts := make([]string, 0, len(info.Waits))
	for i := range info.Waits[:min(len(info.Waits), maxWaits)] {
		parts = append(parts, clip(info.Waits[i].Text()))
	}
	return "waits for " + strings.Join(parts, ", or for ")
}

// labelOf returns the name of a task with its number, if it has one.
func labelOf(info *report.Task) string {
	if info.ID != 0 {
		return clip(fmt.Sprintf("#%d %s", info.ID, info.Name))
	}
	return clip(info.Name)
}

// nameOf returns the name of a task that a wait refers to.
func nameOf(t *sched.Task) string { return clip(core.Label(t)) }

const (
	maxWaits = 4   // waits of a task that are told
	maxText  = 240 // bytes of a text that a frame has
)

// clip cuts a text that is too long for a frame.
func clip(s string) string {
	if len(s) <= maxText {
		return s
	}
	at := maxText
	for at > 0 && s[at]&0xc0 == 0x80 { // not inside of a rune
		at--
	}
	return s[:at] + "…"
}
