package survey_test

import (
	"context"
	"errors"
	"io"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/timer"
)

// waitingOn runs a task of each style that waits for a gate of its own. Once all wait it calls
// look, and then opens the gates: each task must get 7.
func waitingOn(t *testing.T, c edo.Config, gates [3]edo.Future[int], look func(rt *edo.Runtime), open func(i int)) {
	t.Helper()
	c.OnError = func(err error) { t.Error(err) }
	rt, err := edo.New(c)
	if err != nil {
		t.Fatal(err)
	}
	all := []*edo.JoinHandle[int]{
		edo.Spawn(rt, gates[0]),
		edo.Spawn(rt, edo.Async(func(task *edo.Task) (int, error) { return edo.Await(task, gates[1]) })),
		edo.Blocking(rt, func(task *edo.Task) (int, error) { return edo.Await(task, gates[2]) }),
	}
	for m := rt.Metrics(); m.Waiting != 3 || m.Blocking != 0 || m.Idle != m.Workers+m.Spares; m = rt.Metrics() {
		runtime.Gosched()
	}
	look(rt)
	for i, h := range all {
		open(i)
		err := edo.Block(rt, context.Background(), func(task *edo.Task) error {
			v, err := h.Await(task)
			if v != 7 {
				t.Errorf("task %d: got %v", i, v)
			}
			return err
		})
		if err != nil {
			t.Errorf("task %d: %v", i, err)
		}
	}
	if err := rt.Shutdown(context.Background()); err != nil {
		t.Error(err)
	}
}

func TestSnapshotFromALockedThread(t *testing.T) {
	gates := [3]tasktest.Gate{{Name: "a"}, {Name: "b"}, {Name: "c"}}
	waitingOn(t, edo.Config{}, [3]edo.Future[int]{&gates[0], &gates[1], &gates[2]}, func(rt *edo.Runtime) {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		if n := strings.Count(rt.Snapshot().String(), "waits for gate: "); n != 3 {
			t.Errorf("%d wait", n)
		}
	}, func(i int) { gates[i].Open() })
}

// awkward is a gate whose Waits breaks the rules of a leaf.
type awkward struct {
	tasktest.Gate
	do func()
}

func (a *awkward) Poll(cx *edo.Context) (int, edo.Poll, error) {
	if !cx.Proceed(a) {
		return 0, edo.Pending, nil
	}
	return a.Gate.Poll(cx)
}

func (a *awkward) Waits(*edo.Context) edo.Wait {
	a.do()
	return edo.Wait{On: "not reached"}
}

func TestWaitsThatPanicsOrCallsGoexitHarmsNoTask(t *testing.T) {
	for name, do := range map[string]func(){"panic": func() { panic("awkward") }, "Goexit": runtime.Goexit} {
		t.Run(name, func(t *testing.T) {
			gates := [3]awkward{{do: do}, {do: do}, {do: do}}
			waitingOn(t, edo.Config{}, [3]edo.Future[int]{&gates[0], &gates[1], &gates[2]}, func(rt *edo.Runtime) {
				for range 2 {
					text := rt.Snapshot().String()
					if name == "panic" && strings.Count(text, "*survey_test.awkward, whose Waits panics: awkward") != 3 {
						t.Errorf("got %s", text)
					}
				}
			}, func(i int) { gates[i].Open() })
		})
	}
}

func TestTasksOfACurrentThreadRuntimeStandStillWhileTheyAreAsked(t *testing.T) {
	shared := 0 // without a lock: the tasks, and the polls of reports, never run at the same time
	var rt *edo.Runtime
	var dumps sync.WaitGroup
	stop := make(chan struct{})
	err := edo.Run(func(task *edo.Task) error {
		rt = task.Runtime()
		for range 3 {
			edo.Spawn(task, tasktest.PollFunc[int](func(cx *edo.Context) (int, edo.Poll, error) {
				shared++
				cx.Proceed(nil)
				return 0, edo.Pending, nil
			}))
		}
		dumps.Go(func() {
			for range 200 {
				rt.Snapshot()
			}
			close(stop)
		})
		for {
			select {
			case <-stop:
				rt.Metrics()
				go rt.Shutdown(context.Background())
				return nil
			default:
				shared++
				if err := edo.Yield(task); err != nil {
					return err
				}
			}
		}
	}, tasktest.Quiet(edo.Config{CurrentThread: true}))
	dumps.Wait()
	if err != nil {
		t.Fatal(err)
	}
	if shared < 600 {
		t.Errorf("polled %d times", shared)
	}
}

