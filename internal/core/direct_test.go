package core_test

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/mpsc"
)

func TestFunctionsBeginAndGoOnInTheOrderInWhichTasksArePolled(t *testing.T) {
	for _, style := range []string{"future", "direct"} {
		var order []string
		err := edo.Run(func(task *edo.Task) error {
			for i := range 3 {
				name := string(rune('a' + i))
				if style == "direct" {
					edo.Go(task, func(task *edo.Task) error {
						for step := range 3 {
							order = append(order, fmt.Sprint(name, step))
							edo.Yield(task)
						}
						return nil
					})
					continue
				}
				step := 0
				edo.Spawn(task, tasktest.PollFunc[int](func(cx *edo.Context) (int, edo.Poll, error) {
					if step == 3 {
						return 0, edo.Ready, nil
					}
					order = append(order, fmt.Sprint(name, step))
					step++
					cx.Yield()
					return 0, edo.Pending, nil
				}))
			}
			return nil
		}, tasktest.Quiet(tasktest.CurrentThread))
		want := []string{"a0", "b0", "c0", "a1", "b1", "c1", "a2", "b2", "c2"}
		if err != nil || !slices.Equal(order, want) {
			t.Errorf("%s: %v, %v", style, order, err)
		}
	}
}

func TestTaskOfAFunctionThatHasReturnedIsRefusedByTheNextOnItsCoroutine(t *testing.T) {
	var stale *edo.Task
	var got error
	err := edo.Run(func(task *edo.Task) error {
		edo.Go(task, func(task *edo.Task) error { stale = task; return nil })
		edo.Go(task, func(*edo.Task) error { got = edo.Yield(stale); return nil }) //edo:allow taskuse the error is what is tested
		return nil
	}, tasktest.Quiet(tasktest.CurrentThread))
	if err != nil || got == nil || !strings.Contains(got.Error(), "after its function has returned") {
		t.Errorf("got %v, %v", got, err)
	}
}

// ends are the ways in which a function fails.
var ends = []struct {
	name string
	end  func() error
	is   func(error) bool
}{
	{"error", func() error { return errBroken }, func(err error) bool { return errors.Is(err, errBroken) }},
	{"panic", func() error { panic(errBroken) }, func(err error) bool {
		var p *edo.PanicError
		return errors.As(err, &p) && p.Value == any(errBroken) && strings.Contains(string(p.Stack), "direct_test.go")
	}},
	{"Goexit", func() error { runtime.Goexit(); return nil }, func(err error) bool {
		return err != nil && strings.Contains(err.Error(), "Goexit")
	}},
}

var errBroken = errors.New("broken")

func TestAFunctionThatFailsDisturbsNoOther(t *testing.T) {
	for _, waits := range []int{0, 1, 3} {
		for _, e := range ends {
			tasktest.OnAll(t, func(t *testing.T, opt edo.RunOption) {
				before := tasktest.CountGoroutines()
				const n = 60
				var good atomic.Int64
				err := edo.Run(func(task *edo.Task) error {
					var handles []*edo.JoinHandle[edo.Unit]
					for i := range n {
						handles = append(handles, edo.Go(task, func(task *edo.Task) error {
							for range waits {
								if err := edo.Yield(task); err != nil {
									return err
								}
							}
							if i%7 == 3 {
								return e.end()
							}
							for range waits {
								if err := edo.Yield(task); err != nil {
									return err
								}
							}
							good.Add(1)
							return nil
						}))
					}
					for i, h := range handles {
						if _, err := h.Await(task); (i%7 == 3) != (err != nil) || err != nil && !e.is(err) {
							t.Errorf("%s after %d waits: task %d: %v", e.name, waits, i, err)
						}
					}
					return nil
				}, opt)
				if err != nil || good.Load() != n-9 {
					t.Errorf("%s after %d waits: %d have ended well, %v", e.name, waits, good.Load(), err)
				}
				tasktest.RequireGoroutines(t, before)
			})
		}
	}
}

func TestAbortsAmongManyFunctionsThatSwitchToEachOther(t *testing.T) {
	tasktest.OnAll(t, func(t *testing.T, opt edo.RunOption) {
		const n = 50
		var cleaned atomic.Int64
		err := edo.Run(func(task *edo.Task) error {
			var handles []*edo.JoinHandle[edo.Unit]
			for range n {
				handles = append(handles, edo.Go(task, func(task *edo.Task) error {
					defer cleaned.Add(1)
					for {
						if err := edo.Yield(task); err != nil {
							return err
						}
					}
				}))
			}
			for range 10 {
				edo.Yield(task)
			}
			for _, h := range handles {
				h.Abort()
			}
			for i, h := range handles {
				if _, err := h.Await(task); !errors.Is(err, edo.ErrCancelled) {
					t.Errorf("%d: %v", i, err)
				}
			}
			return nil
		}, opt)
		if err != nil || cleaned.Load() > n {
			t.Errorf("%d have cleaned up, %v", cleaned.Load(), err)
		}
	})
}

