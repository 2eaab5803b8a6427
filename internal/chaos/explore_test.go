package chaos_test

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/chaos"
	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/timer"
)

// recorder is a test that may fail.
type recorder struct {
	failed string
	log    strings.Builder
}

func (r *recorder) Helper()                    {}
func (r *recorder) Name() string               { return "TestSomething" }
func (r *recorder) Logf(f string, args ...any) { fmt.Fprintf(&r.log, f+"\n", args...) }
func (r *recorder) Fatalf(f string, args ...any) {
	r.failed = fmt.Sprintf(f, args...)
	runtime.Goexit()
}

// explore explores in a test of its own, and returns that test.
func explore(seeds int, program func(w *chaos.World)) *recorder {
	r := &recorder{}
	done := make(chan struct{})
	go func() {
		defer close(done)
		chaos.Explore(r, seeds, program)
	}()
	<-done
	return r
}

// ignoreEnvironment hides the environment's choice of seeds from the test.
func ignoreEnvironment(t *testing.T) {
	t.Setenv(sim.SeedVariable, "")
	t.Setenv(sim.SeedsVariable, "")
	t.Setenv(sim.StrategyVariable, "")
}

// atLeast returns how many seeds to ask for, so that so many run.
func atLeast(seeds int) int {
	if invariant.Enabled {
		return 4 * seeds
	}
	return seeds
}

// senders returns a program of three senders in direct style, three that are futures, and
// a receiver.
func senders(fault string) func(w *chaos.World) {
	return func(w *chaos.World) {
		c := &toy{fault: fault, open: 6}
		for i := range 3 {
			name := fmt.Sprint("sender ", i)
			w.Go(name, func(task *edo.Task) error {
				for range 3 {
					v := w.Ledger.New(name)
					if err := c.send(task, v); err != nil {
						v.Kept()
						return err
					}
				}
				return nil
			}, edo.Owns(c))
			name = fmt.Sprint("future ", i)
			chaos.Spawn(w, name, edo.Future[edo.Unit](&turn{c: c, v: w.Ledger.New(name)}), edo.Owns(c))
		}
		w.Steady("receiver", func(task *edo.Task) error {
			for {
				v, ok, err := edo.Next(task, edo.Stream[*chaos.Value](c))
				if !ok {
					return err
				}
				v.Received()
			}
		})
	}
}

func TestAChannelThatPassesOnItsGrantsPasses(t *testing.T) {
	chaos.Explore(t, 400, senders(""))
}

func TestBrokenChannelsAreCaught(t *testing.T) {
	ignoreEnvironment(t)
	for _, c := range []struct{ fault, says string }{
		{"forgets what it was granted", "these tasks wait:\n(.*\n)*(sender|future|receiver)"},
		{"stays in line", "these tasks wait:"},
		{"forgets its value", "future . value|future .'s value 0 is lost"},
		{"sends what was taken back", "was received and kept"},
	} {
		r := explore(atLeast(200), senders(c.fault))
		if !regexp.MustCompile(c.says).MatchString(r.failed) {
			t.Errorf("a channel that %s: got %q, want %q in it", c.fault, r.failed, c.says)
		}
		if !regexp.MustCompile(`replay: EDO_SEED=\d+ go test -run '\^TestSomething\$'`).MatchString(r.failed) ||
			!strings.Contains(r.failed, "aborted, in ") {
			t.Errorf("the failure does not say how to replay it, or which task was aborted: %q", r.failed)
		}
	}
}

func TestStallIsFoundWithoutAborts(t *testing.T) {
	ignoreEnvironment(t)
	r := explore(1, func(w *chaos.World) {
		w.Steady("the one that waits", func(task *edo.Task) error {
			_, err := edo.Await(task, edo.Future[edo.Unit](never{}))
			return err
		})
	})
	if !strings.Contains(r.failed, "these tasks wait:\nthe one that waits") || !strings.Contains(r.failed, "seed 0 fails") {
		t.Fatalf("got %q", r.failed)
	}
}

// never is a future that is never ready.
type never struct{}

func (never) Poll(cx *edo.Context) (u edo.Unit, p edo.Poll, err error) { return u, edo.Pending, nil }

