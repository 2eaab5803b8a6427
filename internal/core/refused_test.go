package core_test

import (
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cancel"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/joinset"
	"github.com/edo-go/edo/scope"
	"github.com/edo-go/edo/selector"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/timer"
)

func TestLoopThatIgnoresItsCancellationIsSlowedDownAndReportedOnceByName(t *testing.T) {
	for _, blocking := range []bool{false, true} {
		var told []string
		asked := false
		var tries atomic.Int32
		var took time.Duration
		config := sim.Config{Quiet: true, Runtime: edo.Config{OnError: func(err error) { told = append(told, err.Error()) }}}
		err := sim.Run(1, func(task *edo.Task) error {
			began := make(chan struct{}, 1)
			loop := func(task *edo.Task) error {
				began <- struct{}{}
				for ; tries.Load() < 3000; tries.Add(1) {
					timer.Sleep(task, time.Minute) // and the error is ignored
				}
				return nil
			}
			begin := timer.Now(task)
			var h interface{ Abort() }
			if blocking {
				h = edo.Blocking(task, func(task *edo.Task) (int, error) { return 0, loop(task) }, edo.Name("acceptor"))
			} else {
				h = edo.Go(task, loop, edo.Name("acceptor"))
			}
			for len(began) == 0 {
				edo.Yield(task)
			}
			h.Abort()
			edo.Go(task, func(task *edo.Task) error {
				for tries.Load() < 3000 {
					if n := tries.Load(); n > 1500 && !asked && !blocking { // a report leaves it where it is
						asked = true
						text := task.Runtime().Snapshot().String()
						if !strings.Contains(text, "acceptor") || !strings.Contains(text, "ignores ErrCancelled") {
							t.Errorf("the report says %s", text)
						}
						if m := tries.Load(); m != n {
							t.Errorf("in the report it has made %d tries", m-n)
						}
					}
					if err := timer.Sleep(task, time.Millisecond); err != nil {
						return err
					}
				}
				took = timer.Now(task).Sub(begin)
				return nil
			})
			return nil
		}, sim.WithConfig(config))
		if err != nil || tries.Load() != 3000 {
			t.Fatal(err, tries.Load())
		}
		if took < 2*time.Second || took > 10*time.Second {
			t.Errorf("3000 tries took %v", took)
		}
		if len(told) != 1 || !strings.Contains(told[0], "acceptor") {
			t.Errorf("OnError was told %q", told)
		}
	}
}

func TestCleanUpOfSomeHundredOperationsIsNotSlowedDown(t *testing.T) {
	err := sim.Run(1, func(task *edo.Task) error {
		began := false
		h := edo.Go(task, func(task *edo.Task) error {
			began = true
			task.Cancelled()
			for range 900 {
				if err := edo.Yield(task); !errors.Is(err, edo.ErrCancelled) {
					t.Error("got", err)
				}
			}
			return nil
		})
		begin := timer.Now(task)
		for !began {
			edo.Yield(task)
		}
		h.Abort()
		_, err := h.Await(task)
		if d := timer.Now(task).Sub(begin); d != 0 {
			t.Error("it took", d)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestOperationsRefusedInTimedOutScopesDoNotSlowTheTaskDown(t *testing.T) {
	config := sim.Config{Runtime: edo.Config{OnError: func(err error) { t.Error("OnError was told", err) }}}
	err := sim.Run(1, func(task *edo.Task) error {
		begin := timer.Now(task)
		for range 2 * 1000 {
			scope.Run(task, func(*scope.Scope) error {
				timer.Sleep(task, time.Hour)
				return timer.Sleep(task, time.Hour) // refused, as a wait in a clean-up is
			}, scope.Timeout(time.Millisecond))
		}
		if d := timer.Now(task).Sub(begin); d != 2*time.Second {
			t.Error("it took", d)
		}
		return nil
	}, sim.WithConfig(config))
	if err != nil {
		t.Error(err)
	}
}

// Each operation that need not wait is called in a loop, which another task of the only worker
// must end.
func TestOperationsThatNeedNotWaitGiveWayToOtherTasks(t *testing.T) {
	for name, op := range map[string]func(task *edo.Task) func() error{
		"Shielded": func(task *edo.Task) func() error {
			return func() error { return edo.Shielded(task, func(*edo.Task) error { return nil }) }
		},
		"WithScope": func(task *edo.Task) func() error {
			return func() error { return scope.Run(task, func(*scope.Scope) error { return nil }) }
		},
		"Select with Else": func(task *edo.Task) func() error {
			sel := selector.New(selector.OnFuture[int](nil, func(int, error) error { return nil })).Else(func() error { return nil })
			return func() error { return sel.Next(task) }
		},
		"the stream of a Select with Else": func(task *edo.Task) func() error {
			sel := selector.New(selector.OnFuture[int](nil, func(int, error) error { return nil })).Else(func() error { return nil })
			return func() error { _, _, err := edo.Next[edo.Unit](task, sel); return err }
		},
		"JoinHandle.Await": func(task *edo.Task) func() error {
			h := edo.Go(task, func(*edo.Task) error { return nil })
			return func() error { _, err := h.Await(task); return err }
		},
		"JoinSet.Join of none": func(task *edo.Task) func() error {
			var set joinset.Set[int]
			return func() error { _, _, err := set.Join(task); return err }
		},
		"JoinSet.Spawn": func(task *edo.Task) func() error {
			var set joinset.Set[int]
			return func() error { _, err := set.Spawn(task, tasktest.Seven{}); set.TryJoin(); return err }
		},
		"Cancel.Cancelled": func(task *edo.Task) func() error {
			c := cancel.New()
			c.Cancel()
			return func() error { return c.Cancelled(task) }
		},
		"Await of UntilCancelled": func(task *edo.Task) func() error {
			c := cancel.New()
			c.Cancel()
			return func() error { edo.Await(task, cancel.Until(c, edo.Future[int](tasktest.Forever{}))); return nil }
		},
	} {
		var stop atomic.Bool
		n := 0
		err := edo.Run(func(task *edo.Task) error {
			do := op(task)
			edo.Go(task, func(*edo.Task) error { stop.Store(true); return nil })
			for ; !stop.Load(); n++ {
				if n == 1_000_000 {
					return errors.New("it held the other task up")
				}
				if err := do(); err != nil {
					return err
				}
			}
			return nil
		}, edo.WithConfig(edo.Config{CurrentThread: true}))
		if err != nil {
			t.Errorf("%s: %v after %d calls", name, err, n)
		}
	}
}
