package lock_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/chaos"
	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/lock"
)

// No lock or permit is lost when frames that wait for it are aborted, and none is held by too
// many. Half of the tasks are never aborted: one of them would wait for ever.
func TestNoLockIsLostWhenFramesAreAborted(t *testing.T) {
	chaos.Explore(t, seeds, func(w *chaos.World) {
		var m lock.Mutex
		var rw lock.RWMutex
		s := lock.NewSemaphore(2)
		one, writer, two := w.Room("mutex", 1), w.Room("writer", 1), w.Room("semaphore", 2)
		for i := range 6 {
			name, kind := fmt.Sprint("task ", i), w.Rand.IntN(3)
			acquire := []func(task *edo.Task, st *edo.Step) (bool, error){m.LockStep, rw.LockStep,
				func(task *edo.Task, st *edo.Step) (bool, error) { return s.AcquireStep(task, st, 1) }}[kind]
			release := []func(){m.Unlock, rw.Unlock, func() { s.Release(1) }}[kind]
			room := []*chaos.Room{one, writer, two}[kind]
			turns, isInside := 0, false
			h := tasktest.GoFrame(w.Runtime(), func(task *edo.Task, st *edo.Step) (done bool, err error) {
				for ; turns < 4; turns++ {
					if !isInside {
						if done, err = acquire(task, st); !done || err != nil {
							return done, cancelled(err)
						}
						room.Enter(1)
						isInside = true
					}
					if done, err = edo.YieldStep(task); !done {
						return false, nil
					}
					room.Leave(1)
					isInside = false
					release()
					if err != nil {
						return true, cancelled(err)
					}
				}
				return true, nil
			}, edo.Name(name))
			if i%2 == 0 {
				w.Victim(name, h)
			}
		}
	})
}

// cancelled returns err, unless it says that the task was cancelled.
func cancelled(err error) error {
	if errors.Is(err, edo.ErrCancelled) {
		return nil
	}
	return err
}

func TestStepFormsThatNeedNotWaitAllocateNothing(t *testing.T) {
	if invariant.Enabled {
		t.Skip("the race detector allocates")
	}
	var m lock.Mutex
	tasktest.RequireStepAllocatesNothing(t, "lock and unlock", func(task *edo.Task, st *edo.Step) bool {
		done, err := m.LockStep(task, st)
		m.Unlock()
		return done && err == nil
	})
	var n lock.Notify
	tasktest.RequireStepAllocatesNothing(t, "a stored notification", func(task *edo.Task, st *edo.Step) bool {
		n.NotifyOne()
		done, err := n.WaitStep(task, st)
		return done && err == nil
	})
}
