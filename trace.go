package edo

import (
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"
)

// tracer gives the tasks of a runtime numbers, and remembers where each was spawned.
type tracer struct{ last atomic.Uint64 }

// origin is where a task was spawned, and by which one. It refers to no other task: a
// task that respawns itself for ever leaves no chain behind.
type origin struct {
	id     uint64
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
// packages, as file:line.
func (o *origin) place() string {
	n := 0
	for n < len(o.pcs) && o.pcs[n] != 0 {
		n++
	}
	frames := runtime.CallersFrames(o.pcs[:n])
	first := ""
	for {
		f, more := frames.Next()
		if f.File != "" {
			at := fmt.Sprintf("%s:%d", f.File, f.Line)
			if first == "" {
				first = at
			}
			if !isEdo(f.Function) {
				return at
			}
		}
		if !more {
			return first
		}
	}
}

// isEdo says whether a function is one of the spawning functions of edo, rather than of
// a program that uses them.
func isEdo(function string) bool {
	return strings.HasPrefix(function, "github.com/edo-go/edo.")
}
