package supervise_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/supervise"
)

// yielder is a child that yields some times, becomes ready, and yields again.
type yielder struct {
	before, after int
	err           error
	ready         func()
}

// Poll is the child as a frame.
func (y *yielder) Poll(task *edo.Task) (done bool, err error) {
	for ; y.before > 0; y.before-- {
		if done, err := edo.YieldStep(task); !done || err != nil {
			return done, err
		}
	}
	if y.ready != nil {
		y.ready()
		y.ready = nil
	}
	if y.after < 0 {
		done, _, err = edo.AwaitStep(task, edo.Future[int](tasktest.Forever{}))
		return done, err
	}
	for ; y.after > 0; y.after-- {
		if done, err := edo.YieldStep(task); !done || err != nil {
			return done, err
		}
	}
	return true, y.err
}

func (*yielder) FunctionName() string { return "supervise_test.yielder" }

// run is the same in direct style.
func (y yielder) run(task *edo.Task, ready func()) error {
	for range y.before {
		if err := edo.Yield(task); err != nil {
			return err
		}
	}
	ready()
	if y.after < 0 {
		_, err := edo.Await(task, edo.Future[int](tasktest.Forever{}))
		return err
	}
	for range y.after {
		if err := edo.Yield(task); err != nil {
			return err
		}
	}
	return y.err
}

func TestTheStepFormsDoWhatTheDirectFormsDo(t *testing.T) {
	tasktest.BothFormsAgree(t, func(r *rand.Rand) (w tasktest.World) {
		config := supervise.Config{Strategy: supervise.Strategy(r.IntN(4)), Intensity: 1000, AutoShutdown: supervise.AllSignificant}
		n := 0
		spec := func() supervise.Spec {
			n++
			y := yielder{before: n % 16, after: -1}
			s := supervise.Spec{Name: string(rune('a' + n%4)), Restart: supervise.Restart(n % 3), Shutdown: time.Millisecond}
			if n%5 == 0 {
				y.after, y.err = n%7, errors.New(fmt.Sprint("error ", n))
				s.Backoff = supervise.Backoff{Initial: time.Millisecond}
			}
			s.Start = supervise.FuncReady(y.run)
			if n%2 == 0 {
				s.Start = supervise.FuncReadyStep(func(ready func()) yielder {
					y := y
					y.ready = ready
					return y
				})
			}
			return s
		}
		first := spec()
		config.Children = []supervise.Spec{first}
		sup, err := supervise.New(config)
		if err != nil {
			panic(err)
		}
		specs := map[*edo.Task]supervise.Spec{}
		name := func() string { n++; return string(rune('a' + n%4)) }
		names := map[*edo.Task]string{}
		byName := func(what string, direct func(*edo.Task, string) error, step func(*edo.Task, *edo.Step, string) (bool, error)) tasktest.Op {
			return tasktest.OpOfError(what,
				func(task *edo.Task) error { return direct(task, name()) },
				func(task *edo.Task, st *edo.Step) (bool, error) {
					if names[task] == "" {
						names[task] = name()
					}
					done, err := step(task, st, names[task])
					if done {
						delete(names, task)
					}
					return done, err
				})
		}
		w.Ops = []tasktest.Op{
			tasktest.OpOfError("Run", sup.Run, sup.RunStep),
			tasktest.OpOfError("Started", sup.Started, sup.StartedStep),
			tasktest.OpOfError("Add",
				func(task *edo.Task) error { return sup.Add(task, spec()) },
				func(task *edo.Task, st *edo.Step) (bool, error) {
					if specs[task].Name == "" {
						specs[task] = spec()
					}
					done, err := sup.AddStep(task, st, specs[task])
					if done {
						delete(specs, task)
					}
					return done, err
				}),
			byName("Stop", sup.Stop, sup.StopStep),
			byName("Restart", sup.Restart, sup.RestartStep),
		}
		w.Ops = append(w.Ops, w.Ops[0], w.Ops[3], w.Ops[4], w.Ops[4])
		w.Events = []func(){sup.Shutdown, func() { sup.Remove(name()) }, func() {
			for _, c := range sup.Children() {
				c.Task.Abort()
			}
		}}
		return w
	})
}
