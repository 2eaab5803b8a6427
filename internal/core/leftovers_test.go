package core_test

import (
	"bytes"
	"context"
	"errors"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/internal/carried"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/timer"
)

// leave changes all state of its goroutine that could reach the next task: a thread lock,
// labels, and what a fault does.
func leave() {
	runtime.LockOSThread()
	runtime.LockOSThread()
	label("secret")
	debug.SetPanicOnFault(true)
}

func label(request string) {
	pprof.SetGoroutineLabels(pprof.WithLabels(context.Background(), pprof.Labels("request", request)))
}

// found says what an earlier task has left on the goroutine, and removes it.
func found() string {
	var what []string
	if carried.LabelsHere() != nil {
		what = append(what, "labels")
	}
	if debug.SetPanicOnFault(false) {
		what = append(what, "SetPanicOnFault")
	}
	if carried.Clear() {
		what = append(what, "thread")
	}
	return strings.Join(what, ", ")
}

func leavesAndEnds(*edo.Task) error { leave(); return nil }

// inlineLeaver is a future that calls leave, for SpawnInline.
type inlineLeaver struct{ after int }

func (l *inlineLeaver) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	leave()
	if l.after--; l.after < 0 {
		return edo.Unit{}, edo.Ready, nil
	}
	cx.Yield()
	return edo.Unit{}, edo.Pending, nil
}

// dropLeaver calls leave when it is dropped.
type dropLeaver struct{}

func (dropLeaver) Poll(*edo.Context) (edo.Unit, edo.Poll, error) { return edo.Unit{}, edo.Ready, nil }
func (dropLeaver) Drop()                                         { leave() }

