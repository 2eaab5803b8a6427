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
	if parent != nil && parent.origin != nil {
		o.parent = parent.origin.id
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
	frames := runtime.CallersFrames(o.pcs[:n])
	for more := n != 0; more; {
		var f runtime.Frame
		if f, more = frames.Next(); f.File != "" && !isEdo(f) {
			return places.Place(f)
		}
	}
	return ""
}

// Traces is for edo's own packages, and nobody else can name its argument: it says
// whether [Config.Trace] is on.
func (rt *Runtime) Traces(internal.Key) bool { return rt.trace != nil }

// module is the path of edo.
const module = "github.com/edo-go/edo"

// isEdo says whether a frame is of a function that spawns for a program, one of edo's
// packages or of package runtime, rather than of the program. Tests, examples and
// commands of edo are programs.
func isEdo(f runtime.Frame) bool {
	if strings.HasPrefix(f.Function, "runtime.") {
		return true
	}
	rest, ok := strings.CutPrefix(f.Function, module)
	if !ok || strings.HasSuffix(f.File, "_test.go") {
		return false
	}
	for _, program := range [...]string{"/examples/", "/cmd/", "/bench.", "/bench/", "/tools.", "/tools/"} {
		if strings.HasPrefix(rest, program) {
			return false
		}
	}
	return strings.HasPrefix(rest, ".") || strings.HasPrefix(rest, "/")
}
