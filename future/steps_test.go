package future_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/internal/tasktest"
)

// racer is a function that yields some times, as a frame.
type racer struct {
	log    func(format string, args ...any)
	name   int
	i      int
	left   int
	panics bool
	err    error
}

func (y *racer) Poll(task *edo.Task) (done bool, v int, err error) {
	for ; y.i < y.left; y.i++ {
		if done, err := edo.YieldStep(task); !done || err != nil {
			if done {
				y.log("%d: %v after %d", y.name, err, y.i)
			}
			return done, 0, err
		}
	}
	return true, y.name, y.end()
}

func (*racer) FunctionName() string { return racerName }

const racerName = "github.com/edo-go/edo/future_test.racer.run-fm"

// run is the same in direct style.
func (y racer) run(task *edo.Task) (int, error) {
	for ; y.i < y.left; y.i++ {
		if err := edo.Yield(task); err != nil {
			y.log("%d: %v after %d", y.name, err, y.i)
			return 0, err
		}
	}
	return y.name, y.end()
}

// end is how it ends.
func (y *racer) end() error {
	y.log("%d ends", y.name)
	if y.panics {
		panic(fmt.Sprint("of ", y.name))
	}
	return y.err
}

func TestTheStepFormsOfJoinTaskAndItsLikeDoWhatTheDirectFormsDo(t *testing.T) {
	type call struct {
		name   string
		direct func(task *edo.Task, fns []func(*edo.Task) (int, error)) (any, error)
		step   func(task *edo.Task, st *edo.Step, fs []edo.Future[int]) (bool, any, error)
	}
	calls := []call{
		{"JoinTask",
			func(task *edo.Task, fns []func(*edo.Task) (int, error)) (any, error) {
				return future.JoinTask(task, fns...)
			},
			func(task *edo.Task, st *edo.Step, fs []edo.Future[int]) (bool, any, error) {
				done, v, err := future.JoinTaskStep(task, st, fs...)
				return done, v, err
			}},
		{"TryJoinTask",
			func(task *edo.Task, fns []func(*edo.Task) (int, error)) (any, error) {
				return future.TryJoinTask(task, fns...)
			},
			func(task *edo.Task, st *edo.Step, fs []edo.Future[int]) (bool, any, error) {
				done, v, err := future.TryJoinTaskStep(task, st, fs...)
				return done, v, err
			}},
		{"RaceTask",
			func(task *edo.Task, fns []func(*edo.Task) (int, error)) (any, error) {
				return future.RaceTask(task, fns...)
			},
			func(task *edo.Task, st *edo.Step, fs []edo.Future[int]) (bool, any, error) {
				done, v, err := future.RaceTaskStep(task, st, fs...)
				return done, v, err
			}},
	}
	for _, c := range calls {
		for n := range 24 {
			t.Run(fmt.Sprint(c.name, " ", n), func(t *testing.T) {
				tasktest.RequireSameInBothStyles(t, 30, func(s *tasktest.Stage, task *edo.Task) error {
					r := rand.New(rand.NewPCG(uint64(n), 1))
					var fns []func(*edo.Task) (int, error)
					var fs []edo.Future[int]
					for i := range 1 + r.IntN(3) {
						y := racer{log: s.Log, name: i, left: r.IntN(4), panics: r.IntN(6) == 0}
						if r.IntN(3) == 0 {
							y.err = errors.New(fmt.Sprint("error of ", i))
						}
						fns = append(fns, y.run)
						fs = append(fs, edo.AsyncStep[int](y))
					}
					h := s.Go(task, "f",
						func(task *edo.Task) error {
							v, err := c.direct(task, fns)
							s.Log("%v, %v", v, err)
							return err
						},
						func(task *edo.Task, st *edo.Step) (bool, error) {
							done, v, err := c.step(task, st, fs)
							if done {
								s.Log("%v, %v", v, err)
							}
							return done, err
						})
					if n%3 == 0 {
						tasktest.YieldTimes(task, r.IntN(4))
						h.Abort()
					}
					_, err := h.Await(task)
					s.Log("ended: %v", err)
					return nil
				})
			})
		}
	}
}

func TestARaceOfNothingInStepsPanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("it does not panic")
		}
	}()
	var st edo.Step
	future.RaceTaskStep[int](nil, &st)
}