func TestReportOfARuntimeWhoseOnlyWorkerIsHeldUpNamesTheTasks(t *testing.T) {
	rt, err := edo.New(edo.Config{CurrentThread: true})
	if err != nil {
		t.Fatal(err)
	}
	g := &tasktest.Gate{Name: "shut"}
	edo.Spawn(rt, g, edo.Name("waiting"))
	started, release := make(chan struct{}), make(chan struct{})
	edo.Go(rt, func(task *edo.Task) error {
		timer.Sleep(task, time.Millisecond) // a task that has waited is listed
		close(started)
		<-release
		return nil
	}, edo.Name("blocked"))
	<-started
	s := rt.Snapshot()
	if text := s.String(); !s.Busy || !strings.Contains(text, "waiting\n") || !strings.Contains(text, "blocked\n  running") {
		t.Errorf("got %s", text)
	}
	close(release)
	g.Open()
	if err := rt.Wait(); err != nil {
		t.Fatal(err)
	}
}

func TestReportFromOutsideChangesNothingInASeededRun(t *testing.T) {
	run := func(dump bool) (order []int) {
		stop := make(chan struct{})
		var dumps sync.WaitGroup
		err := sim.Run(3, func(task *edo.Task) error {
			rt := task.Runtime()
			if dump {
				dumps.Go(func() {
					for {
						select {
						case <-stop:
							return
						default:
							rt.Snapshot()
						}
					}
				})
			}
			for i := range 100 {
				edo.Go(task, func(task *edo.Task) error {
					for k := range 5 {
						timer.Sleep(task, time.Duration(1+(i*k)%7)*time.Millisecond)
						order = append(order, i)
					}
					return nil
				})
			}
			return nil
		})
		close(stop)
		dumps.Wait()
		if err != nil {
			t.Fatal(err)
		}
		return order
	}
	want := run(false)
	for range 10 {
		if got := run(true); !slices.Equal(got, want) {
			t.Fatalf("got %v\nwant %v", got, want)
		}
	}
}

func TestReportOfARuntimeThatHasEndedIsNotBusy(t *testing.T) {
	var rt *edo.Runtime
	main := func(task *edo.Task) error { rt = task.Runtime(); return nil }
	for name, run := range map[string]func() error{
		"current thread": func() error { return edo.Run(main, edo.WithConfig(edo.Config{CurrentThread: true})) },
		"simulated":      func() error { return sim.Run(1, main) },
	} {
		if err := run(); err != nil {
			t.Fatal(err)
		}
		if s := rt.Snapshot(); s.Busy {
			t.Errorf("%s: got %v", name, s)
		}
	}
}

func TestSnapshotsAtTheSameTimeDoNotCallWaitingTasksRunning(t *testing.T) {
	gates := [3]tasktest.Gate{{Name: "a"}, {Name: "b"}, {Name: "c"}}
	waitingOn(t, edo.Config{Workers: 2}, [3]edo.Future[int]{&gates[0], &gates[1], &gates[2]}, func(rt *edo.Runtime) {
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				for range 2000 {
					for _, i := range rt.Snapshot().Tasks {
						if i.State != "waiting" {
							t.Errorf("%s is %s", i.Name, i.State)
							return
						}
					}
				}
				edo.Dump(io.Discard)
			})
		}
		all.Wait()
	}, func(i int) { gates[i].Open() })
}

func TestTaskWhoseHandleHasResolvedIsInNoReport(t *testing.T) {
	var rt *edo.Runtime
	told := 0
	edo.Run(func(task *edo.Task) error {
		rt = task.Runtime()
		edo.Go(task, func(task *edo.Task) error { return errors.New("failed") }, edo.Name("failed"))
		return nil
	}, edo.WithConfig(edo.Config{CurrentThread: true, Trace: true, OnError: func(error) {
		told++ // the handle has resolved, and the poll has not returned
		for _, i := range rt.Snapshot().Tasks {
			if i.Name == "failed" {
				t.Errorf("listed: %+v", i)
			}
		}
	}}))
	if told != 1 {
		t.Errorf("told %d times", told)
	}
}
