package joinset_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/joinset"
)

// yielder is a function that yields some times, as a frame.
type yielder struct {
	left, value int
	err         error
}

func (y *yielder) Poll(task *edo.Task) (done bool, v int, err error) {
	for ; y.left > 0; y.left-- {
		if done, err := edo.YieldStep(task); !done || err != nil {
			return done, 0, err
		}
	}
	return true, y.value, y.err
}

func (*yielder) FunctionName() string { return "joinset_test.yielder" }

// run is the same in direct style.
func (y yielder) run(task *edo.Task) (int, error) {
	for range y.left {
		if err := edo.Yield(task); err != nil {
			return 0, err
		}
	}
	return y.value, y.err
}

func TestTheStepFormsDoWhatTheDirectFormsDo(t *testing.T) {
	tasktest.BothFormsAgree(t, func(r *rand.Rand) (w tasktest.World) {
		set := joinset.New[int](r.IntN(3))
		var aborts []edo.AbortHandle
		n := 0
		next := func() yielder {
			n++
			y := yielder{left: n % 4, value: n}
			if n%3 == 0 {
				y.err = errors.New(fmt.Sprint("error ", n))
			}
			return y
		}
		futures := map[*edo.Task]edo.Future[int]{}
		w.Ops = []tasktest.Op{
			tasktest.OpOfError("Go",
				func(task *edo.Task) error {
					a, err := set.Go(task, next().run, edo.Name("of the set"))
					aborts = append(aborts, a)
					return err
				},
				func(task *edo.Task, st *edo.Step) (bool, error) {
					if futures[task] == nil {
						futures[task] = edo.AsyncStep[int](next())
					}
					done, a, err := set.SpawnStep(task, st, futures[task], edo.Name("of the set"))
					if done {
						delete(futures, task)
						aborts = append(aborts, a)
					}
					return done, err
				}),
			tasktest.OpOf("Join",
				func(task *edo.Task) (string, error) {
					v, ok, err := set.Join(task)
					return fmt.Sprint(v, ok), err
				},
				func(task *edo.Task, _ *edo.Step) (bool, string, error) {
					done, v, ok, err := set.JoinStep(task)
					return done, fmt.Sprint(v, ok), err
				}),
			tasktest.OpOf("JoinNext",
				func(task *edo.Task) (string, error) {
					h, ok, err := set.JoinNext(task)
					return joined(h, ok), err
				},
				func(task *edo.Task, _ *edo.Step) (bool, string, error) {
					done, h, ok, err := set.JoinNextStep(task)
					return done, joined(h, ok), err
				}),
		}
		w.Ops = append(w.Ops, w.Ops[0], w.Ops[0])
		w.Events = []func(){set.AbortAll, func() {}, func() {
			if len(aborts) != 0 {
				aborts[0].Abort()
			}
		}}
		if r.IntN(3) == 0 {
			w.Events = append(w.Events, set.Close)
		}
		return w
	})
}

// joined is the result of a handle, as text.
func joined(h *edo.JoinHandle[int], ok bool) string {
	if h == nil {
		return fmt.Sprint(ok)
	}
	v, _, err := h.TryJoin()
	return fmt.Sprint(ok, v, err)
}
