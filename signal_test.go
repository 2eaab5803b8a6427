//go:build unix

package edo_test

import (
	"context"
	"errors"
	"os"
	"regexp"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/lock"
)

func interrupt(t *testing.T) {
	if err := syscall.Kill(os.Getpid(), syscall.SIGINT); err != nil {
		t.Error(err)
	}
}

func TestFirstSignalCancelsMainAloneAndTheOthersFinish(t *testing.T) {
	for _, c := range tasktest.Kinds {
		t.Run(c.Name, func(t *testing.T) {
			finished := false
			err := edo.Run(func(task *edo.Task) error {
				cancelled := make(chan struct{})
				edo.Blocking(task, func(*edo.Task) (int, error) {
					<-cancelled
					finished = true
					return 0, nil
				})
				interrupt(t)
				_, err := edo.Await(task, tasktest.Forever{})
				close(cancelled)
				return err
			}, edo.WithConfig(c.Config), edo.WithSignals())
			if err != nil || !finished {
				t.Errorf("Run returned %v, the other task finished: %v", err, finished)
			}
		})
	}
}

func TestSecondSignalCancelsEveryTask(t *testing.T) {
	for _, c := range tasktest.Kinds {
		t.Run(c.Name, func(t *testing.T) {
			var other error
			err := edo.Run(func(task *edo.Task) error {
				var begun atomic.Bool
				edo.Go(task, func(task *edo.Task) error {
					begun.Store(true)
					_, other = edo.Await(task, tasktest.Forever{})
					return other
				})
				edo.Spawn(task, tasktest.Forever{})
				for !begun.Load() {
					edo.Yield(task)
				}
				interrupt(t)
				_, err := edo.Await(task, tasktest.Forever{})
				interrupt(t)
				return err
			}, edo.WithConfig(c.Config), edo.WithSignals())
			if err != nil || !errors.Is(other, edo.ErrCancelled) {
				t.Errorf("Run returned %v, the other task saw %v", err, other)
			}
		})
	}
}

func TestFirstSignalCancelsAllWhenMainHasReturned(t *testing.T) {
	for _, c := range tasktest.Kinds {
		t.Run(c.Name, func(t *testing.T) {
			var other error
			config := c.Config
			config.Trace = true // each task is listed until its handle has resolved
			err := edo.Run(func(task *edo.Task) error {
				edo.Go(task, func(task *edo.Task) error {
					for len(task.Runtime().Snapshot().Tasks) > 1 {
						edo.Yield(task)
					}
					interrupt(t)
					_, other = edo.Await(task, tasktest.Forever{})
					return other
				})
				return edo.Yield(task)
			}, edo.WithConfig(config), edo.WithSignals())
			if err != nil || !errors.Is(other, edo.ErrCancelled) {
				t.Errorf("Run returned %v, the other task saw %v", err, other)
			}
		})
	}
}

func TestFirstSignalReachesAProgramWhoseMainIsAFuture(t *testing.T) {
	for _, c := range tasktest.Kinds {
		t.Run(c.Name, func(t *testing.T) {
			var other error
			config := c.Config
			config.Trace = true // each task is listed until its handle has resolved
			v, err := edo.RunFuture(tasktest.PollFunc[int](func(cx *edo.Context) (int, edo.Poll, error) {
				edo.Go(cx, func(task *edo.Task) error {
					for len(task.Runtime().Snapshot().Tasks) > 1 {
						edo.Yield(task)
					}
					interrupt(t)
					_, other = edo.Await(task, tasktest.Forever{})
					return other
				})
				return 3, edo.Ready, nil
			}), edo.WithConfig(config), edo.WithSignals())
			if v != 3 || err != nil || !errors.Is(other, edo.ErrCancelled) {
				t.Errorf("main has ended: RunFuture returned %d, %v, the other task saw %v", v, err, other)
			}
			interrupted := false
			v, err = edo.RunFuture(tasktest.PollFunc[int](func(*edo.Context) (int, edo.Poll, error) {
				if !interrupted {
					interrupted = true
					interrupt(t)
				}
				return 0, edo.Pending, nil
			}), edo.WithConfig(c.Config), edo.WithSignals())
			if v != 0 || err != nil {
				t.Errorf("main waits: RunFuture returned %d, %v", v, err)
			}
		})
	}
}

func TestProgramThatDoesNotEndReportsItsWaits(t *testing.T) {
	lines := edo.RemindSoon(t)
	err := edo.Run(func(task *edo.Task) error {
		gate := &lock.Notify{}
		for range 3 {
			edo.Go(task, func(task *edo.Task) error {
				return edo.Shielded(task, gate.Wait)
			}, edo.Name("stubborn"))
		}
		for waiting := 0; waiting < 3; edo.Yield(task) {
			waiting = 0
			for _, other := range task.Runtime().Snapshot().Tasks {
				if other.Name == "stubborn" && len(other.Waits) != 0 {
					waiting++
				}
			}
		}
		edo.Call(task, func(context.Context) (int, error) {
			interrupt(t)
			// The first lines may come before main waits for the call.
			want := regexp.MustCompile(`^edo: 4 tasks have not ended since the signal \d+ s ago: .*, cancelled, still waits for edo: a call of ` +
				`.*; 3 × stubborn: lock: notify; a second signal cancels them\n$`)
			line := <-lines
			for n := 0; n < 100_000 && !want.MatchString(line); n++ {
				line = <-lines
			}
			if !want.MatchString(line) {
				t.Errorf("after the first signal: %q", line)
			}
			interrupt(t)
			for line := range lines {
				if strings.Contains(line, "another signal kills the process") {
					if !strings.Contains(line, "stubborn") || !strings.Contains(line, "they were cancelled") {
						t.Errorf("after the second signal: %q", line)
					}
					break
				}
			}
			gate.NotifyAll()
			return 0, nil
		})
		return nil
	}, edo.WithSignals())
	if err != nil {
		t.Error(err)
	}
}
