package supervise_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/stream"
	"github.com/edo-go/edo/supervise"
)

// On real workers, children end while tasks call the supervisor: no child runs twice, all calls
// are answered, and after the end nothing runs.
func TestSupervisorStress(t *testing.T) {
	tasktest.OnAll(t, func(t *testing.T, opt edo.RunOption) {
		for round := range 24 {
			strategy := supervise.Strategy(round % 4)
			var alive [6]atomic.Int32
			var running atomic.Int32
			spec := func(i int) supervise.Spec {
				return supervise.Spec{Name: fmt.Sprint(i), Restart: supervise.Restart(i % 3), Shutdown: supervise.Infinity,
					Start: supervise.FuncReady(func(task *edo.Task, ready func()) error {
						if alive[i].Add(1) > 1 {
							t.Errorf("%d runs twice", i)
						}
						running.Add(1)
						defer running.Add(-1)
						defer alive[i].Add(-1)
						ready()
						for range rand.IntN(50) {
							if err := edo.Yield(task); err != nil {
								return err
							}
						}
						if rand.IntN(2) == 0 {
							return task.Cancelled()
						}
						return errBoom
					})}
			}
			c := supervise.Config{Strategy: strategy, Intensity: 1 << 30, Revive: round%8 < 4}
			for i := range 3 {
				c.Children = append(c.Children, spec(i))
			}
			sup := must(t, c)
			err := edo.Run(func(task *edo.Task) error {
				events := sup.Events()
				seen := edo.Go(task, func(task *edo.Task) error {
					for range stream.All(task, events) {
					}
					return nil
				})
				h := sup.Go(task)
				var callers []*edo.JoinHandle[edo.Unit]
				for range 4 {
					callers = append(callers, edo.Go(task, func(task *edo.Task) error {
						for range 50 {
							i := rand.IntN(6)
							switch rand.IntN(6) {
							case 0:
								sup.Add(task, spec(i))
							case 1, 2:
								sup.Stop(task, fmt.Sprint(i))
							case 3, 4:
								sup.Restart(task, fmt.Sprint(i))
							case 5:
								sup.Remove(fmt.Sprint(i))
							}
							sup.Children()
						}
						return nil
					}))
				}
				for _, h := range callers {
					if _, err := h.Await(task); err != nil {
						return err
					}
				}
				h.Abort()
				if _, err := h.Await(task); !errors.Is(err, edo.ErrCancelled) {
					t.Errorf("it has ended with %v", err)
				}
				if n := running.Load(); n != 0 {
					t.Errorf("%d children run after the end", n)
				}
				_, err := seen.Await(task)
				return err
			}, opt)
			if err != nil {
				t.Error(err)
			}
		}
	})
}

// Many children of a dynamic supervisor come, fail and go.
func TestADynamicSupervisorOfManyChildren(t *testing.T) {
	n := 20_000
	if testing.Short() || invariant.Enabled {
		n = 2_000
	}
	tasktest.RunOnAll(t, func(task *edo.Task) error {
		var begun, ended atomic.Int64
		sup := must(t, supervise.Config{Strategy: supervise.Dynamic, Intensity: 1 << 30})
		h := sup.Go(task)
		for i := range n {
			tries := 0
			err := sup.Add(task, supervise.Spec{Restart: supervise.Transient, Shutdown: time.Hour, Start: supervise.Func(func(task *edo.Task) error {
				begun.Add(1)
				defer ended.Add(1)
				if tries++; i%10 == 0 && tries < 3 {
					return errBoom
				}
				if i%3 == 0 {
					return nil
				}
				return task.Cancelled()
			})})
			if err != nil {
				return err
			}
		}
		want := n - (n+2)/3
		for len(sup.Children()) != want || begun.Load() < int64(n+2*n/10) {
			if err := edo.Yield(task); err != nil {
				return err
			}
		}
		sup.Shutdown()
		if _, err := h.Await(task); err != nil || begun.Load() != ended.Load() {
			t.Errorf("%v; %d have begun, %d have ended", err, begun.Load(), ended.Load())
		}
		return nil
	})
}
