package survey_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/held"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/report"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/timer"
)

// newIslandRuntime makes a runtime that sends the reports of islands to the channel told. It
// is shut down at the end of the test. Other errors fail the test.
func newIslandRuntime(t *testing.T, c edo.Config) (rt *edo.Runtime, told chan *edo.StallError) {
	t.Helper()
	told = make(chan *edo.StallError, 100)
	c.OnError = func(err error) {
		var stall *edo.StallError
		if errors.As(err, &stall) {
			told <- stall
		} else if !errors.Is(err, edo.ErrCancelled) {
			t.Error(err)
		}
	}
	rt, err := edo.New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := rt.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return rt, told
}

func names(s report.Snapshot) (all []string) {
	for _, i := range s.Tasks {
		all = append(all, i.Name)
	}
	return all
}

// lively are kinds of tasks that keep a program from stalling as a whole.
var lively = map[string]func(rt *edo.Runtime){
	"timer": func(rt *edo.Runtime) {
		edo.Go(rt, func(task *edo.Task) error { return timer.Sleep(task, time.Hour) }, edo.Name("sleeper"))
	},
	"listener": func(rt *edo.Runtime) {
		edo.Go(rt, func(task *edo.Task) error {
			l, err := socket.Listen(task, "tcp", "127.0.0.1:0")
			if err != nil {
				return err
			}
			defer l.Close()
			_, err = l.Accept(task)
			return err
		}, edo.Name("acceptor"))
	},
	"signals": func(rt *edo.Runtime) { insideOf(rt).Signals.Store(true) },
	"tasks that go on": func(rt *edo.Runtime) {
		edo.Go(rt, func(task *edo.Task) error {
			for {
				if err := edo.Yield(task); err != nil {
					return err
				}
			}
		}, edo.Name("busy"))
	},
	"nothing, and its maker may spawn": nil,
}

func TestIslandIsReportedOnceWhileOtherTasksGoOn(t *testing.T) {
	for name, live := range lively {
		for _, c := range tasktest.Kinds {
			t.Run(name+"/"+c.Name, func(t *testing.T) {
				c.Config.StallAfter, c.Config.Trace = time.Millisecond, true
				rt, told := newIslandRuntime(t, c.Config)
				if live != nil {
					live(rt)
				}
				for i := range 3 {
					a, b := latch{}, latch{kind: fmt.Sprint("lock", i)}
					spawnDeadlock(rt, &a, &b)
					if live != nil && i == 0 {
						go rt.Wait() // not earlier: without a task it ends the runtime
					}
					stall := <-told
					if !stall.Island || len(stall.Snapshot.Tasks) != 2 || len(stall.Snapshot.Cycles) != 1 || len(stall.Snapshot.Cycles[0]) != 2 {
						t.Fatalf("got %v", stall)
					}
					if text := stall.Error(); !strings.HasPrefix(text, "edo: 2 tasks wait for each other and cannot go on, while others do:\n#") ||
						!strings.Contains(text, "\na cycle of waits: #") || !strings.Contains(text, fmt.Sprint("test: lock", i)) {
						t.Errorf("got %s", text)
					}
				}
				for range 3 {
					edo.Block(rt, context.Background(), edo.Yield)
					watchOf(rt).Look()
				}
				select {
				case again := <-told:
					t.Errorf("told again: %v", again)
				default:
				}
				if watchOf(rt).Reported() != 6 {
					t.Errorf("%d tasks were told of", watchOf(rt).Reported())
				}
			})
		}
	}
}

func TestReportOfAnIslandHasTheTasksThatWaitForIt(t *testing.T) {
	var a, b latch
	rt, told := newIslandRuntime(t, edo.Config{StallAfter: -1, Workers: 2, Trace: true})
	spawnDeadlock(rt, &a, &b)
	untilIdle(rt, 2)
	for range 20 {
		edo.Go(rt, func(task *edo.Task) error { return a.Take(task) }, edo.Name("behind"))
		edo.Go(rt, func(task *edo.Task) error { _, err := edo.Await(task, &tasktest.Gate{}); return err }, edo.Name("elsewhere"))
	}
	untilIdle(rt, 42)
	watchOf(rt).Look()
	stall := <-told
	RequireText(t, stall.Error(), `edo: 22 tasks wait for each other and cannot go on, while others do:
#1 a, spawned at cycles_test.go:N
  waits for test: latch #1, to write, held by #2 b (taken at cycles_test.go:N), from the key
#2 b, spawned at cycles_test.go:N
  waits for test: latch #2, to write, held by #1 a (taken at cycles_test.go:N), from the key
20 × behind, spawned at island_test.go:N: test: latch #2, to write, held by #1 a (taken at cycles_test.go:N), from the key
a cycle of waits: #1 a waits for test: latch #1, to write, held by #2 b (taken at cycles_test.go:N), from the key; `+
		`#2 b waits for test: latch #2, to write, held by #1 a (taken at cycles_test.go:N), from the key`)
}

