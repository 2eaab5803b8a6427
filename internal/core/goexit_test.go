package core_test

import (
	"errors"
	"runtime"
	"strings"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/tasktest"
)

func TestGoexitOfAFunctionLeftSuspendedInABlockingTaskIsItsError(t *testing.T) {
	err := edo.Run(func(task *edo.Task) error {
		leave := func(task *edo.Task) (int, error) {
			inner := edo.Async(func(task *edo.Task) (int, error) {
				edo.Await(task, tasktest.Forever{})
				runtime.Goexit()
				return 0, nil
			})
			return edo.Await(task, tasktest.PollOnce(inner))
		}
		_, err := edo.Blocking(task, leave).Await(task)
		if err == nil || !strings.Contains(err.Error(), "Goexit") {
			t.Errorf("blocking task: got %v", err)
		}
		return nil
	}, tasktest.Quiet(edo.Config{Workers: 2}))
	if err != nil {
		t.Fatal(err)
	}
}

// Go uses the descriptor of the goroutine that has ended for the next one.
func TestTaskOfAFunctionThatCalledGoexitIsRefused(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	for range 50 {
		var got [2]error
		err := edo.Run(func(task *edo.Task) error {
			h := edo.Go(task, func(parent *edo.Task) error {
				edo.Spawn(parent, uses{parent, &got[0]})
				edo.Go(parent, func(*edo.Task) error { got[1] = edo.Yield(parent); return nil }) //edo:allow taskuse the error is what is tested
				runtime.Goexit()
				return nil
			})
			h.Await(task)
			return nil
		}, edo.WithConfig(edo.Config{CurrentThread: true, OnError: func(error) {}}))
		var p *edo.PanicError
		if errors.As(err, &p) {
			t.Fatalf("%v", err)
		}
		if got[0] == nil || got[1] == nil {
			t.Fatalf("the Task of a function that is gone could be used: %v", got)
		}
	}
}

// uses is a future that waits with a Task that is not its own.
type uses struct {
	other *edo.Task
	got   *error
}

func (u uses) Poll(*edo.Context) (int, edo.Poll, error) {
	*u.got = edo.Yield(u.other)
	return 0, edo.Ready, nil
}
