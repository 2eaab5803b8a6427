package core_test

import (
	"errors"
	"io"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/core"
	"github.com/edo-go/edo/internal/inside"
	"github.com/edo-go/edo/internal/sched"
	"github.com/edo-go/edo/scope"
	"github.com/edo-go/edo/sim"
)

// twoWaits is a frame with two waits. The first ignores that the scope around it is cancelled.
type twoWaits struct {
	first      core.WaitFunc
	st         edo.Step
	isInSecond *bool
}

func (*twoWaits) FunctionName() string { return "twoWaits" }

func (f *twoWaits) Poll(task *edo.Task) (done bool, err error) {
	if !*f.isInSecond {
		if !f.pollFirst(task) {
			return false, nil
		}
		*f.isInSecond = true
	}
	never := core.WaitFunc(func(*sched.Context) bool { return false })
	return inside.Task(task).WaitStep(never, core.GiveUp)
}

// pollFirst is a step of the first wait, which may panic.
func (f *twoWaits) pollFirst(task *edo.Task) (done bool) {
	defer func() {
		if recover() != nil {
			done = true
		}
	}()
	done, _ = scope.RunStep(task, &f.st, func(task *edo.Task, _ *edo.Step, s *scope.Scope) (bool, error) {
		s.Cancel()
		return inside.Task(task).WaitStep(f.first, core.GoOn)
	})
	return done
}

func TestAWaitIsCancelledAfterOneThatIgnoredACancellation(t *testing.T) {
	isReady := false
	for name, first := range map[string]core.WaitFunc{
		"and panicked": func() core.WaitFunc {
			polls := 0
			return func(*sched.Context) bool {
				if polls++; polls == 2 {
					panic("a poll")
				}
				return false
			}
		}(),
		"and was found ready by a report": func(*sched.Context) bool { return isReady },
	} {
		isReady = false
		err := sim.Run(1, func(task *edo.Task) error {
			isInSecond := false
			h := edo.GoStep(task, twoWaits{first: first, isInSecond: &isInSecond})
			edo.Yield(task)
			isReady = true
			edo.Dump(io.Discard)
			for !isInSecond {
				edo.Yield(task)
			}
			h.Abort()
			_, err := h.Await(task)
			return err
		})
		if !errors.Is(err, edo.ErrCancelled) || len(err.Error()) > 40 {
			t.Errorf("after a wait that ignored a cancellation %s the next one ended with %v", name, err)
		}
	}
}
