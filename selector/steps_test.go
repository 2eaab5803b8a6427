package selector_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/selector"
)

// handler is what a handler does with an item, in both styles: it yields, and fails at times.
type handler struct {
	log  func(format string, args ...any)
	name string
	i    int
}

func (h *handler) direct(task *edo.Task) func(v int, err error) error {
	return func(v int, err error) error {
		h.log("%s: %d, %v", h.name, v, err)
		for range v % 3 {
			if err := edo.Yield(task); err != nil {
				return err
			}
		}
		return h.end(v, err)
	}
}

func (h *handler) step(task *edo.Task, _ *edo.Step, v int, err error) (done bool, _ error) {
	if h.i == 0 {
		h.log("%s: %d, %v", h.name, v, err)
		h.i = 1
	}
	for ; h.i <= v%3; h.i++ {
		if done, err := edo.YieldStep(task); !done || err != nil {
			if done {
				h.i = 0
			}
			return done, err
		}
	}
	h.i = 0
	return true, h.end(v, err)
}

func (h *handler) end(v int, err error) error {
	switch {
	case errors.Is(err, edo.ErrClosed):
		return nil
	case v == 7:
		return errors.New("seven")
	case v == 8:
		panic("eight")
	case v == 9:
		return selector.Stop
	}
	return nil
}

// How the handlers of a Select are made.
const (
	direct   = iota // all in direct style
	steps           // a Select of a frame: handlers in steps
	borrowed        // a Select of a frame: handlers in direct style
	mixed           // a Select in direct style: handlers in steps
)

func newSelect(task *edo.Task, kind int, log func(string, ...any), a, b *mpsc.Receiver[int], withElse bool) *selector.Select {
	ha, hb, he := &handler{log: log, name: "a"}, &handler{log: log, name: "b"}, &handler{log: log, name: "else"}
	var sel *selector.Select
	if kind == steps || kind == mixed {
		sel = selector.New(selector.OnStep(a, ha.step), selector.OnStep(b, hb.step))
	} else {
		sel = selector.New(selector.On(a, ha.direct(task)), selector.On(b, hb.direct(task)))
	}
	switch {
	case !withElse:
	case kind == steps || kind == mixed:
		sel.ElseStep(func(task *edo.Task, st *edo.Step) (bool, error) {
			if done, err := he.step(task, st, 2, nil); !done || err != nil {
				return done, err
			}
			return true, selector.Stop
		})
	default:
		sel.Else(func() error {
			if err := he.direct(task)(2, nil); err != nil {
				return err
			}
			return selector.Stop
		})
	}
	return sel
}

func TestASelectInStepsDoesWhatItDoesInDirectStyle(t *testing.T) {
	for n := range 30 {
		for _, kind := range []int{steps, borrowed, mixed} {
			t.Run(fmt.Sprint(n, " ", kind), func(t *testing.T) {
				tasktest.RequireSameInBothStyles(t, 12, func(s *tasktest.Stage, task *edo.Task) error {
					r := rand.New(rand.NewPCG(uint64(n), 3))
					txA, a := mpsc.New[int](4)
					txB, b := mpsc.New[int](4)
					withElse := r.IntN(2) == 0
					var sel *selector.Select
					run := func(kind int) func(*edo.Task) error {
						return func(task *edo.Task) error {
							sel = newSelect(task, kind, s.Log, a, b, withElse)
							err := sel.Run(task)
							s.Log("run: %v", err)
							return err
						}
					}
					var h *edo.JoinHandle[edo.Unit]
					if s.ByFrames && kind == mixed {
						h = edo.Go(task, run(kind), edo.Name("f"))
					} else {
						h = s.Go(task, "f", run(direct), func(task *edo.Task, st *edo.Step) (bool, error) {
							if sel == nil {
								sel = newSelect(task, kind, s.Log, a, b, withElse)
							}
							done, err := sel.RunStep(task, st)
							if done {
								s.Log("run: %v", err)
							}
							return done, err
						})
					}
					for range r.IntN(12) {
						v := r.IntN(10)
						switch r.IntN(8) {
						case 0:
							tasktest.YieldTimes(task, 3)
						case 1:
							if n%4 == 0 {
								h.Abort()
							}
						case 2, 3, 4:
							txA.TrySend(v)
						default:
							txB.TrySend(v)
						}
					}
					txA.Close()
					txB.Close()
					_, err := h.Await(task)
					s.Log("ended: %v", err)
					a.Drop()
					b.Drop()
					return nil
				})
			})
		}
	}
}