func TestAbortsMeetEverySuspension(t *testing.T) {
	const polls = 6
	var before, ran [polls + 1]int // how many were aborted, and how many have run, after so many of their polls
	chaos.Explore(t, 400, func(w *chaos.World) {
		done := 0
		h := w.Go("victim", func(task *edo.Task) error {
			for done = 1; done < polls; done++ {
				if err := edo.Yield(task); err != nil {
					before[done]++
					return err
				}
			}
			return nil
		})
		w.Check(func() error {
			if !h.Finished() {
				return errors.New("the check ran before the end")
			}
			if done == 0 {
				before[0]++
			}
			ran[done]++
			return nil
		})
	})
	if oneSeed() {
		return
	}
	for n := range polls {
		if before[n] == 0 {
			t.Errorf("no task was aborted after %d polls", n)
		}
	}
	if ran[polls] == 0 {
		t.Error("every task was aborted")
	}
}

// oneSeed reports whether a single seed is replayed: it may not meet every case.
func oneSeed() bool { return os.Getenv(sim.SeedVariable) != "" }

func TestSteadyTasksAreNeverAborted(t *testing.T) {
	chaos.Explore(t, 100, func(w *chaos.World) {
		fn := func(task *edo.Task) error {
			for range 5 {
				if err := edo.Yield(task); err != nil {
					return fmt.Errorf("aborted: %v", err)
				}
			}
			return nil
		}
		w.Steady("steady", fn)
		chaos.SpawnSteady(w, "future", edo.Async(func(task *edo.Task) (int, error) { return 0, fn(task) }))
	})
}

func TestTasksThatSleepAreAbortedBeforeTheyAreWoken(t *testing.T) {
	early := 0
	chaos.Explore(t, 200, func(w *chaos.World) {
		w.Go("sleeper", func(task *edo.Task) error {
			begin := timer.Now(task)
			err := timer.Sleep(task, time.Hour)
			if err != nil && timer.Now(task).Equal(begin) {
				early++
			}
			return err
		})
	})
	if early == 0 && !oneSeed() {
		t.Error("none was aborted")
	}
}

func TestSomeRunsAbortNoTask(t *testing.T) {
	var runs, spared int
	chaos.Explore(t, 200, func(w *chaos.World) {
		runs++
		left := 20
		for range left {
			w.Go("victim", func(task *edo.Task) error {
				for range 10 {
					if err := edo.Yield(task); err != nil {
						return err
					}
				}
				if left--; left == 0 {
					spared++
				}
				return nil
			})
		}
	})
	if spared < runs/20 && !oneSeed() {
		t.Errorf("no task was aborted in %d of %d runs, want about an eighth", spared, runs)
	}
}

func TestOneSeedIsAlwaysTheSameRun(t *testing.T) {
	ignoreEnvironment(t)
	t.Setenv(sim.SeedVariable, "13")
	first, second := explore(1, senders("")), explore(1, senders(""))
	if first.log.String() != second.log.String() || !strings.Contains(first.log.String(), "aborts ") {
		t.Errorf("one run:\n%s\nanother:\n%s", &first.log, &second.log)
	}
}

func TestEnvironmentSaysHowManySeeds(t *testing.T) {
	for _, c := range []struct {
		seed, seeds string
		want        int
		fails       string
	}{
		{"", "", 8, ""},
		{"", "20", 20, ""},
		{"5", "20", 1, ""},
		{"", "many", 0, "EDO_SEEDS is \"many\""},
		{"", "0", 0, "EDO_SEEDS is \"0\""},
	} {
		t.Setenv(sim.SeedVariable, c.seed)
		t.Setenv(sim.SeedsVariable, c.seeds)
		runs := 0
		r := explore(8, func(*chaos.World) { runs++ })
		want := c.want
		if invariant.Enabled && c.seed == "" && c.seeds == "" {
			want /= 4
		}
		if runs != want || !strings.Contains(r.failed, c.fails) || (c.fails == "") != (r.failed == "") {
			t.Errorf("EDO_SEED=%q EDO_SEEDS=%q: %d runs, %q", c.seed, c.seeds, runs, r.failed)
		}
	}
}

