package edo

import (
	"github.com/edo-go/edo/internal/core"
	"github.com/edo-go/edo/internal/sched"
	"github.com/edo-go/edo/internal/survey"
	"github.com/edo-go/edo/report"
)

// A Leaf is a future, or another thing that is polled, that waits for something
// itself, instead of polling other futures. It hands itself to [Context.Proceed], and
// that is how reports know what a task waits for: they poll the task without a budget,
// and note the leaves that the poll reaches. So a leaf pays nothing for being known.
type Leaf interface {
	// Waits returns what the leaf waits for. It is called during a poll by the task that
	// waits, and may look at what a poll may; it changes nothing, and does not wait.
	Waits(cx *Context) Wait
}

// Wait is what a task waits for, as [Dump] and the report of a stall tell it.
type Wait = report.Wait

func init() {
	survey.LeafWait = func(leaf any, cx *sched.Context) (Wait, bool) {
		l, ok := leaf.(Leaf)
		if !ok {
			return Wait{}, false
		}
		return l.Waits((*Context)(cx)), true
	}
	core.Hooks.SlowedDown = slowedDown{}
}

// slowedDown is the leaf of a cancelled task that ignores [ErrCancelled].
type slowedDown struct{}

// Waits says so.
func (slowedDown) Waits(*Context) Wait {
	return Wait{On: "edo: nothing: it was cancelled, ignores ErrCancelled, and is slowed down"}
}