func TestIslandAmongManyTasksIsFoundAfterSomeLooks(t *testing.T) {
	for _, alone := range []bool{false, true} {
		var a, b latch
		rt, told := newIslandRuntime(t, edo.Config{StallAfter: -1, CurrentThread: alone})
		n, perLook := 25_000, 10_000
		if alone {
			n, perLook = 5_000, 2_000
		}
		for range n {
			edo.Spawn(rt, &tasktest.Gate{Name: "shut"})
		}
		spawnDeadlock(rt, &a, &b)
		untilIdle(rt, n+2)
		looks := 0
		var stall *edo.StallError
		for ; stall == nil && looks < 4; looks++ {
			watchOf(rt).Look()
			select {
			case stall = <-told:
			default:
				runtime.Gosched()
			}
		}
		if stall == nil {
			stall = <-told // the report comes
		}
		if got := names(stall.Snapshot); len(got) != 2 || looks > n/perLook+2 {
			t.Errorf("after %d looks: %v", looks, got)
		}
	}
}

func TestLookAsksALimitedNumberOfTasksAndNoneWithoutActivity(t *testing.T) {
	rt, _ := newIslandRuntime(t, edo.Config{StallAfter: -1, Workers: 2})
	for range 15_000 {
		edo.Spawn(rt, &tasktest.Gate{Name: "shut"})
	}
	untilIdle(rt, 15_000)
	for i, want := range []int{10_000, 5_000, 0, 0} {
		if got := watchOf(rt).SampleLen(); got != want {
			t.Errorf("look %d asks %d tasks, want %d", i, got, want)
		}
	}
	edo.Spawn(rt, &tasktest.Gate{Name: "shut"})
	untilIdle(rt, 15_001)
	for i, want := range []int{10_000, 5_001, 0} {
		if got := watchOf(rt).SampleLen(); got != want {
			t.Errorf("look %d after something happened asks %d tasks, want %d", i, got, want)
		}
	}
}

// The poll may be the last one before the worker parks: no other one would make a look.
func TestALookDuringAPollThatDoesNotReturnIsRepeated(t *testing.T) {
	rt, _ := newIslandRuntime(t, edo.Config{StallAfter: -1, CurrentThread: true})
	edo.Spawn(rt, &tasktest.Gate{Name: "shut"})
	untilIdle(rt, 1)
	began, release := make(chan struct{}), make(chan struct{})
	edo.Go(rt, func(*edo.Task) error { close(began); <-release; return nil })
	<-began
	watchOf(rt).Look()
	if watchOf(rt).SampleLen() == 0 {
		t.Error("the next look asks no task")
	}
	close(release)
}

// fickle is a leaf that names a holder only the first time that it is asked.
type fickle struct {
	crowd *crowd
	asked *atomic.Int32
}

func (f fickle) Poll(cx *edo.Context) (int, edo.Poll, error) {
	if !cx.Proceed(f) {
		return 0, edo.Pending, nil
	}
	return f.crowd.Poll(cx)
}

func (f fickle) Waits(*edo.Context) edo.Wait {
	w := edo.Wait{On: "test: fickle"}
	if f.asked.Add(1) <= 2 { // each of the two
		w.SetHeld(&held.Held{By: f.crowd.tasks, Every: true})
	}
	return w
}

func TestWaitsOfDifferentMomentsAreNoIsland(t *testing.T) {
	rt, told := newIslandRuntime(t, edo.Config{StallAfter: -1, Workers: 1})
	var all crowd
	var asked atomic.Int32
	for range 2 {
		edo.Spawn(rt, fickle{&all, &asked})
	}
	untilIdle(rt, 2)
	watchOf(rt).Look()
	if n := asked.Load(); n != 3 { // both tasks, and one of them again to confirm
		t.Errorf("asked %d times", n)
	}
	asked.Store(0)
	if s := rt.Snapshot(); s.Cycles != nil || asked.Load() != 3 {
		t.Errorf("got %v, asked %d times", s, asked.Load())
	}
	if len(told) != 0 || watchOf(rt).Reported() != 0 {
		t.Errorf("told: %v", <-told)
	}
}

