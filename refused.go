package edo

import (
	"fmt"
	"time"

	"github.com/edo-go/edo/internal/sched"
)

// maxRefused is how many operations a cancelled task may try before it is slowed down.
// Code that cleans up may well try some hundreds, one for each thing that it has.
const maxRefused = 1000

// refuse returns err, which an operation of a cancelled task returns. A loop that logs
// the error and tries again would keep a processor busy, and never end: from its
// thousandth operation on each takes a while, and the first of these is reported.
func (t *Task) refuse(err error) error {
	t.refused++
	if t.refused < maxRefused || t.rt == nil {
		return err
	}
	if t.refused == maxRefused {
		t.rt.onError(fmt.Errorf("edo: task %s was cancelled, and has tried %d operations since, which all failed: "+
			"a loop must end when the error matches edo.ErrCancelled; it is slowed down", t.Name(), maxRefused))
	}
	t.pace(min(time.Millisecond<<min((t.refused-maxRefused)/maxRefused, 7), 100*time.Millisecond))
	return err
}

// slowedDown is what a task that is slowed down waits for.
type slowedDown struct{}

// Waits says so.
func (slowedDown) Waits(*Context) Wait {
	return Wait{On: "edo: nothing: it was cancelled, ignores ErrCancelled, and is slowed down"}
}

// pace waits for d, cancelled or not.
func (t *Task) pace(d time.Duration) {
	var timer sched.Timer
	cx := t.cx.in()
	at := cx.Now() + int64(d)
	if t.coro == nil { // a report asks meanwhile
		t.await = func(cx *Context) Poll {
			cx.Proceed(slowedDown{})
			return Pending
		}
		defer func() { t.await = nil }()
	}
	for {
		if cx = t.cx.in(); cx.Inspecting() { // a report asks: the function does not go on for that
			cx.Defer(slowedDown{})
		} else if cx.Now() >= at || t.rt.shields.broken.Load() {
			timer.Stop()
			return
		} else {
			cx.Arm(&timer, at)
		}
		t.wait()
	}
}
