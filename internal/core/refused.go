package core

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
	if d := t.countRefusal(); d != 0 {
		t.slowDown(d)
	}
	return err
}

// countRefusal counts an operation that fails because the task was cancelled, and returns how
// long it has to take.
func (t *Task) countRefusal() time.Duration {
	r := t.rarely()
	r.refused++
	if r.refused < maxRefused || t.Rt == nil || t.Polls { // in a poll nothing can wait
		return 0
	}
	if r.refused == maxRefused {
		t.Rt.OnError(fmt.Errorf("edo: task %s was cancelled, and has tried %d operations since, which all failed: "+
			"a loop must end when the error matches edo.ErrCancelled; it is slowed down", t.Name(), maxRefused))
	}
	return min(time.Millisecond<<min((r.refused-maxRefused)/maxRefused, 7), 100*time.Millisecond)
}

// Refusals returns how many operations have failed because the function was cancelled.
func (t *Task) Refusals() uint32 {
	if t.rare == nil {
		return 0
	}
	return t.rare.refused
}

// SetRefusals sets that number back to n, which Refusals has returned.
func (t *Task) SetRefusals(n uint32) {
	if t.rare != nil {
		t.rare.refused = n
	}
}

// slowDown waits for d, cancelled or not.
func (t *Task) slowDown(d time.Duration) {
	var timer sched.Timer
	at := sched.After(t.Cx.Now(), d)
	defer timer.Stop()
	t.Await(WaitFunc(func(cx *sched.Context) (isOver bool) {
		switch {
		case cx.Inspecting(): // a report asks: the function does not go on for that
			cx.Defer(Hooks.SlowedDown)
			return false
		case cx.Now() >= at || t.Rt.Shields.Broken.Load():
			return true
		}
		cx.Arm(&timer, at)
		return false
	}), GoOn)
}
