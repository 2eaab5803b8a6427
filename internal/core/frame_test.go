package core_test

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/sim"
)

func TestTheNameOfAnEndedFrameIsThatOfAnEndedFunction(t *testing.T) {
	err := sim.Run(1, func(task *edo.Task) error {
		for _, err := range []error{nil, errors.New("on purpose")} {
			direct := edo.Go(task, func(*edo.Task) error { return err })
			frame := edo.GoStep(task, scripted{func(*edo.Task) (bool, error) { return true, err }})
			direct.Await(task)
			frame.Await(task)
			want := direct.Name()
			if err != nil {
				want = "scripted"
			}
			if got := frame.Name(); got != want {
				t.Errorf("after %v: got %q, want %q", err, got, want)
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestPanicOfABorrowedCallHasTheStackOfTheFunction(t *testing.T) {
	err := edo.Run(func(task *edo.Task) error {
		var st edo.Step
		_, err := edo.GoStep(task, scripted{func(task *edo.Task) (bool, error) {
			return edo.BorrowStep(task, &st, func(task *edo.Task) {
				edo.Yield(task)
				tasktest.PanicOnPurpose("in the call")
			}), nil
		}}).Await(task)
		var p *edo.PanicError
		if !errors.As(err, &p) || p.Value != "in the call" || p.Task != "scripted" || !strings.Contains(string(p.Stack), "tasktest.PanicOnPurpose") {
			t.Errorf("got %v", err)
		}
		return nil
	}, tasktest.Quiet(edo.Config{}))
	if err != nil {
		t.Error(err)
	}
}

func TestACallByAFrameReturnsWhatItsFunctionDoes(t *testing.T) {
	err := edo.Run(func(task *edo.Task) error {
		var st edo.Step
		_, err := edo.GoStep(task, scripted{func(task *edo.Task) (bool, error) {
			done, v, err := edo.CallStep(task, &st, func(context.Context) (int, error) { return 3, nil })
			if done && (v != 3 || err != nil) {
				t.Errorf("got %v, %v", v, err)
			}
			return done, err
		}}).Await(task)
		return err
	}, tasktest.Quiet(edo.Config{}))
	if err != nil {
		t.Error(err)
	}
}

func TestPanicOfADeferredCallAfterGoexitOfAFrameIsTheErrorOfItsTask(t *testing.T) {
	exit := func() {
		defer tasktest.PanicOnPurpose("late")
		runtime.Goexit()
	}
	tasktest.OnAll(t, func(t *testing.T, opt edo.RunOption) {
		err := edo.Run(func(task *edo.Task) error {
			_, err := edo.GoStep(task, scripted{func(*edo.Task) (bool, error) { exit(); return true, nil }}).Await(task)
			var p *edo.PanicError
			if !errors.As(err, &p) || p.Value != "late" || !strings.Contains(string(p.Stack), "PanicOnPurpose") {
				t.Errorf("got %v", err)
			}
			return nil
		}, opt)
		if err != nil {
			t.Error(err)
		}
	})
}

func TestGoexitOfAFrameEndsItsTaskAlone(t *testing.T) {
	for name, step := range map[string]func(task *edo.Task, st *edo.Step) (bool, error){
		"at once": func(*edo.Task, *edo.Step) (bool, error) { runtime.Goexit(); return true, nil },
		"in a borrowed one": func(task *edo.Task, st *edo.Step) (bool, error) {
			return edo.BorrowStep(task, st, func(task *edo.Task) { edo.Yield(task); runtime.Goexit() }), nil
		},
		"in a lent one": func(task *edo.Task, st *edo.Step) (bool, error) {
			return edo.LendStep(task, st, func(task *edo.Task) { edo.Yield(task); runtime.Goexit() }), nil
		},
		"after a borrowed one": func(task *edo.Task, st *edo.Step) (bool, error) {
			if !edo.BorrowStep(task, st, func(task *edo.Task) { edo.Yield(task) }) {
				return false, nil
			}
			defer edo.Yield(task)
			runtime.Goexit()
			return true, nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			tasktest.OnAll(t, func(t *testing.T, opt edo.RunOption) {
				err := edo.Run(func(task *edo.Task) error {
					for range 10 {
						var st edo.Step
						h := edo.GoStep(task, scripted{func(task *edo.Task) (bool, error) { return step(task, &st) }})
						if _, err := h.Await(task); err == nil || !strings.Contains(err.Error(), "runtime.Goexit") || !strings.Contains(err.Error(), "scripted") {
							t.Errorf("got %v", err)
						}
					}
					return nil
				}, opt)
				if err != nil {
					t.Error(err)
				}
			})
		})
	}
}

func TestATaskOfAFrameUsedWhereItDoesNotBelongIsAnError(t *testing.T) {
	err := edo.Run(func(task *edo.Task) error {
		var stale *edo.Task
		gate := &tasktest.Gate{}
		isHere := make(chan struct{})
		h := edo.GoStep(task, scripted{func(task *edo.Task) (bool, error) {
			if stale == nil {
				stale = task
				close(isHere)
				if err := edo.Yield(task); err == nil || !strings.Contains(err.Error(), "compiled") {
					t.Errorf("a wait that would suspend a frame gave %v", err)
				}
			}
			done, _, err := edo.AwaitStep(task, gate)
			return done, err
		}}, edo.Name("frame"))
		<-isHere
		for n := 0; !h.Finished(); n++ {
			err := stale.Err()
			isRight := err != nil && strings.Contains(err.Error(), "Task of frame used by task")
			if n > 0 && !isRight { // the gate is open: it may just have returned
				isRight = err != nil && strings.Contains(err.Error(), "after its function has returned")
			}
			if !isRight {
				t.Errorf("while it waits: got %v", err)
			}
			gate.Open()
			edo.Yield(task)
		}
		if err := edo.Yield(stale); err == nil || !strings.Contains(err.Error(), "after its function has returned") {
			t.Errorf("after the end: got %v", err)
		}
		return nil
	}, tasktest.Quiet(edo.Config{Workers: 2}))
	if err != nil {
		t.Error(err)
	}
}