func TestNoTaskFindsLabelsOrLocksThatAnotherHasLeft(t *testing.T) {
	for name, kind := range map[string]struct {
		spawn  func(*edo.Task) *edo.JoinHandle[edo.Unit]
		locked bool // the thread lock is the task's error
	}{
		"a function": {func(task *edo.Task) *edo.JoinHandle[edo.Unit] { return edo.Go(task, leavesAndEnds) }, true},
		"a function that waits": {func(task *edo.Task) *edo.JoinHandle[edo.Unit] {
			return edo.Go(task, func(task *edo.Task) error { leave(); return edo.Yield(task) })
		}, true},
		"a function that panics": {func(task *edo.Task) *edo.JoinHandle[edo.Unit] {
			return edo.Go(task, func(task *edo.Task) error { leave(); panic("on purpose") })
		}, false},
		"a function that exits": {func(task *edo.Task) *edo.JoinHandle[edo.Unit] {
			return edo.Go(task, func(task *edo.Task) error { leave(); runtime.Goexit(); return nil })
		}, false},
		"an Async": {func(task *edo.Task) *edo.JoinHandle[edo.Unit] {
			return edo.Spawn(task, edo.Async(func(*edo.Task) (edo.Unit, error) { leave(); return edo.Unit{}, nil }))
		}, true},
		"an Async inside": {func(task *edo.Task) *edo.JoinHandle[edo.Unit] {
			return edo.Go(task, func(task *edo.Task) error {
				_, err := edo.Await(task, edo.Async(func(*edo.Task) (edo.Unit, error) { leave(); return edo.Unit{}, nil }))
				if what := found(); what != "" {
					t.Error("after Await of an Async the caller has", what)
				}
				return err
			})
		}, true},
		"a future": {func(task *edo.Task) *edo.JoinHandle[edo.Unit] {
			return edo.Spawn(task, future.Lazy(func() (edo.Unit, error) { leave(); return edo.Unit{}, nil }))
		}, true},
		"a future that waits": {func(task *edo.Task) *edo.JoinHandle[edo.Unit] {
			return edo.Spawn(task, &inlineLeaver{after: 1})
		}, true},
		"a future inside its task": {func(task *edo.Task) *edo.JoinHandle[edo.Unit] {
			return edo.SpawnInline[edo.Unit](task, inlineLeaver{})
		}, true},
		"a future inside its task, that waits": {func(task *edo.Task) *edo.JoinHandle[edo.Unit] {
			return edo.SpawnInline[edo.Unit](task, inlineLeaver{after: 1})
		}, true},
		"a future that panics": {func(task *edo.Task) *edo.JoinHandle[edo.Unit] {
			return edo.Spawn(task, future.Lazy(func() (edo.Unit, error) { leave(); panic("on purpose") }))
		}, false},
		"a future that exits": {func(task *edo.Task) *edo.JoinHandle[edo.Unit] {
			return edo.Spawn(task, future.Lazy(func() (edo.Unit, error) { leave(); runtime.Goexit(); return edo.Unit{}, nil }))
		}, false},
		"a Drop": {func(task *edo.Task) *edo.JoinHandle[edo.Unit] {
			return edo.Spawn(task, edo.Future[edo.Unit](dropLeaver{}))
		}, false},
		"a handle that is owned": {func(task *edo.Task) *edo.JoinHandle[edo.Unit] {
			return edo.Go(task, func(task *edo.Task) error { return edo.Yield(task) }, edo.Owns(dropLeaver{}))
		}, false},
		"a goroutine of its own": {func(task *edo.Task) *edo.JoinHandle[edo.Unit] {
			return edo.Blocking(task, func(task *edo.Task) (edo.Unit, error) { leave(); return edo.Unit{}, edo.Yield(task) })
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			tasktest.OnAll(t, func(t *testing.T, opt edo.RunOption) {
				err := edo.Run(func(task *edo.Task) error {
					for range 5 {
						_, err := kind.spawn(task).Await(task)
						if locked := err != nil && strings.Contains(err.Error(), "left its thread locked"); locked != kind.locked {
							t.Errorf("its error: %v", err)
						}
					}
					for range 20 {
						check := func(what string) {
							if f := found(); f != "" {
								t.Errorf("%s finds %s", what, f)
							}
						}
						edo.Go(task, func(task *edo.Task) error { check("a function"); return nil }).Await(task)
						edo.Spawn(task, future.Lazy(func() (edo.Unit, error) { check("a future"); return edo.Unit{}, nil })).Await(task)
						edo.Await(task, edo.Async(func(*edo.Task) (edo.Unit, error) { check("an Async"); return edo.Unit{}, nil }))
						edo.Blocking(task, func(*edo.Task) (edo.Unit, error) { check("a blocking one"); return edo.Unit{}, nil }).Await(task)
					}
					return nil
				}, opt)
				if err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// asking is locked while a goroutine is in labelledHere.
var asking sync.Mutex

// requestLabel returns the request in the labels of its goroutine.
func requestLabel() string {
	l := carried.LabelsHere()
	if l == nil {
		return ""
	}
	asking.Lock()
	defer asking.Unlock()
	here, done, ended := make(chan struct{}), make(chan struct{}), make(chan struct{})
	go func() { // a new goroutine has the same labels
		defer close(ended)
		labelledHere(here, done)
	}()
	<-here
	defer func() { close(done); <-ended }()
	var b bytes.Buffer
	pprof.Lookup("goroutine").WriteTo(&b, 1)
	for _, block := range strings.Split(b.String(), "\n\n") {
		if _, after, ok := strings.Cut(block, `"request":"`); ok && strings.Contains(block, "labelledHere") {
			before, _, _ := strings.Cut(after, `"`)
			return before
		}
	}
	return "?"
}

//go:noinline
func labelledHere(here, done chan struct{}) { close(here); <-done }

func TestATaskBeginsWithTheLabelsOfItsSpawner(t *testing.T) {
	tasktest.OnAll(t, func(t *testing.T, opt edo.RunOption) {
		want := func(what, request string) {
			t.Helper()
			if got := requestLabel(); got != request {
				t.Errorf("%s has %q, want %q", what, got, request)
			}
		}
		pprof.Do(context.Background(), pprof.Labels("request", "run"), func(context.Context) {
			err := edo.Run(func(task *edo.Task) error {
				want("main", "run")
				label("17")
				var all []*edo.JoinHandle[edo.Unit]
				for range 3 {
					all = append(all,
						edo.Go(task, func(task *edo.Task) error {
							want("a function", "17")
							edo.Yield(task)
							want("a function that has waited", "17")
							label("18")
							edo.Yield(task)
							want("a function that has changed them", "18")
							return nil
						}),
						edo.Spawn(task, future.Map(edo.YieldFuture(), func(edo.Unit) edo.Unit { want("a future", "17"); return edo.Unit{} })),
						edo.Spawn(task, edo.Async(func(task *edo.Task) (edo.Unit, error) { want("an Async", "17"); return edo.Unit{}, nil })),
						edo.Blocking(task, func(task *edo.Task) (edo.Unit, error) { want("a blocking one", "17"); return edo.Unit{}, nil }),
					)
				}
				edo.Await(task, edo.Async(func(task *edo.Task) (edo.Unit, error) {
					want("an Async inside", "17")
					label("19")
					return edo.Unit{}, edo.Yield(task)
				}))
				want("its caller", "17")
				for _, h := range all {
					h.Await(task)
				}
				want("the spawner", "17")
				carried.SetLabels(nil)
				edo.Go(task, func(task *edo.Task) error { want("one spawned without", ""); return nil }).Await(task)
				edo.Spawn(task, future.Lazy(func() (edo.Unit, error) { want("a future spawned without", ""); return edo.Unit{}, nil })).Await(task)
				return nil
			}, opt)
			if err != nil {
				t.Error(err)
			}
			want("the caller of Run", "run")
		})
	})
}

func TestALockedFunctionWaitsAsAnyOther(t *testing.T) {
	work := func(task *edo.Task) error {
		for range 3 {
			edo.Go(task, func(task *edo.Task) error {
				runtime.LockOSThread()
				defer runtime.UnlockOSThread()
				for range 5 {
					if err := timer.Sleep(task, 1000); err != nil {
						return err
					}
					if !carried.Locked() {
						return errors.New("no longer locked")
					}
				}
				_, err := edo.Await(task, edo.Async(func(task *edo.Task) (edo.Unit, error) {
					if carried.Locked() {
						return edo.Unit{}, errors.New("a function inside is locked too")
					}
					return edo.Unit{}, edo.Yield(task)
				}))
				return err
			})
			edo.Go(task, func(task *edo.Task) error {
				for range 20 {
					if err := edo.Yield(task); err != nil || carried.Locked() {
						return errors.Join(err, errors.New("the lock has gone over to another task"))
					}
				}
				return nil
			})
		}
		return nil
	}
	tasktest.OnAll(t, func(t *testing.T, opt edo.RunOption) {
		if err := edo.Run(work, opt); err != nil {
			t.Error(err)
		}
	})
	for seed := range uint64(20) {
		if err := sim.Run(seed, work); err != nil {
			t.Errorf("seed %d: %v", seed, err)
		}
	}
}

func TestAGoroutineThatIsLockedMayRunEverything(t *testing.T) {
	waits := func(task *edo.Task) (int, error) { return 1, timer.Sleep(task, 1000) }
	tasktest.OnAll(t, func(t *testing.T, opt edo.RunOption) {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := edo.Run(func(task *edo.Task) error {
			rt := task.Runtime()
			_, err := edo.Blocking(task, func(task *edo.Task) (int, error) {
				early := edo.Async(waits)
				edo.Await(task, future.Race(early, edo.Async(func(*edo.Task) (int, error) { return 2, nil })))
				forgotten := edo.Async(func(task *edo.Task) (int, error) {
					for task.Err() == nil {
						edo.Yield(task)
					}
					return 0, nil
				})
				edo.Await(task, future.Race(forgotten, edo.Async(func(*edo.Task) (int, error) { return 2, nil })))
				runtime.LockOSThread()
				if _, err := edo.Await(task, edo.Async(waits)); err != nil {
					return 0, err
				}
				if !carried.Locked() {
					return 0, errors.New("no longer locked")
				}
				return 0, edo.Block(rt, context.Background(), func(task *edo.Task) error {
					_, err := edo.Await(task, edo.Async(waits))
					return err
				})
			}).Await(task)
			return err
		}, opt)
		if err != nil || !carried.Locked() {
			t.Errorf("%v; still locked: %v", err, carried.Locked())
		}
	})
}

func TestAPollMayLockWhileItPollsAnother(t *testing.T) {
	tasktest.OnAll(t, func(t *testing.T, opt edo.RunOption) {
		err := edo.Run(func(task *edo.Task) error {
			inner := edo.Async(func(task *edo.Task) (int, error) { return 3, edo.Yield(task) })
			v, err := edo.Spawn(task, future.PollFn(func(cx *edo.Context) (int, edo.Poll, error) {
				runtime.LockOSThread()
				defer runtime.UnlockOSThread()
				return inner.Poll(cx)
			})).Await(task)
			if v != 3 {
				t.Errorf("got %d, %v", v, err)
			}
			return err
		}, opt)
		if err != nil {
			t.Error(err)
		}
	})
}

func TestAMockTaskMayBeLocked(t *testing.T) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	f := edo.Async(func(task *edo.Task) (int, error) { return 4, edo.Yield(task) })
	task := edotest.NewTask()
	edotest.RequirePending(t, task, f)
	if v := edotest.RequireReady(t, task, f); v != 4 {
		t.Error(v)
	}
}

func TestAReportAsksAFunctionThatIsLocked(t *testing.T) {
	g := &tasktest.Gate{Name: "the gate"}
	var report bytes.Buffer
	err := edo.Run(func(task *edo.Task) error {
		h := edo.Go(task, func(task *edo.Task) error {
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			_, err := edo.Await(task, g)
			return err
		}, edo.Name("locked one"))
		_, err := edo.Blocking(task, func(*edo.Task) (int, error) {
			runtime.LockOSThread()
			for start := time.Now(); time.Since(start) < time.Minute; { // until the task waits
				report.Reset()
				if err := edo.Dump(&report); err != nil || strings.Contains(report.String(), "the gate") {
					return 0, err
				}
				runtime.Gosched()
			}
			return 0, errors.New("it does not say what the locked one waits for")
		}).Await(task)
		g.Open()
		h.Await(task)
		return err
	})
	if err != nil {
		t.Errorf("%v\n%s", err, report.String())
	}
}
