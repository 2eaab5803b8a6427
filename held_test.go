package edo_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal"
	"github.com/edo-go/edo/internal/origin"
	"github.com/edo-go/edo/internal/report"
	"github.com/edo-go/edo/internal/sched"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/timer"
)

// latch is a lock that says which task holds it, as the leaves of edo's packages do.
type latch struct {
	kind string // "": a latch

	mu     sync.Mutex // guards the following
	holder *sched.Task
	at     uintptr
	line   []edo.Waker
}

// take is a wait for a latch.
type take struct{ l *latch }

func (w *take) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	if !cx.Proceed(w) {
		return edo.Unit{}, edo.Pending, nil
	}
	w.l.mu.Lock()
	defer w.l.mu.Unlock()
	if w.l.holder != nil {
		w.l.line = append(w.l.line, cx.Waker())
		return edo.Unit{}, edo.Pending, nil
	}
	w.l.holder = cx.Internal(internal.Key{}).Root()
	return edo.Unit{}, edo.Ready, nil
}

func (w *take) Waits(*edo.Context) edo.Wait {
	w.l.mu.Lock()
	defer w.l.mu.Unlock()
	on := "test: latch"
	if w.l.kind != "" {
		on = "test: " + w.l.kind
	}
	held := &report.Held{Of: report.RefTo(w.l), As: report.HeldBy}
	if w.l.holder != nil {
		held.By = []report.Holder{{Task: report.RefTo(w.l.holder), At: w.l.at}}
	}
	return edo.Wait{On: on + ", to write", Held: held, By: []string{"the key"}}
}

// Take waits for l; l says that it was taken where Take was called.
func (l *latch) Take(task *edo.Task) error {
	_, err := edo.Await(task, &take{l})
	if err == nil {
		l.mu.Lock()
		l.at = origin.Here(1)
		l.mu.Unlock()
	}
	return err
}

// Release lets all that wait try again.
func (l *latch) Release() {
	l.mu.Lock()
	line := l.line
	l.holder, l.at, l.line = nil, 0, nil
	l.mu.Unlock()
	for _, w := range line {
		w.Wake()
	}
}

// unplaced is text without the lines of files.
func unplaced(text string) string {
	return regexp.MustCompile(`_test\.go:\d+`).ReplaceAllString(text, "_test.go:N")
}

