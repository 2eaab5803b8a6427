package scope_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/internal/chaos"
	"github.com/edo-go/edo/scope"
	"github.com/edo-go/edo/timer"
)

// randomTask returns a task of a scope that waits, yields, spawns and cleans up at random. It
// is in the room from its first poll to its end.
func randomTask(w *chaos.World, room *chaos.Room, depth int) func(task *edo.Task) error {
	return func(task *edo.Task) error {
		room.Enter(1)
		defer room.Leave(1)
		for range w.Rand.IntN(4) {
			switch w.Rand.IntN(6) {
			case 0:
				if depth > 0 {
					h := edo.Go(task, randomTask(w, room, depth-1))
					w.Victim("a child", h)
				}
			case 1:
				if err := timer.Sleep(task, time.Duration(w.Rand.IntN(5))*time.Millisecond); err != nil {
					return edo.Shielded(task, func(task *edo.Task) error {
						timer.Sleep(task, time.Millisecond)
						return err
					})
				}
			case 2:
				if depth > 0 {
					if err := openScope(w, task, depth-1); err != nil {
						return err
					}
				}
			case 3:
				if depth > 0 { // two functions in turns
					turn := func(task *edo.Task) (int, error) { return 0, randomTask(w, room, depth-1)(task) }
					if _, err := future.TryJoinTask(task, turn, turn); err != nil {
						return err
					}
				}
			default:
				if err := edo.Yield(task); err != nil {
					return err
				}
			}
		}
		return nil
	}
}

var errChaos = errors.New("chaos")

// openScope runs a scope, and checks that all its tasks have ended when it has returned.
func openScope(w *chaos.World, task *edo.Task, depth int) error {
	room := w.Room("a scope", 1000)
	var opts []scope.Option
	if w.Rand.IntN(4) == 0 {
		opts = append(opts, scope.Timeout(time.Duration(w.Rand.IntN(4))*time.Millisecond))
	}
	var handles []*edo.JoinHandle[edo.Unit]
	err := scope.Run(task, func(s *scope.Scope) error {
		for i := range 1 + w.Rand.IntN(4) {
			fn := randomTask(w, room, depth)
			if w.Rand.IntN(12) == 0 {
				fn = func(task *edo.Task) error { edo.Yield(task); return errChaos }
			}
			h := edo.Go(s, fn, edo.Name(fmt.Sprint("task ", i)))
			handles = append(handles, h)
			w.Victim("a task of a scope", h)
		}
		switch w.Rand.IntN(4) {
		case 0:
			_, err := handles[0].Await(task)
			return err
		case 1:
			s.Cancel()
		case 2:
			return timer.Sleep(task, time.Millisecond)
		}
		return nil
	}, opts...)
	if room.Inside() != 0 {
		w.Errorf("%d tasks go on after their scope", room.Inside())
	}
	for _, h := range handles {
		if !h.Finished() {
			w.Errorf("a handle that has not resolved after its scope")
		}
	}
	var late *scope.TimeoutError
	if err != nil && !errors.Is(err, errChaos) && !errors.As(err, &late) && !errors.Is(err, edo.ErrCancelled) {
		w.Errorf("a scope gave %v", err)
	}
	if errors.Is(err, edo.ErrCancelled) && task.Err() == nil && !errors.Is(err, errChaos) && !errors.As(err, &late) {
		return nil // the error is that of an aborted task that the function has joined
	}
	if err != nil && task.Err() == nil {
		return nil
	}
	return err
}

func TestTasksOfAScopeHaveEndedWhenItReturnsUnderRandomAborts(t *testing.T) {
	chaos.Explore(t, 1500, func(w *chaos.World) {
		for i := range 3 {
			w.Go(fmt.Sprint("owner ", i), func(task *edo.Task) error {
				err := openScope(w, task, 2)
				if late := (*scope.TimeoutError)(nil); errors.Is(err, errChaos) || errors.As(err, &late) {
					return nil
				}
				return err
			})
		}
	})
}
