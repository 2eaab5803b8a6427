package world_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/sim/world"
	"github.com/edo-go/edo/timer"
)

// An abort must meet each of three suspensions of a task, the moment before it begins, and the one
// at which it has been given what it waits for.
func TestAnAbortMeetsEverySuspension(t *testing.T) {
	const seeds = 2000
	runs, met := 0, map[string]int{}
	sim.Explore(t, seeds, func(seed uint64) error {
		runs++
		step := "before it begins"
		ended := false
		err := in(seed, world.Config{}, func(task *edo.Task, w *world.World) error {
			tx, rx := mpsc.New[int](1)
			defer tx.Close()
			w.Aborts(0.05)
			other := edo.Go(task, func(task *edo.Task) error { return timer.Sleep(task, time.Second) })
			h := edo.Go(task, func(task *edo.Task) error {
				defer rx.Close()
				step = "while it sleeps"
				if err := timer.Sleep(task, time.Second); err != nil {
					return err
				}
				step = "while it receives"
				if _, err := rx.Recv(task); err != nil {
					return err
				}
				step = "while it yields"
				if err := edo.Yield(task); err != nil {
					return err
				}
				ended = true
				return nil
			}, w.Victim())
			if err := timer.Sleep(task, 2*time.Second); err != nil {
				return err
			}
			if err := tx.Send(task, 1); err != nil && step == "while it receives" {
				return nil
			}
			_, err := edo.Await(task, edo.Future[edo.Unit](h))
			if _, e := edo.Await(task, edo.Future[edo.Unit](other)); e != nil {
				return fmt.Errorf("a task that is no victim ends with %w", e)
			}
			switch {
			case ended && err == nil:
				met["not at all"]++
			case ended || !errors.Is(err, edo.ErrCancelled):
				return fmt.Errorf("it ended: %t, with %w", ended, err)
			default:
				met[step]++
			}
			return nil
		})
		return err
	})
	for _, step := range []string{"not at all", "before it begins", "while it sleeps", "while it receives", "while it yields"} {
		if met[step] == 0 && runs >= seeds/2 {
			t.Errorf("no abort came %s: %v", step, met)
		}
	}
}