func requireText(t *testing.T, got, want string) {
	t.Helper()
	if got = unplaced(got); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestReportNamesTheHolderAndNumbersWhatIsWaitedFor(t *testing.T) {
	for _, c := range []struct {
		trace bool
		want  string
	}{
		{false, `owner
  waits for gate: shut, from whoever opens it
2 × second: test: latch #1, to write, held by owner (taken at held_test.go:N), from the key
third
  waits for test: latch #2, to write, held by owner (taken at held_test.go:N), from the key
tasks that have never waited are not in the list: Config.Trace adds them
`},
		{true, `#2 owner, spawned at held_test.go:N by #1, which has ended
  waits for gate: shut, from whoever opens it
#3 second, spawned at held_test.go:N by #1, which has ended
  waits for test: latch #1, to write, held by #2 owner (taken at held_test.go:N), from the key
#4 second, spawned at held_test.go:N by #1, which has ended
  waits for test: latch #1, to write, held by #2 owner (taken at held_test.go:N), from the key
#5 third, spawned at held_test.go:N by #1, which has ended
  waits for test: latch #2, to write, held by #2 owner (taken at held_test.go:N), from the key
`},
	} {
		var a, b latch
		g := &gate{name: "shut"}
		s := snapshotOf(t, edo.Config{Trace: c.trace}, func(task *edo.Task) error {
			took := make(chan struct{}, 1)
			edo.Go(task, func(task *edo.Task) error {
				a.Take(task)
				b.Take(task)
				took <- struct{}{}
				_, err := edo.Await(task, g)
				a.Release()
				b.Release()
				return err
			}, edo.Name("owner"))
			for len(took) == 0 {
				edo.Yield(task)
			}
			for _, of := range []struct {
				name string
				l    *latch
			}{{"second", &a}, {"second", &a}, {"third", &b}} {
				edo.Go(task, func(task *edo.Task) error {
					defer of.l.Release()
					return of.l.Take(task)
				}, edo.Name(of.name))
			}
			return nil
		}, g.Open)
		got := unplaced(s.String())
		want := strings.Replace(c.want, "tasks that have never waited are not in the list: Config.Trace adds them\n", "", 1)
		if !c.trace { // in no order
			for _, line := range strings.SplitAfter(strings.NewReplacer("#2", "#1").Replace(want), "\n") {
				if !strings.Contains(strings.ReplaceAll(got, "#2", "#1"), line) {
					t.Errorf("no %q in\n%s", line, got)
				}
			}
			numbers := map[string]int{}
			for _, i := range s.Tasks {
				numbers[i.Name] = i.Waits[0].Number
			}
			if numbers["second"]+numbers["third"] != 3 || numbers["owner"] != 0 {
				t.Errorf("the numbers are %v", numbers)
			}
			continue
		}
		if got != want {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
	}
}

// deadlock makes two tasks that each hold a latch, and wait for that of the other.
func deadlock(s edo.Spawner, a, b *latch) {
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
		deadlock(task, &x, &y)
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
	requireText(t, stall.Error(), `edo: nothing can happen any more, and these tasks wait:
#2 a, spawned at held_test.go:N by #1, which has ended
  waits for test: latch #1, to write, held by #3 b (taken at held_test.go:N), from the key
#3 b, spawned at held_test.go:N by #1, which has ended
  waits for test: latch #2, to write, held by #2 a (taken at held_test.go:N), from the key
#4 behind, spawned at held_test.go:N by #1, which has ended
  waits for test: latch #2, to write, held by #2 a (taken at held_test.go:N), from the key
a cycle of waits: #2 a waits for test: latch #1, to write, held by #3 b (taken at held_test.go:N), from the key; `+
		`#3 b waits for test: latch #2, to write, held by #2 a (taken at held_test.go:N), from the key`)
}

func TestCyclesAreFoundThroughAllThatATaskWaitsFor(t *testing.T) {
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
		cycle string // what the tasks of the cycle wait for; "": there is none
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
				return edo.WithScope(task, func(s *edo.Scope) error {
					edo.Go(s, func(task *edo.Task) error { return timer.Sleep(task, time.Minute) })
					edo.Go(s, wants(l))
					return nil
				})
			})(task)
		}, "edo: the end of the 1 tasks of a scope|test: latch, to write"},
		{"scope with a deadline", func(task *edo.Task, l *latch) error {
			return hold(l, func(task *edo.Task) error {
				return edo.WithScope(task, func(s *edo.Scope) error {
					edo.Go(s, wants(l))
					return nil
				}, edo.ScopeTimeout(time.Hour))
			})(task)
		}, ""},
		{"join set", func(task *edo.Task, l *latch) error {
			return hold(l, func(task *edo.Task) error {
				var set edo.JoinSet[edo.Unit]
				defer set.Close()
				set.Go(task, func(task *edo.Task) (edo.Unit, error) { return edo.Unit{}, wants(l)(task) })
				_, _, err := edo.Next(task, &set)
				return err
			})(task)
		}, "edo: the end of one of the 1 tasks of a join set|test: latch, to write"},
		{"spawn in a full join set", func(task *edo.Task, l *latch) error {
			return hold(l, func(task *edo.Task) error {
				set := edo.NewJoinSet[edo.Unit](1)
				defer set.Close()
				for range 2 {
					set.Go(task, func(task *edo.Task) (edo.Unit, error) { return edo.Unit{}, wants(l)(task) })
				}
				return nil
			})(task)
		}, "edo: a spawn in a join set (1 tasks, limit 1)|test: latch, to write"},
		{"select", func(task *edo.Task, l *latch) error {
			return hold(l, func(task *edo.Task) error {
				h, k := edo.Go(task, wants(l)), edo.Go(task, wants(l))
				nothing := func(edo.Unit, error) error { return nil }
				return edo.NewSelect(edo.OnFuture(h, nothing), edo.OnFuture(k, nothing)).Next(task)
			})(task)
		}, "edo: the end of a task or edo: the end of a task|test: latch, to write"},
		{"select with a way out", func(task *edo.Task, l *latch) error {
			return hold(l, func(task *edo.Task) error {
				_, rx := mpsc.New[int](1)
				nothing := func(edo.Unit, error) error { return nil }
				return edo.NewSelect(edo.OnFuture(edo.Go(task, wants(l)), nothing), edo.On(rx, func(int, error) error { return nil })).Next(task)
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
				want = append(want, c.cycle[i+1:]+"|"+c.cycle[:i]) // it begins with either
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

func TestWaitInAScopeEndsWithItsDeadline(t *testing.T) {
	await := func(task *edo.Task) error { _, err := edo.Await(task, &gate{name: "shut"}); return err }
	until := map[string]string{}
	s := snapshotOnce(t, func(task *edo.Task) error {
		h := edo.Go(task, func(task *edo.Task) error {
			return edo.WithScope(task, func(s *edo.Scope) error {
				edo.Go(s, func(task *edo.Task) error {
					return edo.WithScope(task, func(s *edo.Scope) error {
						edo.Go(s, await, edo.Name("member of a member"))
						return await(task)
					}, edo.ScopeTimeout(3*time.Hour))
				}, edo.Name("member"))
				edo.Go(s, func(task *edo.Task) error {
					return edo.WithScope(task, func(s *edo.Scope) error { return await(task) }, edo.ScopeTimeout(time.Hour))
				}, edo.Name("sooner"))
				edo.Go(s, func(task *edo.Task) error {
					return edo.Shielded(task, func(task *edo.Task) error { return timer.Sleep(task, 2*time.Hour) })
				}, edo.Name("shielded"))
				edo.Spawn(s, &gate{name: "shut"}, edo.Name("future"))
				edo.Blocking(s, func(task *edo.Task) (edo.Unit, error) { return edo.Unit{}, await(task) }, edo.Name("blocking"))
				return await(task)
			}, edo.ScopeTimeout(90*time.Minute))
		}, edo.Name("owner"))
		edo.Go(task, func(task *edo.Task) error { return timer.Sleep(task, time.Minute) }, edo.Name("free"))
		if _, err := h.Await(task); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		return nil
	})
	for _, i := range s.Tasks {
		if strings.Contains(i.Name, "snapshotOnce") {
			continue
		}
		until[i.Name] = i.Waits[0].Until.Sub(s.Time).String()
	}
	want := map[string]string{
		"owner": "1h30m0s", "member": "1h30m0s", "member of a member": "1h30m0s", "sooner": "1h0m0s",
		"shielded": "2h0m0s", "future": "1h30m0s", "blocking": "1h30m0s", "free": "1m0s",
	}
	if !reflect.DeepEqual(until, want) {
		t.Errorf("got %v\nwant %v", until, want)
	}
}

func TestJoinOfATaskThatHasEndedSaysSo(t *testing.T) {
	for _, trace := range []bool{false, true} {
		err := sim.Run(1, func(task *edo.Task) error {
			h := edo.Go(task, func(*edo.Task) error { return nil })
			if !trace {
				h = edo.Go(task, func(*edo.Task) error { return nil }, edo.Name("quick"))
			}
			for !h.Finished() {
				edo.Yield(task)
			}
			waits := edotest.Waits(edotest.NewTask(), edo.Future[edo.Unit](h))
			by := "quick"
			if trace {
				by = "#2 github.com/edo-go/edo_test.TestJoinOfATaskThatHasEndedSaysSo.func1.1"
			}
			if want := []edo.Wait{{On: "edo: the end of a task, which has ended", By: []string{by}}}; !reflect.DeepEqual(waits, want) {
				t.Errorf("got %v\nwant %v", waits, want)
			}
			return nil
		}, sim.WithConfig(sim.Config{Runtime: edo.Config{Trace: trace}}))
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestResultsOfAJoinSetThatAreReadySayHowMany(t *testing.T) {
	err := sim.Run(1, func(task *edo.Task) error {
		var set edo.JoinSet[int]
		defer set.Close()
		for range 3 {
			set.Go(task, func(*edo.Task) (int, error) { return 1, nil })
		}
		timer.Sleep(task, time.Second)
		for left := 3; left > 0; left-- {
			waits := edotest.WaitsNext(edotest.NewTask(), edo.Stream[int](&set))
			if want := fmt.Sprintf("edo: a result of a join set (%d have ended)", left); len(waits) != 1 || waits[0].On != want || waits[0].Held != nil {
				t.Errorf("got %v, want %s", waits, want)
			}
			if _, _, err := edo.Next(task, edo.Stream[int](&set)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestHolderThatHasEndedIsNamedAndIsNoCycle(t *testing.T) {
	l := latch{kind: "lock"}
	err := sim.Run(1, func(task *edo.Task) error {
		if _, err := edo.Go(task, func(task *edo.Task) error { return l.Take(task) }, edo.Name("careless")).Await(task); err != nil {
			return err
		}
		edo.Go(task, func(task *edo.Task) error { return l.Take(task) }, edo.Name("waiting"))
		return nil
	})
	var stall *edo.StallError
	if !errors.As(err, &stall) || stall.Snapshot.Cycles != nil {
		t.Fatalf("got %v", err)
	}
	requireText(t, stall.Error(), `edo: nothing can happen any more, and these tasks wait:
waiting
  waits for test: lock #1, to write, held by careless, which has ended (taken at held_test.go:N), from the key`)
}

// crowd is a leaf that tasks wait for, each of which may end the waits of another leaf.
type crowd struct{ tasks []report.Holder }

func (c *crowd) Poll(cx *edo.Context) (int, edo.Poll, error) {
	if cx.Proceed(nil) {
		c.tasks = append(c.tasks, report.Holder{Task: report.RefTo(cx.Internal(internal.Key{}).Root())})
	}
	return 0, edo.Pending, nil
}

// room is a leaf that says that a crowd can end its waits.
type room struct {
	crowd *crowd
	as    report.As
	more  bool
}

func (r room) Poll(cx *edo.Context) (int, edo.Poll, error) {
	cx.Proceed(r)
	return 0, edo.Pending, nil
}

func (r room) Waits(*edo.Context) edo.Wait {
	return edo.Wait{On: "test: room", By: []string{"one of them"}, Held: &report.Held{By: r.crowd.tasks, As: r.as, More: r.more}}
}

func TestReportNamesAFewOfManyThatCanEndAWait(t *testing.T) {
	var few, many crowd
	err := sim.Run(1, func(task *edo.Task) error {
		for range 7 {
			edo.Spawn(task, &many, edo.Name("it"))
		}
		for range 2 {
			edo.Spawn(task, &few, edo.Name("they"))
		}
		timer.Sleep(task, time.Second)
		edo.Spawn(task, room{&many, report.HeldBy, false}, edo.Name("many"))
		edo.Spawn(task, room{&few, report.HeldBy, true}, edo.Name("few, and more"))
		edo.Spawn(task, room{&few, report.From, false}, edo.Name("from"))
		edo.Spawn(task, room{&few, report.Named, false}, edo.Name("named"))
		return nil
	})
	for _, want := range []string{
		"many\n  waits for test: room, held by it, it, it, it, and 3 more, from one of them\n",
		"few, and more\n  waits for test: room, held by they, they, and others, from one of them\n",
		"from\n  waits for test: room, from one of them, they, they\n",
		"named\n  waits for test: room, from one of them\n",
	} {
		if !strings.Contains(fmt.Sprintln(err), want) {
			t.Errorf("no %q in\n%v", want, err)
		}
	}
}

func TestHeldIsNoPartOfASnapshot(t *testing.T) {
	var x, y latch
	s := sim.New(sim.Config{Seed: 1})
	var rt *edo.Runtime
	s.Start(func(task *edo.Task) error {
		rt = task.Runtime()
		deadlock(task, &x, &y)
		return nil
	})
	s.RunUntilIdle()
	want := rt.Snapshot()
	for _, i := range want.Tasks {
		if i.Waits[0].Held != nil || len(i.Waits[0].HeldBy) != 1 {
			t.Errorf("got %+v", i)
		}
	}
	var out bytes.Buffer
	if err := edo.DumpJSON(&out); err != nil {
		t.Fatal(err)
	}
	var got []edo.Snapshot
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, []edo.Snapshot{want}) || len(want.Cycles) != 1 {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
	var stall *edo.StallError
	if err := s.Wait(); !errors.As(err, &stall) {
		t.Errorf("got %v", err)
	}
}
