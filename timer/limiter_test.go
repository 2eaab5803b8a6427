package timer_test

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"
	"unsafe"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/chaos"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/timer"
)

func ExampleLimiter() {
	sim.Run(1, func(task *edo.Task) error {
		begin := timer.Now(task)
		limit := timer.NewLimiter(timer.PerSecond(10), 3)
		for i := range 6 {
			if err := limit.Wait(task); err != nil {
				return err
			}
			fmt.Println(i, "after", timer.Now(task).Sub(begin))
		}
		return nil
	})
	// Output:
	// 0 after 0s
	// 1 after 0s
	// 2 after 0s
	// 3 after 100ms
	// 4 after 200ms
	// 5 after 300ms
}

func ExampleLimiter_Allow() {
	sim.Run(1, func(task *edo.Task) error {
		limit := timer.NewLimiter(timer.Every(time.Minute), 2)
		for range 3 {
			fmt.Println(limit.Allow(task))
		}
		return nil
	})
	// Output:
	// true
	// true
	// false
}

func TestLimiterOfAFastRateLosesNothingToTheClocksMillisecond(t *testing.T) {
	simulate(t, func(task *edo.Task, now func() time.Duration) error {
		l := timer.NewLimiter(timer.PerSecond(10_000), 1)
		var all []*edo.JoinHandle[edo.Unit]
		begin := now()
		for range 10_000 {
			all = append(all, edo.Go(task, l.Wait))
		}
		for _, h := range all {
			if _, err := h.Await(task); err != nil {
				return err
			}
		}
		if took := now() - begin; took != time.Second {
			t.Errorf("10,000 tokens at 10,000 per second took %v", took)
		}
		return nil
	})
}

func TestMoreTokensThanTheBurstAreAnErrorAtOnce(t *testing.T) {
	simulate(t, func(task *edo.Task, _ func() time.Duration) error {
		l := timer.NewLimiter(timer.PerSecond(1), 3)
		_, awaited := edo.Await(task, l.WaitFuture(4))
		for what, err := range map[string]error{"WaitN": l.WaitN(task, 4), "WaitFuture": awaited, "TryTake": l.TryTake(task, 4)} {
			if err == nil || errors.Is(err, edo.ErrEmpty) || !strings.Contains(err.Error(), "a burst of 3") {
				t.Errorf("%s: %v", what, err)
			}
		}
		if err := l.WaitN(task, 3); err != nil {
			t.Error(err)
		}
		return nil
	})
}

func TestMistakesWithLimitersPanicAndSayWhatIsWrong(t *testing.T) {
	l := timer.NewLimiter(timer.PerSecond(1), 1)
	for name, fn := range map[string]func(){
		"PerSecond":  func() { timer.PerSecond(-1) },
		"Every":      func() { timer.Every(0) },
		"NewLimiter": func() { timer.NewLimiter(timer.PerSecond(1), 0) },
		"WaitFuture": func() { l.WaitFuture(-1) },
		"TryTake": func() {
			edo.Run(func(task *edo.Task) (err error) {
				defer func() { err = nil; requirePanicOfTimer(t, "TryTake", recover()) }()
				l.TryTake(task, -1)
				return nil
			})
			panic(errors.New("timer: seen above"))
		},
	} {
		func() {
			defer func() { requirePanicOfTimer(t, name, recover()) }()
			fn()
		}()
	}
}

// requirePanicOfTimer requires that value, which recover has returned, is an error of this package.
func requirePanicOfTimer(t *testing.T, name string, value any) {
	t.Helper()
	if err, ok := value.(error); !ok || !strings.HasPrefix(err.Error(), "timer: ") {
		t.Errorf("%s: %v", name, value)
	}
}

func TestLimiterSaysWhatAWaiterWaitsFor(t *testing.T) {
	simulate(t, func(task *edo.Task, _ func() time.Duration) error {
		begin := timer.Now(task)
		l := timer.NewLimiter(timer.Every(time.Second), 5)
		l.TryTake(task, 5)
		first, second := l.WaitFuture(2), l.WaitFuture(1)
		waits := func(f *timer.LimitFuture) edo.Wait {
			all, err := edotest.WaitsIn(task, func(cx *edo.Context) edo.Poll { _, p, _ := f.Poll(cx); return p })
			if err != nil || len(all) != 1 {
				t.Fatal(all, err)
			}
			return all[0]
		}
		for _, c := range []struct{ got, want string }{
			{fmt.Sprint(waits(first)), fmt.Sprint(edo.Wait{On: "timer: limiter, 2 tokens", Until: begin.Add(2 * time.Second)})},
			{fmt.Sprint(waits(second)), fmt.Sprint(edo.Wait{
				On: "timer: limiter, 1 token", Until: begin.Add(3 * time.Second), By: []string{"1 waiting before it"},
			})},
		} {
			if c.got != c.want {
				t.Errorf("got %s, want %s", c.got, c.want)
			}
		}
		first.Drop()
		timer.Sleep(task, time.Second)
		l.TryTake(task, 1) // looks at the clock
		if got := second.Waits(nil).On; got != "timer: limiter, 1 token, granted and not taken" {
			t.Errorf("got %s", got)
		}
		second.Drop()
		if got := second.Waits(nil).On; got != "timer: limiter, a future that has ended" {
			t.Errorf("got %s", got)
		}
		if !l.Allow(task) {
			t.Error("a token that was granted and dropped has not gone back")
		}
		return nil
	})
}

func TestLimiterWhileTasksAreAborted(t *testing.T) {
	chaos.Explore(t, 300, func(w *chaos.World) {
		burst := 1 + w.Rand.IntN(4)
		l := timer.NewLimiter(timer.Every(time.Duration(1+w.Rand.IntN(int(3*ms)))), burst)
		waits := func(name string, fn func(task *edo.Task) error) {
			if w.Rand.IntN(3) == 0 {
				w.Steady(name, fn)
			} else {
				w.Go(name, fn)
			}
		}
		for i := range 7 {
			n := 1 + w.Rand.IntN(burst)
			future := w.Rand.IntN(2) == 0
			waits(fmt.Sprint("waiter ", i), func(task *edo.Task) error {
				for range 3 {
					if !future {
						if err := l.WaitN(task, n); err != nil {
							return err
						}
						continue
					}
					f := l.WaitFuture(n)
					_, err := edo.Await(task, f)
					f.Drop()
					if err != nil {
						return err
					}
				}
				return nil
			})
		}
		if w.Rand.IntN(2) == 0 {
			w.Go("changer", func(task *edo.Task) error {
				l.SetRate(timer.Rate{})
				defer l.SetRate(timer.PerSecond(1 + w.Rand.IntN(2000)))
				return timer.Sleep(task, 5*ms)
			})
		}
		w.Check(l.Check)
	})
}

func TestLimiterCostsWhatItsDocumentationSays(t *testing.T) {
	if size := unsafe.Sizeof(timer.LimitFuture{}); size > 80 {
		t.Errorf("a LimitFuture is %d bytes", size)
	}
	simulate(t, func(task *edo.Task, _ func() time.Duration) error {
		l := timer.NewLimiter(timer.Every(1), math.MaxInt)
		if n := testing.AllocsPerRun(100, func() { l.Wait(task); l.Allow(task) }); n != 0 {
			t.Errorf("tokens that are there: %v allocations", n)
		}
		return nil
	})
}
