package sim

import (
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/core"
	"github.com/edo-go/edo/internal/driver/simulated"
	"github.com/edo-go/edo/internal/inside"
	"github.com/edo-go/edo/internal/survey"
	"github.com/edo-go/edo/report"
)

// watch checks the invariants of one simulation between polls. The goroutine of the runtime alone
// uses it.
type watch struct {
	rt      *core.Runtime
	driver  watched
	hasFail bool

	always     []*invariant
	eventually []*goal
	limits     []*limit
	leaks      *leaks
}

// watched is the part of the simulated driver that a watch needs.
type watched interface {
	Watch() simulated.Watch
	SetWatch(w simulated.Watch)
	Since() time.Duration
	Polls() int
	TrackConns()
	OpenConns() []string
}

var errNoTask = errors.New("sim: an invariant belongs to a simulation: name it in a task of the simulation, and not from outside")

// watchOf returns the watch of the simulation that the caller is a task of, and makes it. It is
// nil outside of a simulation: then there is nothing to check, so that a program can name its
// invariants itself.
func watchOf(s edo.Spawner) *watch {
	src := inside.Source(s)
	if src.Rt == nil {
		return nil
	}
	d, ok := src.Rt.Driver.(watched)
	if !ok {
		return nil
	}
	if src.Cx == nil || src.Cx.External() {
		panic(errNoTask)
	}
	w, ok := d.Watch().(*watch)
	if !ok {
		w = &watch{rt: src.Rt, driver: d}
		d.SetWatch(w)
	}
	return w
}

// BeforePoll checks what holds between two polls.
func (w *watch) BeforePoll() {
	if w.hasFail {
		return
	}
	w.checkAlways()
	w.checkEventually()
	w.checkLimits()
}

// BeforeTime checks what holds before time passes.
func (w *watch) BeforeTime(to int64) (cancelled bool) {
	if w.hasFail {
		return false
	}
	w.checkAlways()
	w.checkEventually()
	w.checkTime(time.Duration(to))
	w.checkTasks()
	return w.hasFail
}

// AtEnd checks what holds when all tasks have ended.
func (w *watch) AtEnd() {
	if w.hasFail || w.rt.Failures.HasStopped() { // half-way
		return
	}
	w.checkAlways()
	w.endEventually()
	w.checkConns()
}

// fail ends the simulation with err.
func (w *watch) fail(err error) {
	if w.hasFail {
		return
	}
	w.hasFail = true
	w.rt.EndWith(err)
}

// rescue is deferred around a function of the program: if that did not return, the simulation fails. A
// runtime.Goexit goes on, and ends the goroutine of the worker, which gets another one.
func (w *watch) rescue(name string, returned *bool) {
	if *returned {
		return
	}
	w.hasFail = true
	w.rt.EndBy(fmt.Sprintf("sim: the function of %q", name), recover(), debug.Stack())
}

// lastTask returns the name of the task that was polled last, or "".
func (w *watch) lastTask() string {
	if t := w.rt.Sched.LastPolled(); t != nil {
		return core.NameOf(t)
	}
	return ""
}

// snapshot returns what the tasks do.
func (w *watch) snapshot() report.Snapshot { return survey.Take(w.rt).Snapshot }