// A second task gets the error that it gets in direct style.
func TestASecondTaskInASelectInStepsIsTurnedAway(t *testing.T) {
	tasktest.RequireSameInBothStyles(t, 20, func(s *tasktest.Stage, task *edo.Task) error {
		tx, rx := mpsc.New[int](1)
		h := &handler{log: s.Log, name: "h"}
		sel := selector.New(selector.OnStep(rx, h.step))
		for i := range 2 {
			s.Go(task, fmt.Sprint("f", i),
				func(task *edo.Task) error { err := sel.Next(task); s.Log("%d: %v", i, err); return nil },
				func(task *edo.Task, st *edo.Step) (bool, error) {
					done, err := sel.NextStep(task, st)
					if done {
						s.Log("%d: %v", i, err)
					}
					return done, nil
				})
		}
		tasktest.YieldTimes(task, 4)
		tx.Send(task, 2)
		tx.Close()
		return nil
	})
}

// In a poll nothing can wait: a handler in steps gets an error from where it would.
func TestAHandlerInStepsCannotWaitInAPoll(t *testing.T) {
	tasktest.RunOnOne(t, func(task *edo.Task) error {
		tx, rx := mpsc.New[int](1)
		tx.TrySend(2)
		h := &handler{log: t.Logf, name: "h"}
		_, ok, err := edo.Next(task, edo.Stream[edo.Unit](selector.New(selector.OnStep(rx, h.step))))
		if !ok || !errors.Is(err, edo.ErrCancelled) {
			t.Errorf("got %v, %v", ok, err)
		}
		return nil
	})
}

// A shield lets nothing wait in a poll either, also not one in a call that borrows a coroutine.
// What the handler spawns runs.
func TestAHandlerInStepsCannotWaitInAPollInAShield(t *testing.T) {
	tasktest.RunOnOne(t, func(task *edo.Task) error {
		tx, rx := mpsc.New[int](1)
		tx.TrySend(2)
		var inFrame, inBorrowed error
		var child *edo.JoinHandle[edo.Unit]
		h := func(task *edo.Task, st *edo.Step, _ int, _ error) (done bool, _ error) {
			child = edo.Go(task, func(task *edo.Task) error { return edo.Yield(task) })
			done, inFrame = edo.ShieldedStep(task, st, func(task *edo.Task, _ *edo.Step) (bool, error) {
				return edo.YieldStep(task)
			})
			return done && edo.BorrowStep(task, st, func(task *edo.Task) {
				inBorrowed = edo.Shielded(task, func(task *edo.Task) error { return edo.Yield(task) })
			}), nil
		}
		_, ok, err := edo.Next(task, edo.Stream[edo.Unit](selector.New(selector.OnStep(rx, h))))
		if !ok || err != nil || !errors.Is(inFrame, edo.ErrCancelled) || inBorrowed == nil {
			t.Errorf("got %v, %v; in the shield of a frame %v, in that of a function %v", ok, err, inFrame, inBorrowed)
		}
		_, err = child.Await(task)
		return err
	})
}

func TestATurnInStepsAllocatesNothing(t *testing.T) {
	tx, rx := mpsc.New[int](1)
	n := 0
	sel := selector.New(selector.OnStep(rx, func(_ *edo.Task, _ *edo.Step, v int, _ error) (bool, error) {
		n += v
		return true, nil
	}))
	err := edo.Run(func(task *edo.Task) error {
		_, err := edo.GoStep(task, tasktest.Frame{Steps: []tasktest.StepFunc{func(task *edo.Task, st *edo.Step) (bool, error) {
			allocs := testing.AllocsPerRun(50, func() {
				tx.TrySend(1)
				if done, err := sel.NextStep(task, st); !done || err != nil {
					t.Errorf("%v, %v", done, err)
				}
			})
			if allocs != 0 {
				t.Errorf("%v allocations", allocs)
			}
			return true, nil
		}}}).Await(task)
		return err
	}, tasktest.Quiet(tasktest.CurrentThread))
	if err != nil || n != 51 {
		t.Errorf("%v, %d", err, n)
	}
}
