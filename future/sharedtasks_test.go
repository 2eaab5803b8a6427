package future_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/internal/chaos"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/scope"
)

func TestASharedResultReachesAllTasksThatAreNotAborted(t *testing.T) {
	chaos.Explore(t, 400, func(w *chaos.World) {
		tx, rx := mpsc.New[int](1)
		w.Steady("source", func(task *edo.Task) error {
			for i := range 3 {
				if tx.Send(task, i) != nil {
					return nil // all waiting tasks have been aborted
				}
				if w.Rand.IntN(2) == 0 {
					edo.Yield(task)
				}
			}
			return nil
		}, edo.Owns(tx))
		dropped := 0
		src := future.Owning(future.AndThen[int](rx.RecvFuture(), func(a int) edo.Future[int] {
			return future.AndThen[int](rx.RecvFuture(), func(b int) edo.Future[int] {
				return future.Map[int](rx.RecvFuture(), func(c int) int { return 100*a + 10*b + c })
			})
		}), rx, dropFunc(func() { dropped++ }))
		s := future.Share[int](src)
		for i := range 4 {
			clone, name := s.Clone(), fmt.Sprint("asker ", i)
			fn := func(task *edo.Task) error {
				for range w.Rand.IntN(3) {
					edo.Yield(task)
				}
				v, err := edo.Await(task, edo.Future[int](clone))
				if err == nil && v != 12 || err != nil && !errors.Is(err, edo.ErrCancelled) {
					return fmt.Errorf("got %d, %v", v, err)
				}
				return err
			}
			switch w.Rand.IntN(3) {
			case 0:
				w.Go(name, fn, edo.Owns(clone))
			case 1:
				w.Steady(name, fn, edo.Owns(clone))
			default: // as a member of a TryJoin, which has a waker of its own
				chaos.Spawn(w, name, edo.Future[[]int](future.TryJoin[int](clone, future.Ready(1))))
			}
		}
		s.Drop()
		w.Check(func() error {
			if dropped != 1 {
				return fmt.Errorf("the future was dropped %d times", dropped)
			}
			return nil
		})
	})
}

// dropFunc is a function as an edo.Dropper.
type dropFunc func()

func (f dropFunc) Drop() { f() }

func TestTasksOnSeveralWorkersShareOneResult(t *testing.T) {
	const tasks, rounds = 16, 20
	err := edo.Run(func(task *edo.Task) error {
		for round := range rounds {
			tx, rx := mpsc.New[int](1)
			s := future.Share[int](future.AndThen[int](rx.RecvFuture(), func(int) edo.Future[int] {
				return rx.RecvFuture()
			}))
			var got sync.Map
			err := scope.Run(task, func(scope *scope.Scope) error {
				for i := range tasks {
					clone := s.Clone()
					edo.Go(scope, func(task *edo.Task) error {
						if i%4 == 0 {
							clone.Drop()
							return nil
						}
						v, err := edo.Await(task, edo.Future[int](clone))
						got.Store(i, v)
						return err
					})
				}
				s.Drop()
				return errors.Join(tx.Send(task, round), tx.Send(task, round+1))
			})
			if err != nil {
				return err
			}
			for i := range tasks {
				if v, ok := got.Load(i); ok == (i%4 == 0) || ok && v != round+1 {
					t.Errorf("task %d got %v", i, v)
				}
			}
			rx.Drop()
			tx.Drop()
		}
		return nil
	}, edo.WithConfig(edo.Config{Workers: 4}))
	if err != nil {
		t.Fatal(err)
	}
}
