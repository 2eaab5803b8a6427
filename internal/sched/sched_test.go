package sched

import (
	"fmt"
	"runtime"
	"sync/atomic"
	"testing"
	"time"
)

// funcBody is a body made of a function.
type funcBody struct {
	Task
	poll func(cx *Context) bool
	fail atomic.Bool
}

func (f *funcBody) Poll(cx *Context) bool {
	if f.fail.Load() {
		return true
	}
	return f.poll(cx)
}

func (f *funcBody) Fail(any, []byte) { f.fail.Store(true) }

func newTask(poll func(cx *Context) bool) *funcBody {
	f := &funcBody{poll: poll}
	f.Init(f)
	return f
}

// run runs main on n workers, and waits until every task has ended.
func run(t testing.TB, n int, main func(cx *Context) bool) {
	t.Helper()
	runOn(t, Config{Workers: n, Driver: newClockDriver()}, main)
}

func runOn(t testing.TB, c Config, main func(cx *Context) bool) {
	t.Helper()
	watch := time.AfterFunc(60*time.Second, func() {
		buf := make([]byte, 1<<20)
		panic("hung:\n" + string(buf[:runtime.Stack(buf, true)]))
	})
	defer watch.Stop()
	c.Stalled = func(bool) { t.Error("stalled") }
	rt := New(c)
	rt.Start()
	if err := rt.Spawn(&newTask(main).Task); err != nil {
		t.Fatal(err)
	}
	rt.Detach()
	rt.Wait()
	if n := rt.live.Load(); n != 0 {
		t.Fatalf("%d tasks are left", n)
	}
	for i := range rt.shards {
		if n := rt.shards[i].len(); n != 0 {
			t.Fatalf("%d tasks are left in the registry", n)
		}
	}
}

var workerCounts = []int{1, 2, 4, 8}

func onWorkers(t *testing.T, f func(t *testing.T, n int)) {
	for _, n := range workerCounts {
		t.Run(fmt.Sprintf("workers=%d", n), func(t *testing.T) { f(t, n) })
	}
}

func TestRunWaitsForTasksSpawnedByTasks(t *testing.T) {
	onWorkers(t, func(t *testing.T, n int) {
		var ran atomic.Int64
		run(t, n, func(cx *Context) bool {
			for range 100 {
				cx.Spawn(&newTask(func(cx *Context) bool {
					for range 100 {
						cx.Spawn(&newTask(func(*Context) bool { ran.Add(1); return true }).Task)
					}
					return true
				}).Task)
			}
			return true
		})
		if got := ran.Load(); got != 10_000 {
			t.Fatalf("%d tasks ran, want 10000", got)
		}
	})
}

func TestYieldingTasksAllEnd(t *testing.T) {
	onWorkers(t, func(t *testing.T, n int) {
		var polls atomic.Int64
		run(t, n, func(cx *Context) bool {
			for range 1000 {
				left := 100
				cx.Spawn(&newTask(func(cx *Context) bool {
					polls.Add(1)
					if left--; left == 0 {
						return true
					}
					cx.Yield()
					return false
				}).Task)
			}
			return true
		})
		if got := polls.Load(); got != 100_000 {
			t.Fatalf("%d polls, want 100000", got)
		}
	})
}

func TestWakesFromOtherGoroutinesAreNotLost(t *testing.T) {
	onWorkers(t, func(t *testing.T, n int) {
		const tasks, rounds = 50, 200
		run(t, n, func(cx *Context) bool {
			for range tasks {
				token := make(chan struct{}, 1)
				left := rounds
				var self *funcBody
				self = newTask(func(cx *Context) bool {
					select {
					case <-token:
						left--
					default:
					}
					if left == 0 {
						return true
					}
					go func() {
						select {
						case token <- struct{}{}:
						default:
						}
						self.Wake()
					}()
					return false
				})
				cx.Spawn(&self.Task)
			}
			return true
		})
	})
}

func TestTimersFireInTimeAndNeverEarly(t *testing.T) {
	onWorkers(t, func(t *testing.T, n int) {
		var fired atomic.Int64
		run(t, n, func(cx *Context) bool {
			for i := range 200 {
				var timer Timer
				armed := false
				at := cx.Now() + int64(i%50)*1e6
				cx.Spawn(&newTask(func(cx *Context) bool {
					if !armed {
						armed = true
						cx.Arm(&timer, at)
						return false
					}
					if !timer.Fired() {
						return false
					}
					if cx.Now() < at {
						t.Errorf("fired %d ns early", at-cx.Now())
					}
					fired.Add(1)
					return true
				}).Task)
			}
			return true
		})
		if fired.Load() != 200 {
			t.Fatalf("%d of 200 fired", fired.Load())
		}
	})
}

func TestPanicAndGoexitEndOneTaskAlone(t *testing.T) {
	onWorkers(t, func(t *testing.T, n int) {
		var ran atomic.Int64
		run(t, n, func(cx *Context) bool {
			for i := range 300 {
				cx.Spawn(&newTask(func(cx *Context) bool {
					switch i % 3 {
					case 0:
						panic("on purpose")
					case 1:
						runtime.Goexit()
					}
					ran.Add(1)
					return true
				}).Task)
			}
			return true
		})
		if ran.Load() != 100 {
			t.Fatalf("%d ran, want 100", ran.Load())
		}
	})
}

func TestBlockedTaskDoesNotStopTheOthers(t *testing.T) {
	onWorkers(t, func(t *testing.T, n int) {
		closed := make(chan struct{})
		run(t, n, func(cx *Context) bool {
			for range n {
				cx.Spawn(&newTask(func(*Context) bool { <-closed; return true }).Task)
			}
			for range 2*n + 10 {
				cx.Spawn(&newTask(func(*Context) bool { return true }).Task)
			}
			cx.Spawn(&newTask(func(*Context) bool { close(closed); return true }).Task)
			return true
		})
	})
}

func TestCancelAllReachesEveryTask(t *testing.T) {
	onWorkers(t, func(t *testing.T, n int) {
		var cancelled atomic.Int64
		run(t, n, func(cx *Context) bool {
			for range 1000 {
				cx.Spawn(&newTask(func(cx *Context) bool {
					if cx.Task().IsCancelled() {
						cancelled.Add(1)
						return true
					}
					return false // only the cancellation wakes it
				}).Task)
			}
			cx.Runtime().CancelAll()
			return true
		})
		if cancelled.Load() != 1000 {
			t.Fatalf("%d of 1000 were cancelled", cancelled.Load())
		}
	})
}

func TestSeedDecidesTheOrder(t *testing.T) {
	order := func(seed uint64) string {
		s := ""
		runOn(t, Config{Driver: newSeededDriver(seed)}, func(cx *Context) bool {
			for i := range 8 {
				yields := 2
				cx.Spawn(&newTask(func(cx *Context) bool {
					s += string(rune('a' + i))
					if yields--; yields >= 0 {
						cx.Yield()
						return false
					}
					return true
				}).Task)
			}
			return true
		})
		return s
	}
	seen := map[string]bool{}
	for seed := range uint64(20) {
		first := order(seed)
		if again := order(seed); first != again {
			t.Fatalf("seed %d gave %q and %q", seed, first, again)
		}
		seen[first] = true
	}
	if len(seen) < 10 {
		t.Fatalf("20 seeds gave %d orders", len(seen))
	}
}