func TestReportsWhileFunctionsSwitchToEachOther(t *testing.T) {
	tasktest.OnAll(t, func(t *testing.T, opt edo.RunOption) {
		var stop atomic.Bool
		err := edo.Run(func(task *edo.Task) error {
			rt := task.Runtime()
			for range 20 {
				a, as := mpsc.New[int](1)
				b, bs := mpsc.New[int](1)
				play := func(tx *mpsc.Sender[int], rx *mpsc.Receiver[int]) {
					edo.Go(task, func(task *edo.Task) error {
						defer tx.Close()
						for {
							v, err := rx.Recv(task)
							if err != nil || stop.Load() {
								return nil
							}
							if tx.Send(task, v+1) != nil {
								return nil
							}
						}
					})
				}
				a.TrySend(0)
				play(a, bs)
				play(b, as)
			}
			edo.Blocking(task, func(*edo.Task) (edo.Unit, error) {
				for range 20 {
					if n := len(rt.Snapshot().Tasks); n == 0 {
						t.Error("no task in the report")
					}
				}
				stop.Store(true)
				return edo.Unit{}, nil
			})
			return nil
		}, opt)
		if err != nil {
			t.Error(err)
		}
	})
}

// A task in direct style costs one allocation. A wait costs none, nor does a coroutine, once
// the pool has some.
func TestWhatDirectStyleAllocates(t *testing.T) {
	if invariant.Enabled {
		t.Skip("the race detector allocates")
	}
	tx, rx := mpsc.New[int](1)
	back, answers := mpsc.New[int](1)
	nothing := func(*edo.Task) error { return nil }
	ready := tasktest.PollFunc[int](func(cx *edo.Context) (int, edo.Poll, error) { return 0, edo.Ready, nil })
	err := edo.Run(func(task *edo.Task) error {
		var stop atomic.Bool
		edo.Go(task, func(task *edo.Task) error {
			for !stop.Load() {
				edo.Yield(task)
			}
			return nil
		})
		edo.Go(task, func(task *edo.Task) error {
			defer back.Close()
			for {
				v, err := rx.Recv(task)
				if err != nil {
					return nil
				}
				back.Send(task, v)
			}
		})
		for _, c := range []struct {
			name string
			max  float64
			op   func()
		}{
			{"spawn, and its end", 1, func() { edo.Go(task, nothing); edo.Yield(task) }},
			{"yield", 0, func() { edo.Yield(task) }},
			{"await of what is ready", 0, func() { edo.Await(task, ready) }},
			{"a message there and back", 0, func() { tx.Send(task, 1); answers.Recv(task) }},
			{"proceed", 0, func() { task.Proceed(nil) }},
		} {
			for range 1000 {
				c.op()
			}
			if n := testing.AllocsPerRun(1000, c.op); n > c.max {
				t.Errorf("%s: %v allocations, want %v", c.name, n, c.max)
			}
		}
		stop.Store(true)
		tx.Close()
		return nil
	}, tasktest.Quiet(tasktest.CurrentThread))
	if err != nil {
		t.Fatal(err)
	}
}

func BenchmarkPingPongDirect(b *testing.B) {
	tx, rx := mpsc.New[int](1)
	back, answers := mpsc.New[int](1)
	tasktest.RunBench(b, func(task *edo.Task) {
		edo.Go(task, func(task *edo.Task) error {
			defer back.Close()
			for {
				v, err := rx.Recv(task)
				if err != nil {
					return nil
				}
				back.Send(task, v)
			}
		})
		for i := range b.N {
			tx.Send(task, i)
			answers.Recv(task)
		}
		tx.Close()
	})
}

func BenchmarkAwaitReadyDirect(b *testing.B) {
	tasktest.RunBench(b, func(task *edo.Task) {
		for range b.N {
			edo.Await(task, tasktest.ReadyUnit{})
		}
	})
}

func BenchmarkSpawnJoinDirect(b *testing.B) {
	tasktest.RunBench(b, func(task *edo.Task) {
		handles := make([]*edo.JoinHandle[edo.Unit], b.N)
		for i := range handles {
			handles[i] = edo.Go(task, func(*edo.Task) error { return nil })
		}
		for _, h := range handles {
			h.Await(task)
		}
	})
}

func TestAFunctionInDirectStyleRunsAtMostOnceAndOnAWorker(t *testing.T) {
	tasktest.RunOnAll(t, func(task *edo.Task) error {
		ran := 0
		f := edo.Async(func(*edo.Task) (int, error) { ran++; return ran, nil })
		if ran != 0 {
			t.Error("it ran before its first poll")
		}
		if v, err := edo.Await(task, f); v != 1 || err != nil {
			t.Errorf("got %d, %v", v, err)
		}
		if _, err := edo.Await(task, f); err == nil || ran != 1 {
			t.Errorf("polled again: %v; it ran %d times", err, ran)
		}
		return nil
	})
}

func TestAFunctionIsResumedOnOtherWorkers(t *testing.T) {
	err := edo.Run(func(task *edo.Task) error {
		var sum atomic.Int64
		for i := range 50 {
			edo.Go(task, func(task *edo.Task) error {
				local := i
				for range 200 {
					if err := edo.Yield(task); err != nil {
						return err
					}
					local++
				}
				sum.Add(int64(local - i))
				return nil
			})
		}
		for sum.Load() != 50*200 {
			edo.Yield(task)
		}
		return nil
	}, tasktest.Quiet(edo.Config{Workers: 4}))
	if err != nil {
		t.Fatal(err)
	}
}
