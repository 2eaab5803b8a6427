package survey_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/report"
	"github.com/edo-go/edo/scope"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/timer"
)

// snapshotOf runs main in a simulation until all tasks wait, and takes a snapshot. Then it
// calls release, and the simulation must end without an error.
func snapshotOf(t *testing.T, c edo.Config, main func(task *edo.Task) error, release func()) (all report.Snapshot) {
	t.Helper()
	s := sim.New(sim.Config{Seed: 1, Quiet: true, Runtime: c})
	var rt *edo.Runtime
	s.Start(func(task *edo.Task) error {
		rt = task.Runtime()
		return main(task)
	})
	s.RunUntilIdle()
	all = rt.Snapshot()
	if again := rt.Snapshot(); !reflect.DeepEqual(all, again) {
		t.Errorf("the second snapshot is not the first:\n%v\n%v", all, again)
	}
	release()
	if err := s.Wait(); err != nil {
		t.Error(err)
	}
	return all
}

// snapshotOnce runs main in a simulation, and takes one snapshot when all tasks wait.
func snapshotOnce(t *testing.T, main func(task *edo.Task) error) (all report.Snapshot) {
	t.Helper()
	s := sim.New(sim.Config{Seed: 1})
	var rt *edo.Runtime
	s.Start(func(task *edo.Task) error {
		rt = task.Runtime()
		return main(task)
	})
	s.RunUntilIdle()
	all = rt.Snapshot()
	if err := s.Wait(); err != nil {
		t.Error(err)
	}
	return all
}

func TestSnapshotHasTheWaitsOfEachTaskAndChangesNothing(t *testing.T) {
	direct, future, blocking, inner := &tasktest.Gate{Name: "direct"}, &tasktest.Gate{Name: "future"}, &tasktest.Gate{Name: "blocking"}, &tasktest.Gate{Name: "inner"}
	tx, rx := mpsc.New[int](1)
	s := snapshotOf(t, edo.Config{}, func(task *edo.Task) error {
		await := func(g *tasktest.Gate) func(task *edo.Task) (int, error) {
			return func(task *edo.Task) (int, error) {
				v, err := edo.Await(task, g)
				if v != 7 || err != nil {
					t.Errorf("%s: got %v, %v", g.Name, v, err)
				}
				return v, err
			}
		}
		edo.Go(task, func(task *edo.Task) error { _, err := await(direct)(task); return err }, edo.Name("a"))
		edo.Spawn(task, future, edo.Name("b"))
		edo.Blocking(task, await(blocking), edo.Name("c"))
		edo.Spawn(task, edo.Async(await(inner)), edo.Name("d"))
		edo.Go(task, func(task *edo.Task) error {
			v, ok, err := edo.Next(task, rx)
			if v != 3 || !ok || err != nil {
				t.Errorf("received %v, %v, %v", v, ok, err)
			}
			return nil
		}, edo.Name("e"))
		return timer.Sleep(task, time.Second)
	}, func() {
		for _, g := range []*tasktest.Gate{direct, future, blocking, inner} {
			if g.Polls != 1 {
				t.Errorf("%s was polled %d times", g.Name, g.Polls)
			}
			g.Open()
		}
		tx.TrySend(3)
		tx.Close()
	})
	got := map[string][]string{}
	for _, i := range s.Tasks {
		if i.State != "waiting" || i.ID != 0 || i.Spawned != "" {
			t.Errorf("%+v", i)
		}
		for _, w := range i.Waits {
			got[i.Name] = append(got[i.Name], strings.SplitN(w.On, " (", 2)[0])
		}
	}
	delete(got, "github.com/edo-go/edo/internal/survey_test.snapshotOf.func1")
	want := map[string][]string{"a": {"gate: direct"}, "b": {"gate: future"}, "c": {"gate: blocking"}, "d": {"gate: inner"}, "e": {"mpsc: receive"}}
	if !reflect.DeepEqual(got, want) || len(s.Tasks) != 6 {
		t.Errorf("%d tasks; got %v\nwant %v", len(s.Tasks), got, want)
	}
}

func TestTracedTasksAreListedBeforeTheyHaveEverRun(t *testing.T) {
	for _, trace := range []bool{false, true} {
		var s report.Snapshot
		err := sim.Run(1, func(task *edo.Task) error {
			edo.Go(task, func(*edo.Task) error { return nil }, edo.Name("new"))
			s = task.Runtime().Snapshot()
			return nil
		}, sim.WithConfig(sim.Config{Runtime: edo.Config{Trace: trace}}))
		if err != nil {
			t.Fatal(err)
		}
		var states []string
		for _, i := range s.Tasks {
			states = append(states, i.State)
		}
		if want := map[bool]string{false: "[]", true: "[running runnable]"}[trace]; fmt.Sprint(states) != want {
			t.Errorf("trace %v: %v", trace, states)
		}
	}
}

// rude is a future that breaks the rules: it goes on in each poll but the first.
type rude struct {
	polls int
	panic bool
	drops int
}

func (r *rude) Poll(*edo.Context) (int, edo.Poll, error) {
	r.polls++
	switch {
	case r.polls == 1:
		return 0, edo.Pending, nil
	case r.panic:
		panic("rude")
	}
	return 7, edo.Ready, nil
}

