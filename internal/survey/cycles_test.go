package survey_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/joinset"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/report"
	"github.com/edo-go/edo/scope"
	"github.com/edo-go/edo/selector"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/timer"
)

// spawnDeadlock spawns two tasks that each hold a latch, and wait for the latch of the other.
func spawnDeadlock(s edo.Spawner, a, b *latch) {
	var have [2]atomic.Bool
	for i, l := range []*latch{a, b} {
		edo.Go(s, func(task *edo.Task) error {
			if err := l.Take(task); err != nil {
				return err
			}
			defer l.Release()
			have[i].Store(true)
			for !have[1-i].Load() {
				if err := edo.Yield(task); err != nil {
					return err
				}
			}
			other := []*latch{b, a}[i]
			if err := other.Take(task); err != nil {
				return err
			}
			other.Release()
			return nil
		}, edo.Name(string(rune('a'+i))))
	}
}

func TestStallNamesTheCycleOfWaits(t *testing.T) {
	var x, y latch
	err := sim.Run(1, func(task *edo.Task) error {
		spawnDeadlock(task, &x, &y)
		edo.Go(task, func(task *edo.Task) error {
			for x.holder == nil {
				edo.Yield(task)
			}
			return x.Take(task)
		}, edo.Name("behind"))
		return nil
	}, sim.WithConfig(sim.Config{Runtime: edo.Config{Trace: true}}))
	var stall *edo.StallError
	if !errors.As(err, &stall) || stall.Island || !reflect.DeepEqual(stall.Snapshot.Cycles, [][]int{{0, 1}}) {
		t.Fatalf("got %v", err)
	}
	RequireText(t, stall.Error(), `edo: nothing can happen any more, and these tasks wait:
#2 a, spawned at cycles_test.go:N by #1, which has ended
  waits for test: latch #1, to write, held by #3 b (taken at cycles_test.go:N), from the key
#3 b, spawned at cycles_test.go:N by #1, which has ended
  waits for test: latch #2, to write, held by #2 a (taken at cycles_test.go:N), from the key
#4 behind, spawned at cycles_test.go:N by #1, which has ended
  waits for test: latch #2, to write, held by #2 a (taken at cycles_test.go:N), from the key
a cycle of waits: #2 a waits for test: latch #1, to write, held by #3 b (taken at cycles_test.go:N), from the key; `+
		`#3 b waits for test: latch #2, to write, held by #2 a (taken at cycles_test.go:N), from the key`)
}

func TestCyclesAreFoundThroughEachKindOfWait(t *testing.T) {
	hold := func(l *latch, fn func(task *edo.Task) error) func(task *edo.Task) error {
		return func(task *edo.Task) error {
			if err := l.Take(task); err != nil {
				return err
			}
			defer l.Release()
			return fn(task)
		}
	}
	wants := func(l *latch) func(task *edo.Task) error {
		return func(task *edo.Task) error {
			if err := l.Take(task); err != nil {
				return err
			}
			l.Release()
			return nil
		}
	}
	for _, c := range []struct {
		name  string
		main  func(task *edo.Task, l *latch) error
		cycle string // the waits of the tasks in the cycle; "": there is none
	}{
		{"join", func(task *edo.Task, l *latch) error {
			return hold(l, func(task *edo.Task) error { _, err := edo.Go(task, wants(l)).Await(task); return err })(task)
		}, "edo: the end of a task|test: latch, to write"},
		{"join itself", func(task *edo.Task, l *latch) error {
			var h *edo.JoinHandle[edo.Unit]
			h = edo.Go(task, func(task *edo.Task) error { _, err := h.Await(task); return err })
			return nil
		}, "edo: the end of a task"},
		{"join each other", func(task *edo.Task, l *latch) error {
			var h, k *edo.JoinHandle[edo.Unit]
			h = edo.Go(task, func(task *edo.Task) error { _, err := k.Await(task); return err })
			k = edo.Go(task, func(task *edo.Task) error { _, err := h.Await(task); return err })
			return nil
		}, "edo: the end of a task|edo: the end of a task"},
		{"scope", func(task *edo.Task, l *latch) error {
			return hold(l, func(task *edo.Task) error {
				return scope.Run(task, func(s *scope.Scope) error {
					edo.Go(s, func(task *edo.Task) error { return timer.Sleep(task, time.Minute) })
					edo.Go(s, wants(l))
					return nil
				})
			})(task)
		}, "scope: the end of 1 tasks|test: latch, to write"},
		{"scope with a deadline", func(task *edo.Task, l *latch) error {
			return hold(l, func(task *edo.Task) error {
				return scope.Run(task, func(s *scope.Scope) error {
					edo.Go(s, wants(l))
					return nil
				}, scope.Timeout(time.Hour))
			})(task)
		}, ""},
		{"join set", func(task *edo.Task, l *latch) error {
			return hold(l, func(task *edo.Task) error {
				var set joinset.Set[edo.Unit]
				defer set.Close()
				set.Go(task, func(task *edo.Task) (edo.Unit, error) { return edo.Unit{}, wants(l)(task) })
				_, _, err := edo.Next(task, &set)
				return err
			})(task)
		}, "joinset: the end of one of 1 tasks|test: latch, to write"},
		{"spawn in a full join set", func(task *edo.Task, l *latch) error {
			return hold(l, func(task *edo.Task) error {
				set := joinset.New[edo.Unit](1)
				defer set.Close()
				for range 2 {
					set.Go(task, func(task *edo.Task) (edo.Unit, error) { return edo.Unit{}, wants(l)(task) })
				}
				return nil
			})(task)
		}, "joinset: spawn (1 tasks, limit 1)|test: latch, to write"},
		{"select", func(task *edo.Task, l *latch) error {
			return hold(l, func(task *edo.Task) error {
				h, k := edo.Go(task, wants(l)), edo.Go(task, wants(l))
				nothing := func(edo.Unit, error) error { return nil }
				return selector.New(selector.OnFuture(h, nothing), selector.OnFuture(k, nothing)).Next(task)
			})(task)
		}, "edo: the end of a task or edo: the end of a task|test: latch, to write"},
		{"select with a way out", func(task *edo.Task, l *latch) error {
			return hold(l, func(task *edo.Task) error {
				_, rx := mpsc.New[int](1)
				nothing := func(edo.Unit, error) error { return nil }
				return selector.New(selector.OnFuture(edo.Go(task, wants(l)), nothing), selector.On(rx, func(int, error) error { return nil })).Next(task)
			})(task)
		}, ""},
		{"blocking", func(task *edo.Task, l *latch) error {
			return hold(l, func(task *edo.Task) error {
				_, err := edo.Blocking(task, func(task *edo.Task) (edo.Unit, error) { return edo.Unit{}, wants(l)(task) }).Await(task)
				return err
			})(task)
		}, "edo: the end of a task|test: latch, to write"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var l latch
			s := sim.New(sim.Config{Seed: 1, Runtime: edo.Config{OnError: func(error) {}}})
			var rt *edo.Runtime
			s.Start(func(task *edo.Task) error {
				rt = task.Runtime()
				return c.main(task, &l)
			})
			s.RunUntilIdle()
			s.Advance(2 * time.Minute)
			shot := rt.Snapshot()
			var kinds []string
			for _, cycle := range shot.Cycles {
				for _, i := range cycle {
					var on []string
					for _, w := range shot.Tasks[i].Waits {
						on = append(on, w.On)
					}
					kinds = append(kinds, strings.Join(on, " or "))
				}
			}
			want := []string{c.cycle}
			if i := strings.IndexByte(c.cycle, '|'); i >= 0 {
				want = append(want, c.cycle[i+1:]+"|"+c.cycle[:i]) // the cycle may begin with either task
			}
			got := strings.Join(kinds, "|")
			if got != want[0] && got != want[len(want)-1] || c.cycle != "" && len(shot.Cycles) != 1 {
				t.Errorf("got %q, want %q, in\n%v", got, c.cycle, shot)
			}
			ctx, cancel := context.WithCancel(context.Background())
			cancel()
			rt.Shutdown(ctx)
			s.Wait()
		})
	}
}

