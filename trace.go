package edo

import (
	"runtime"
	"strings"
	"sync/atomic"

	"github.com/edo-go/edo/internal"
	places "github.com/edo-go/edo/internal/origin"
)

// tracer gives the tasks of a runtime numbers, and remembers where each was spawned.
type tracer struct{ last atomic.Uint64 }

// origin is where a task was spawned, and by which one. It refers to no other task: a
// task that respawns itself for ever leaves no chain behind.
type origin struct {
	id     uint64
	name   name   // of the future, also while the task runs
	parent uint64 // 0: spawned from outside
	pcs    [maxFrames]uintptr
}

// maxFrames is how many callers an origin remembers, to find one that is not edo.
const maxFrames = 8

// origin returns that of a task that is being spawned.
func (tr *tracer) origin(parent *extra) *origin {
	o := &origin{id: tr.last.Add(1)}
	if parent != nil {
		if p := parent.origin.Load(); p != nil {
			o.parent = p.id
		}
	}
	runtime.Callers(4, o.pcs[:])
	return o
}

// place returns where the task was spawned: the first caller outside of edo's own
// packages, as file:line; "" if there is none.
func (o *origin) place() string {
	n := 0
	for n < len(o.pcs) && o.pcs[n] != 0 {
		n++
	}
	callers := runtime.CallersFrames(o.pcs[:n])
	for more := n != 0; more; {
		var f runtime.Frame
		if f, more = callers.Next(); f.File != "" && !spawns(f) {
			return places.Place(f)
		}
	}
	return ""
}

// Traces is for edo's own packages, and nobody else can name its argument: it says
// whether [Config.Trace] is on.
func (rt *Runtime) Traces(internal.Key) bool { return rt.trace != nil }

// spawns says whether a frame is of what spawns for a program, rather than of the program.
func spawns(f runtime.Frame) bool {
	return strings.HasPrefix(f.Function, "runtime.") || places.IsEdo(f.Function, f.File)
}