func (r *rude) Drop() { r.drops++ }

func TestFutureThatGoesOnDuringAReportLosesNothing(t *testing.T) {
	quiet, loud, body, blocking := &rude{}, &rude{panic: true}, &rude{}, &rude{}
	var errs []error
	s := snapshotOnce(t, func(task *edo.Task) error {
		h := edo.Spawn(task, quiet)
		p := edo.Spawn(task, loud)
		d := edo.Spawn(task, edo.Async(func(task *edo.Task) (int, error) { return edo.Await(task, body) }))
		b := edo.Blocking(task, func(task *edo.Task) (int, error) { return edo.Await(task, blocking) })
		for _, h := range []*edo.JoinHandle[int]{h, p, d, b} {
			v, err := h.Await(task)
			if err == nil && v != 7 {
				t.Errorf("got %v", v)
			}
			errs = append(errs, err)
		}
		return nil
	})
	var panicked *edo.PanicError
	if len(errs) != 4 || errs[0] != nil || !errors.As(errs[1], &panicked) || errs[2] != nil || errs[3] != nil {
		t.Errorf("got %v, after\n%v", errs, s)
	}
	for _, r := range []*rude{quiet, loud, body, blocking} {
		want := 1
		if r == body || r == blocking {
			want = 0 // borrowed
		}
		if r.polls != 2 || r.drops != want {
			t.Errorf("polled %d times, dropped %d times", r.polls, r.drops)
		}
	}
}

func TestReportDoesNotMakeABodyGoOn(t *testing.T) {
	r := &rude{}
	snapshotOnce(t, func(task *edo.Task) error {
		h := edo.Go(task, func(task *edo.Task) error {
			if v, err := edo.Await(task, r); v != 7 || err != nil {
				t.Errorf("got %v, %v", v, err)
			}
			return edo.Run(func(*edo.Task) error { return nil }) // refused on a worker alone
		})
		if _, err := h.Await(task); err == nil || !strings.Contains(err.Error(), "Run inside a task") {
			t.Errorf("got %v", err)
		}
		return nil
	})
}

func TestRefusedSpawnLeavesNothingInTheReports(t *testing.T) {
	rt, err := edo.New(edo.Config{Trace: true, OnError: func(error) {}})
	if err != nil {
		t.Fatal(err)
	}
	if err := rt.Shutdown(context.Background()); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		edo.Spawn(rt, &tasktest.Gate{})
	}
	if s := rt.Snapshot(); len(s.Tasks) != 0 {
		t.Errorf("got %v", s)
	}
}

func TestShutdownReportHasSpawnPlacesAndWaits(t *testing.T) {
	rt, err := edo.New(edo.Config{Workers: 2, Trace: true, OnError: func(error) {}})
	if err != nil {
		t.Fatal(err)
	}
	release, started := make(chan struct{}), make(chan struct{})
	edo.Blocking(rt, func(*edo.Task) (int, error) {
		close(started)
		<-release
		return 0, nil
	}, edo.Name("stubborn"))
	<-started
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	err = rt.Shutdown(ctx)
	var report *edo.ShutdownError
	if !errors.As(err, &report) || !errors.Is(err, context.Canceled) || len(report.Snapshot.Tasks) != 1 {
		t.Fatalf("got %v", err)
	}
	i := report.Snapshot.Tasks[0]
	if i.Name != "stubborn" || !strings.Contains(i.Spawned, "snapshot_test.go:") || i.State != "running" || !i.Cancelled {
		t.Errorf("got %+v", i)
	}
	if text := err.Error(); !strings.Contains(text, "stubborn, cancelled, spawned at ") {
		t.Errorf("got %v", text)
	}
	close(release)
	if err := rt.Shutdown(context.Background()); err != nil {
		t.Fatal(err)
	}
}

func TestWaitInAScopeEndsWithItsDeadline(t *testing.T) {
	await := func(task *edo.Task) error { _, err := edo.Await(task, &tasktest.Gate{Name: "shut"}); return err }
	until := map[string]string{}
	s := snapshotOnce(t, func(task *edo.Task) error {
		h := edo.Go(task, func(task *edo.Task) error {
			return scope.Run(task, func(s *scope.Scope) error {
				edo.Go(s, func(task *edo.Task) error {
					return scope.Run(task, func(s *scope.Scope) error {
						edo.Go(s, await, edo.Name("member of a member"))
						return await(task)
					}, scope.Timeout(3*time.Hour))
				}, edo.Name("member"))
				edo.Go(s, func(task *edo.Task) error {
					return scope.Run(task, func(s *scope.Scope) error { return await(task) }, scope.Timeout(time.Hour))
				}, edo.Name("sooner"))
				edo.Go(s, func(task *edo.Task) error {
					return edo.Shielded(task, func(task *edo.Task) error { return timer.Sleep(task, 2*time.Hour) })
				}, edo.Name("shielded"))
				edo.Spawn(s, &tasktest.Gate{Name: "shut"}, edo.Name("future"))
				edo.Blocking(s, func(task *edo.Task) (edo.Unit, error) { return edo.Unit{}, await(task) }, edo.Name("blocking"))
				return await(task)
			}, scope.Timeout(90*time.Minute))
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