func TestHeldIsNoPartOfASnapshot(t *testing.T) {
	var x, y latch
	s := sim.New(sim.Config{Seed: 1})
	var rt *edo.Runtime
	s.Start(func(task *edo.Task) error {
		rt = task.Runtime()
		spawnDeadlock(task, &x, &y)
		return nil
	})
	s.RunUntilIdle()
	want := rt.Snapshot()
	for _, i := range want.Tasks {
		if i.Waits[0].Held() != nil || len(i.Waits[0].HeldBy) != 1 {
			t.Errorf("got %+v", i)
		}
	}
	var out bytes.Buffer
	if err := edo.DumpJSON(&out); err != nil {
		t.Fatal(err)
	}
	var got []report.Snapshot
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, []report.Snapshot{want}) || len(want.Cycles) != 1 {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
	var stall *edo.StallError
	if err := s.Wait(); !errors.As(err, &stall) {
		t.Errorf("got %v", err)
	}
}

// A namedJoin is the join of a task that notes the names in its answers.
type namedJoin struct {
	of    *edo.JoinHandle[edo.Unit]
	names map[string]bool
}

func (j *namedJoin) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	if !cx.Proceed(j) {
		return edo.Unit{}, edo.Pending, nil
	}
	return j.of.Poll(cx)
}

func (j *namedJoin) Waits(cx *edo.Context) edo.Wait {
	w := j.of.Waits(cx)
	for _, by := range w.By {
		j.names[by] = true
	}
	return w
}

// A cycle is confirmed while all of its tasks are held still. A leaf that names one of them must not
// wait for that to end.
func TestTasksOfACycleHaveTheirNamesWhileTheyAreHeldStill(t *testing.T) {
	const n = 20
	names := map[string]bool{}
	s := sim.New(sim.Config{Seed: 1, Runtime: edo.Config{OnError: func(error) {}}})
	var rt *edo.Runtime
	s.Start(func(task *edo.Task) error {
		rt = task.Runtime()
		var ring [n]*edo.JoinHandle[edo.Unit]
		for i := range n {
			ring[i] = edo.Go(task, func(task *edo.Task) error {
				_, err := edo.Await(task, &namedJoin{ring[(i+1)%n], names})
				return err
			})
		}
		return nil
	})
	s.RunUntilIdle()
	if shot := rt.Snapshot(); len(shot.Cycles) != 1 || len(shot.Cycles[0]) != n {
		t.Errorf("got %v", shot)
	}
	if len(names) != 1 || names["(running)"] {
		t.Errorf("the tasks are called %v: want the name of their function", names)
	}
	var stall *edo.StallError
	if err := s.Wait(); !errors.As(err, &stall) {
		t.Errorf("got %v", err)
	}
}