func TestTasksThatContendForLocksInOrderAreNoIsland(t *testing.T) {
	for _, c := range tasktest.Kinds {
		t.Run(c.Name, func(t *testing.T) {
			c.Config.StallAfter = time.Millisecond
			rt, told := newIslandRuntime(t, c.Config)
			var a, b latch
			var all []*edo.JoinHandle[edo.Unit]
			for range 4 {
				all = append(all, edo.Go(rt, func(task *edo.Task) error {
					for range 200 {
						if err := a.Take(task); err != nil {
							return err
						}
						if err := b.Take(task); err != nil {
							return err
						}
						if err := edo.Yield(task); err != nil {
							return err
						}
						b.Release()
						a.Release()
					}
					return nil
				}))
			}
			stop := make(chan struct{})
			go func() {
				defer close(stop)
				edo.Block(rt, context.Background(), func(task *edo.Task) error {
					for _, h := range all {
						if _, err := h.Await(task); err != nil {
							t.Error(err)
						}
					}
					return nil
				})
			}()
			for running := true; running; {
				select {
				case <-stop:
					running = false
				default:
					watchOf(rt).Look()
				}
			}
			if len(told) != 0 {
				t.Errorf("told: %v", <-told)
			}
		})
	}
}

func TestStallOfTheWholeProgramIsNoIslandAsWell(t *testing.T) {
	var a, b latch
	rt, told := newIslandRuntime(t, edo.Config{StallAfter: time.Millisecond, Workers: 2})
	released := make(chan struct{})
	edo.Blocking(rt, func(*edo.Task) (int, error) { <-released; return 0, nil }) // the runtime is not quiet until then
	go rt.Wait()
	for isOpen(rt) {
		runtime.Gosched()
	}
	g := &tasktest.Gate{Name: "shut"}
	edo.Block(rt, context.Background(), func(task *edo.Task) error {
		edo.Spawn(task, g)
		return nil
	})
	close(released)
	if stall := <-told; stall.Island {
		t.Fatalf("got %v", stall)
	}
	edo.Block(rt, context.Background(), func(task *edo.Task) error {
		spawnDeadlock(task, &a, &b)
		return nil
	})
	reports := 0
	for whole := false; !whole; reports++ {
		stall := <-told
		whole = !stall.Island
		if len(stall.Snapshot.Cycles) != 1 {
			t.Errorf("got %v", stall)
		}
	}
	watchOf(rt).Look()
	if n := watchOf(rt).Reported(); n != 2 || reports > 2 {
		t.Errorf("%d tasks and %d reports", n, reports)
	}
	select {
	case again := <-told:
		t.Errorf("reported again: %v", again)
	default:
	}
	g.Open()
}

func TestWatchForgetsTasksThatHaveEnded(t *testing.T) {
	rt, told := newIslandRuntime(t, edo.Config{StallAfter: -1, Workers: 2})
	var self atomic.Pointer[edo.JoinHandle[edo.Unit]]
	h := edo.Go(rt, func(task *edo.Task) error {
		for self.Load() == nil {
			if err := edo.Yield(task); err != nil {
				return err
			}
		}
		_, err := self.Load().Await(task)
		return err
	}, edo.Name("narcissus"))
	self.Store(h)
	untilIdle(rt, 1)
	watchOf(rt).Look()
	RequireText(t, (<-told).Error(), `edo: a task waits for itself and cannot go on, while others do:
narcissus
  waits for edo: the end of a task, from narcissus, which is this one
a task that waits for itself: narcissus waits for edo: the end of a task, from narcissus, which is this one`)
	h.Abort()
	edo.Block(rt, context.Background(), func(task *edo.Task) error { _, err := h.Await(task); return err })
	edo.Spawn(rt, &tasktest.Gate{})
	untilIdle(rt, 1)
	watchOf(rt).Look()
	if n := watchOf(rt).Reported(); n != 0 {
		t.Errorf("%d", n)
	}
}

func TestSimulatedProgramHasNoWatch(t *testing.T) {
	var a, b latch
	var told []error
	err := sim.Run(1, func(task *edo.Task) error {
		spawnDeadlock(task, &a, &b)
		return timer.Sleep(task, time.Hour)
	}, sim.WithConfig(sim.Config{Runtime: edo.Config{StallAfter: time.Second, OnError: func(err error) { told = append(told, err) }}}))
	var stall *edo.StallError
	if !errors.As(err, &stall) || stall.Island || len(stall.Snapshot.Cycles) != 1 || len(told) != 0 {
		t.Errorf("got %v, told %v", err, told)
	}
}
