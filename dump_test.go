package edo_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/oneshot"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/timer"
)

// gate is a leaf that waits until it is opened, with a name to wait for.
type gate struct {
	name  string
	open  bool
	waker edo.Waker
	polls int // those in which it could go on
}

func (g *gate) Poll(cx *edo.Context) (int, edo.Poll, error) {
	if !cx.Proceed(g) {
		return 0, edo.Pending, nil
	}
	g.polls++
	if g.open {
		return 7, edo.Ready, nil
	}
	g.waker = cx.Waker()
	return 0, edo.Pending, nil
}

func (g *gate) Waits(*edo.Context) edo.Wait {
	return edo.Wait{On: "gate: " + g.name, By: []string{"whoever opens it"}}
}

func (g *gate) Open() {
	g.open = true
	g.waker.Wake()
}

// snapshotOf runs main in a simulation until it waits, and returns what its tasks do
// then; after that it calls release, and the simulation must end without an error.
func snapshotOf(t *testing.T, c edo.Config, main func(task *edo.Task) error, release func()) (all edo.Snapshot) {
	t.Helper()
	s := sim.New(sim.Config{Seed: 1, Runtime: c})
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

func TestSnapshotSaysWhatEachTaskWaitsForAndChangesNothing(t *testing.T) {
	direct, future, blocking, inner := &gate{name: "direct"}, &gate{name: "future"}, &gate{name: "blocking"}, &gate{name: "inner"}
	tx, rx := mpsc.New[int](1)
	s := snapshotOf(t, edo.Config{}, func(task *edo.Task) error {
		await := func(g *gate) func(task *edo.Task) (int, error) {
			return func(task *edo.Task) (int, error) {
				v, err := edo.Await(task, g)
				if v != 7 || err != nil {
					t.Errorf("%s: got %v, %v", g.name, v, err)
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
		for _, g := range []*gate{direct, future, blocking, inner} {
			if g.polls != 1 {
				t.Errorf("%s was polled %d times", g.name, g.polls)
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
	delete(got, "github.com/edo-go/edo_test.snapshotOf.func1")
	want := map[string][]string{"a": {"gate: direct"}, "b": {"gate: future"}, "c": {"gate: blocking"}, "d": {"gate: inner"}, "e": {"mpsc: receive"}}
	if !reflect.DeepEqual(got, want) || len(s.Tasks) != 6 {
		t.Errorf("%d tasks; got %v\nwant %v", len(s.Tasks), got, want)
	}
}

func TestDumpShowsTheTreeOfWhoSpawnedWhom(t *testing.T) {
	g := &gate{name: "shared"}
	other := &gate{name: "other"}
	s := snapshotOf(t, edo.Config{Trace: true}, func(task *edo.Task) error {
		h := edo.Go(task, func(task *edo.Task) error {
			edo.Spawn(task, other, edo.Name("grandchild"))
			_, err := edo.Await(task, g)
			return err
		}, edo.Name("child"))
		edo.Go(task, func(task *edo.Task) error {
			edo.Go(task, func(task *edo.Task) error { return timer.Sleep(task, time.Minute) }, edo.Name("orphan"))
			return nil
		}, edo.Name("short"))
		_, err := h.Await(task)
		return err
	}, func() { g.Open(); other.Open() })
	file := regexp.MustCompile(`/\S*/`)
	got := file.ReplaceAllString(s.String(), "")
	got = regexp.MustCompile(`_test.go:\d+`).ReplaceAllString(got, "_test.go:N")
	want := `#1 edo_test.snapshotOf.func1
  waits for edo: the end of a task, from #2 child
    #2 child, spawned at dump_test.go:N
      waits for gate: shared, from whoever opens it
        #5 grandchild, spawned at dump_test.go:N
          waits for gate: other, from whoever opens it
#4 orphan, spawned at dump_test.go:N by #3, which has ended
  waits for timer: sleep, until 2000-01-01 00:01:00.000
`
	if got = strings.ReplaceAll(got, "github.com", ""); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestDumpJSONIsTheSnapshots(t *testing.T) {
	g := &gate{name: "shared"}
	var out bytes.Buffer
	s := sim.New(sim.Config{Seed: 1, Runtime: edo.Config{Trace: true}})
	var rt *edo.Runtime
	s.Start(func(task *edo.Task) error {
		rt = task.Runtime()
		_, err := edo.Await(task, g)
		return err
	})
	s.RunUntilIdle()
	if err := edo.DumpJSON(&out); err != nil {
		t.Fatal(err)
	}
	var got []edo.Snapshot
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if want := []edo.Snapshot{rt.Snapshot()}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
	out.Reset()
	if err := edo.Dump(&out); err != nil || out.String() != rt.Snapshot().String() {
		t.Errorf("%v:\n%s", err, out.String())
	}
	broken := errors.New("disk full")
	if err := edo.Dump(writerFunc(func([]byte) (int, error) { return 0, broken })); err != broken {
		t.Errorf("got %v", err)
	}
	g.Open()
	if err := s.Wait(); err != nil {
		t.Fatal(err)
	}
}

type writerFunc func(p []byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

func TestDumpGroupsTasksThatDoTheSame(t *testing.T) {
	g := make([]gate, 1000)
	s := snapshotOf(t, edo.Config{}, func(task *edo.Task) error {
		for i := range g {
			g[i].name = "one of many"
			edo.Spawn(task, &g[i])
		}
		return nil
	}, func() {
		for i := range g {
			g[i].Open()
		}
	})
	want := "1000 times *edo_test.gate\n  waits for gate: one of many, from whoever opens it\n"
	if got := s.String(); got != want {
		t.Errorf("got %s", got)
	}
}

func TestTracedTasksAreListedBeforeTheyHaveEverRun(t *testing.T) {
	for _, trace := range []bool{false, true} {
		var s edo.Snapshot
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

// rude is a future that keeps no rule: it goes on in every poll but the first.
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

func TestFutureThatGoesOnWhenItIsOnlyAskedLosesNothing(t *testing.T) {
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

// snapshotOnce runs main in a simulation, and takes one snapshot when it waits.
func snapshotOnce(t *testing.T, main func(task *edo.Task) error) (all edo.Snapshot) {
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

func TestDumpWhileEverythingRunsDisturbsNothing(t *testing.T) {
	for _, c := range configs {
		t.Run(c.name, func(t *testing.T) {
			messages := 2000
			if c.config.CurrentThread {
				messages = 100 // it stands still during each dump
			}
			stop := make(chan struct{})
			var dumps sync.WaitGroup
			err := edo.Run(func(task *edo.Task) error {
				rt := task.Runtime()
				for range 2 {
					dumps.Go(func() {
						for {
							select {
							case <-stop:
								return
							default:
								io.WriteString(io.Discard, rt.Snapshot().String())
							}
						}
					})
				}
				defer close(stop)
				var all []*edo.JoinHandle[edo.Unit]
				for range 8 {
					tx, rx := mpsc.New[int](1)
					back, answers := mpsc.New[int](1)
					all = append(all, edo.Go(task, func(task *edo.Task) error {
						defer back.Close()
						for want := 0; ; want++ {
							v, err := rx.Recv(task)
							if errors.Is(err, edo.ErrClosed) && want == messages {
								return nil
							}
							if err != nil || v != want {
								return fmt.Errorf("received %d, %v, want %d", v, err, want)
							}
							if err := back.Send(task, v); err != nil {
								return err
							}
						}
					}))
					all = append(all, edo.Go(task, func(task *edo.Task) error {
						defer tx.Close()
						for i := range messages {
							if err := tx.Send(task, i); err != nil {
								return err
							}
							if v, ok, err := edo.Next(task, answers); v != i || !ok || err != nil {
								return fmt.Errorf("answer %d, %v, %v, want %d", v, ok, err, i)
							}
							if i%100 == 0 {
								one, other := oneshot.New[int]()
								edo.Blocking(task, func(*edo.Task) (int, error) { return 0, one.Send(i) })
								if v, err := other.Recv(task); v != i || err != nil {
									return fmt.Errorf("oneshot: %v, %v", v, err)
								}
							}
						}
						return nil
					}))
				}
				for _, h := range all {
					if _, err := h.Await(task); err != nil {
						return err
					}
				}
				return nil
			}, quiet(c.config))
			dumps.Wait()
			if err != nil {
				t.Fatal(err)
			}
		})
	}
}

func TestShutdownReportSaysWhereATaskWasSpawnedAndWhatItWaitsFor(t *testing.T) {
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
	if i.Name != "stubborn" || !strings.Contains(i.Spawned, "dump_test.go:") || i.State != "running" || !i.Cancelled {
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

func ExampleDump() {
	edo.Run(func(task *edo.Task) error {
		tx, rx := oneshot.New[int]()
		edo.Go(task, func(task *edo.Task) error {
			_, err := rx.Recv(task)
			return err
		}, edo.Name("reader"))
		if err := timer.Sleep(task, time.Millisecond); err != nil {
			return err
		}
		edo.Dump(os.Stdout)
		return tx.Send(1)
	})
}

func BenchmarkSnapshot(b *testing.B) {
	const tasks = 10_000
	for _, style := range []string{"future", "direct"} {
		b.Run(style, func(b *testing.B) {
			s := sim.New(sim.Config{Seed: 1})
			gates := make([]gate, tasks)
			var rt *edo.Runtime
			s.Start(func(task *edo.Task) error {
				rt = task.Runtime()
				for i := range gates {
					if style == "future" {
						edo.Spawn(task, &gates[i])
					} else {
						edo.Go(task, func(task *edo.Task) error { _, err := edo.Await(task, &gates[i]); return err })
					}
				}
				return nil
			})
			s.RunUntilIdle()
			for b.Loop() {
				if n := len(rt.Snapshot().Tasks); n != tasks {
					b.Fatal(n)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/tasks, "ns/task")
			for i := range gates {
				gates[i].Open()
			}
			s.Wait()
		})
	}
}

func BenchmarkSpawnTraced(b *testing.B) {
	for _, trace := range []bool{false, true} {
		b.Run(fmt.Sprint(trace), func(b *testing.B) {
			b.ReportAllocs()
			edo.Run(func(task *edo.Task) error {
				for i := 0; b.Loop(); i++ {
					edo.Spawn(task, edo.YieldFuture())
					if i%1000 == 0 {
						edo.Yield(task)
					}
				}
				return nil
			}, edo.WithConfig(edo.Config{CurrentThread: true, Trace: trace}))
		})
	}
}