func TestEveryFaultOfARunIsReported(t *testing.T) {
	ignoreEnvironment(t)
	for name, c := range map[string]struct {
		program func(w *chaos.World)
		says    string
	}{
		"a lost value":     {func(w *chaos.World) { w.Ledger.New("a") }, "a's value 0 is lost"},
		"a value twice":    {func(w *chaos.World) { v := w.Ledger.New("a"); v.Kept(); v.Drop() }, "a's value 0 was kept and dropped"},
		"a double drop":    {func(w *chaos.World) { v := w.Ledger.New("a"); v.Drop(); v.Drop() }, "dropped and dropped"},
		"a full room":      {func(w *chaos.World) { r := w.Room("the lock", 1); r.Enter(2); r.Leave(2) }, "2 in the lock, which has room for 1"},
		"a room not left":  {func(w *chaos.World) { w.Room("the lock", 1).Enter(1) }, "1 are still in the lock"},
		"a room left":      {func(w *chaos.World) { w.Room("the lock", 1).Leave(1) }, "more have left the lock"},
		"a check":          {func(w *chaos.World) { w.Check(func() error { return errors.New("uneven") }) }, "uneven"},
		"an error":         {func(w *chaos.World) { w.Errorf("odd: %d", 3) }, "odd: 3"},
		"a task's error":   {func(w *chaos.World) { w.Go("a", func(*edo.Task) error { return errors.New("wrong") }) }, "wrong"},
		"a task's panic":   {func(w *chaos.World) { w.Go("a", func(*edo.Task) error { panic("at the disco") }) }, "at the disco"},
		"a program's end":  {func(w *chaos.World) { panic("at the start") }, "at the start"},
		"a task for ever":  {func(w *chaos.World) { w.Steady("a", forever) }, "not ended after 100000 polls"},
		"nothing is wrong": {func(w *chaos.World) {}, ""},
	} {
		if r := explore(1, c.program); !strings.Contains(r.failed, c.says) || c.says == "" && r.failed != "" {
			t.Errorf("%s: got %q, want %q", name, r.failed, c.says)
		}
	}
}

func forever(task *edo.Task) error {
	for {
		if err := edo.Yield(task); err != nil {
			return err
		}
	}
}

func TestLedgerCountsFates(t *testing.T) {
	var l chaos.Ledger
	a, b, c := l.New("x"), l.New("y"), l.New("x")
	a.Received()
	b.Kept()
	if err := l.Check(); err == nil || !strings.Contains(err.Error(), "x's value 1 is lost") {
		t.Errorf("Check() = %v", err)
	}
	c.Drop()
	if got, want := l.Totals(), (chaos.Totals{Created: 3, Received: 1, Kept: 1, Dropped: 1}); got != want || l.Check() != nil {
		t.Errorf("got %+v and %v, want %+v", got, l.Check(), want)
	}
	if c.Owner() != "x" || c.N() != 1 || b.N() != 0 {
		t.Errorf("%s is number %d of %s", c, c.N(), c.Owner())
	}
}

func BenchmarkRun(b *testing.B) {
	program := senders("")
	for b.Loop() {
		chaos.Explore(&recorder{}, 1, program)
	}
}

func TestShrinkingLeavesOutTheAbortsThatDoNotMatter(t *testing.T) {
	ignoreEnvironment(t)
	r := explore(100, func(w *chaos.World) {
		cancelled := 0
		for i := range 6 {
			w.Go(fmt.Sprint("victim ", i), func(task *edo.Task) error {
				for range 20 {
					if err := edo.Yield(task); err != nil {
						cancelled++
						return err
					}
				}
				return nil
			})
		}
		w.Check(func() error {
			if cancelled >= 2 {
				return errors.New("two were aborted")
			}
			return nil
		})
	})
	_, shrunk, _ := strings.Cut(r.failed, "EDO_SCHEDULE=")
	if n := strings.Count(shrunk, " before poll "); n != 2 {
		t.Errorf("%d aborts are left in %s", n, r.failed)
	}
}
