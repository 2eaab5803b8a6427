package timer_test

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
	"unsafe"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/internal/chaos"
	"github.com/edo-go/edo/mpmc"
	"github.com/edo-go/edo/mpsc"
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

// bucket is the naive model of a Limiter: exact, and settled after every event.
type bucket struct {
	rate, burst, tokens, last *big.Rat // the rate is per millisecond
	line                      []*request
}

// request is one that asks for tokens, and gets them at an instant, or gives up.
type request struct {
	n      int64
	due    *big.Rat // when it got them, by the model
	took   int64    // and in fact; in milliseconds
	over   bool
	handle *edo.JoinHandle[edo.Unit]
}

func rat(n int64) *big.Rat { return new(big.Rat).SetInt64(n) }

// pass grants what is due until the instant t.
func (b *bucket) pass(t *big.Rat) {
	for len(b.line) != 0 {
		r := b.line[0]
		due := new(big.Rat).Set(b.last)
		if need := new(big.Rat).Sub(rat(r.n), b.tokens); need.Sign() > 0 {
			if b.rate.Sign() == 0 {
				break
			}
			due.Add(due, need.Quo(need, b.rate))
		}
		if due.Cmp(t) > 0 {
			break
		}
		b.fill(due)
		b.tokens.Sub(b.tokens, rat(r.n))
		r.due = due
		b.line = b.line[1:]
	}
	b.fill(t)
	if len(b.line) == 0 && b.tokens.Cmp(b.burst) > 0 {
		b.tokens.Set(b.burst)
	}
}

// fill makes the tokens until the instant t.
func (b *bucket) fill(t *big.Rat) {
	d := new(big.Rat).Sub(t, b.last)
	b.tokens.Add(b.tokens, d.Mul(d, b.rate))
	b.last.Set(t)
}

// try takes n tokens if they are there and nothing waits.
func (b *bucket) try(n int64) bool {
	if len(b.line) != 0 || b.tokens.Cmp(rat(n)) < 0 {
		return false
	}
	b.tokens.Sub(b.tokens, rat(n))
	return true
}

// ceil returns the millisecond at which what is due becomes known.
func ceil(due *big.Rat) int64 {
	q, m := new(big.Int).DivMod(due.Num(), due.Denom(), new(big.Int))
	if m.Sign() != 0 {
		q.Add(q, big.NewInt(1))
	}
	return q.Int64()
}

// rates returns a rate, and how many tokens that is in a millisecond.
func rates(rng *rand.Rand) (timer.Rate, *big.Rat) {
	switch rng.IntN(8) {
	case 0:
		return timer.Rate{}, rat(0)
	case 1, 2, 3:
		d := 1 + rng.Int64N(int64(7*ms))
		return timer.Every(time.Duration(d)), big.NewRat(int64(ms), d)
	}
	n := 1 + rng.Int64N(5000)
	return timer.PerSecond(int(n)), big.NewRat(n, 1000)
}

func TestLimiterAgainstTheModel(t *testing.T) {
	for seed := range uint64(150) {
		rng := rand.New(rand.NewPCG(seed, 12))
		err := sim.Run(seed, func(task *edo.Task) error {
			begin := timer.Now(task)
			now := func(s edo.Spawner) int64 { return int64(timer.Now(s).Sub(begin) / ms) }
			burst := 1 + rng.Int64N(20)
			r, perMs := rates(rng)
			l := timer.NewLimiter(r, int(burst))
			model := &bucket{rate: perMs, burst: rat(burst), tokens: rat(burst), last: rat(0)}
			var all []*request
			for range 80 {
				if d := rng.Int64N(6) * rng.Int64N(2); d > 0 {
					timer.Sleep(task, time.Duration(d)*ms)
				}
				for range 4 { // what is due now goes first
					edo.Yield(task)
				}
				model.pass(rat(now(task)))
				switch op := rng.IntN(10); {
				case op < 6:
					q := &request{n: rng.Int64N(burst + 1), took: -1}
					all = append(all, q)
					if q.n == 0 || model.try(q.n) {
						q.due = rat(now(task))
					} else {
						model.line = append(model.line, q)
					}
					wait := func(task *edo.Task) error {
						if err := l.WaitN(task, int(q.n)); err != nil {
							return err
						}
						q.took = now(task)
						return nil
					}
					if rng.IntN(2) == 0 {
						wait = func(task *edo.Task) error {
							f := l.WaitFuture(int(q.n))
							defer f.Drop()
							if _, err := edo.Await(task, f); err != nil {
								return err
							}
							q.took = now(task)
							return nil
						}
					}
					q.handle = edo.Go(task, wait)
					edo.Yield(task)
				case op < 7:
					n := rng.Int64N(burst + 1)
					want := n == 0 || model.try(n)
					if err := l.TryTake(task, int(n)); (err == nil) != want || err != nil && !errors.Is(err, edo.ErrEmpty) {
						t.Fatalf("seed %d: TryTake(%d): %v, want %v", seed, n, err, want)
					}
				case op < 9:
					if len(model.line) == 0 {
						continue
					}
					k := rng.IntN(len(model.line))
					q := model.line[k]
					q.over = true
					model.line = slices.Delete(model.line, k, k+1)
					q.handle.Abort()
					q.handle.Await(task)
					model.pass(rat(now(task)))
				default:
					r, model.rate = rates(rng)
					l.SetRate(r)
				}
			}
			r, model.rate = timer.PerSecond(1000), rat(1)
			l.SetRate(r)
			for _, q := range all {
				q.handle.Await(task)
			}
			model.pass(rat(now(task)))
			for i, q := range all {
				switch {
				case q.over && q.took != -1:
					t.Fatalf("seed %d: request %d was aborted, and has its tokens", seed, i)
				case !q.over && (q.due == nil || ceil(q.due) != q.took):
					t.Fatalf("seed %d: request %d for %d got them at %d, want %v", seed, i, q.n, q.took, q.due)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
	}
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

func TestUnlimitedHoldsUpNothingAndGivesWay(t *testing.T) {
	simulate(t, func(task *edo.Task, now func() time.Duration) error {
		l := timer.NewLimiter(timer.Unlimited(), 1)
		ran := false
		edo.Go(task, func(*edo.Task) error { ran = true; return nil })
		for turn := 0; !ran; turn++ {
			if err := l.WaitN(task, 1000); err != nil || turn > 10_000 {
				t.Fatalf("turn %d: %v", turn, err)
			}
		}
		l.SetRate(timer.Every(time.Minute))
		begin := now()
		for range 2 { // the bucket holds one
			if err := l.Wait(task); err != nil {
				return err
			}
		}
		if took := now() - begin; took != time.Minute {
			t.Errorf("two tokens took %v", took)
		}
		waits := edo.Go(task, l.Wait)
		timer.Sleep(task, time.Second)
		l.SetRate(timer.Unlimited())
		timer.Sleep(task, time.Second)
		if !waits.Finished() {
			t.Error("one that waits still does, without a limit")
		}
		return nil
	})
}

func TestSetRateReachesThoseThatWait(t *testing.T) {
	simulate(t, func(task *edo.Task, now func() time.Duration) error {
		l := timer.NewLimiter(timer.Rate{}, 2)
		if err := l.WaitN(task, 2); err != nil {
			return err
		}
		begin := now()
		var took [2]time.Duration
		var all []*edo.JoinHandle[edo.Unit]
		for i := range took {
			all = append(all, edo.Go(task, func(task *edo.Task) error {
				err := l.Wait(task)
				took[i] = now() - begin
				return err
			}))
			edo.Yield(task)
		}
		timer.Sleep(task, time.Hour)
		l.SetRate(timer.Every(time.Hour))
		timer.Sleep(task, 90*time.Minute)
		l.SetRate(timer.Every(time.Minute)) // half of the second token is there
		for _, h := range all {
			h.Await(task)
		}
		if want := [2]time.Duration{2 * time.Hour, 150*time.Minute + 30*time.Second}; took != want {
			t.Errorf("the tokens came after %v, want %v", took, want)
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
				defer func() { err = nil; panicked(t, "TryTake", recover()) }()
				l.TryTake(task, -1)
				return nil
			})
			panic(errors.New("timer: seen above"))
		},
	} {
		func() {
			defer func() { panicked(t, name, recover()) }()
			fn()
		}()
	}
}

func panicked(t *testing.T, name string, value any) {
	t.Helper()
	if err, ok := value.(error); !ok || !strings.HasPrefix(err.Error(), "timer: ") {
		t.Errorf("%s: %v", name, value)
	}
}

func TestLimiterServesSeveralRuntimes(t *testing.T) {
	l := timer.NewLimiter(timer.Every(time.Hour), 1)
	for i := range 3 {
		err := sim.Run(1, func(task *edo.Task) error { // each clock begins in the year 2000
			timer.Sleep(task, time.Duration(i)*time.Hour)
			return l.Wait(task)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := edo.Run(func(task *edo.Task) error { return l.Wait(task) }); err != nil {
		t.Fatal(err)
	}
}

func TestLimiterNeedsAClock(t *testing.T) {
	l := timer.NewLimiter(timer.PerSecond(1), 1)
	if _, p, err := edotest.Poll(edotest.NewTask(), l.WaitFuture(1)); p != edo.Ready || err == nil {
		t.Errorf("Poll: %v, %v", p, err)
	}
	if _, p, err := edotest.Poll(edotest.NewTask(), edo.Async(func(task *edo.Task) (edo.Unit, error) {
		if l.Allow(task) {
			t.Error("Allow without a clock")
		}
		return edo.Unit{}, l.Wait(task)
	})); p != edo.Ready || err == nil {
		t.Errorf("Wait: %v, %v", p, err)
	}
	if _, _, err := edotest.Poll(edotest.NewTask(), new(timer.LimitFuture)); err == nil {
		t.Error("the zero LimitFuture is ready")
	}
}

func TestWaitsForAnInstantNeedAClock(t *testing.T) {
	for name, wait := range map[string]func(task *edo.Task) error{
		"Sleep": func(task *edo.Task) error { return timer.Sleep(task, time.Hour) },
		"Tick":  func(task *edo.Task) error { _, err := timer.NewInterval(time.Hour).Tick(task); return err },
		"Timeout": func(task *edo.Task) error {
			_, err := timer.Timeout(task, time.Hour, func(*edo.Task) (int, error) { return 0, nil })
			return err
		},
		"future.Timeout": func(task *edo.Task) error {
			_, err := edo.Await(task, future.Timeout(time.Hour, future.PollFn(func(*edo.Context) (int, edo.Poll, error) {
				return 0, edo.Pending, nil
			})))
			return err
		},
		"mpsc.RecvTimeout": func(task *edo.Task) error {
			_, rx := mpsc.New[int](1)
			_, err := rx.RecvTimeout(task, time.Hour)
			return err
		},
		"mpsc.SendTimeout": func(task *edo.Task) error {
			tx, _ := mpsc.New[int](1)
			tx.TrySend(1)
			return tx.SendTimeout(task, 2, time.Hour)
		},
		"mpmc.RecvTimeout": func(task *edo.Task) error {
			_, rx := mpmc.New[int](1)
			_, err := rx.RecvTimeout(task, time.Hour)
			return err
		},
	} {
		_, p, err := edotest.Poll(edotest.NewTask(), edo.Async(func(task *edo.Task) (edo.Unit, error) { return edo.Unit{}, wait(task) }))
		if p != edo.Ready || err == nil || !strings.Contains(err.Error(), "no clock") {
			t.Errorf("%s: %v, %v", name, p, err)
		}
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

func TestRatesInWords(t *testing.T) {
	got := fmt.Sprint(timer.PerSecond(5), ", ", timer.Every(time.Minute), ", ", timer.Unlimited(), ", ", timer.Rate{}, ", ", timer.PerSecond(0))
	if want := "5 per second, one every 1m0s, unlimited, none, none"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	l := timer.NewLimiter(timer.PerSecond(5), 7)
	if l.Rate() != timer.PerSecond(5) || l.Burst() != 7 {
		t.Errorf("got %v, %d", l.Rate(), l.Burst())
	}
}

func TestExtremeRatesDoNotOverflow(t *testing.T) {
	for _, r := range []timer.Rate{timer.PerSecond(math.MaxInt), timer.Every(math.MaxInt64), timer.Every(1), timer.PerSecond(1)} {
		for _, burst := range []int{1, math.MaxInt} {
			simulate(t, func(task *edo.Task, now func() time.Duration) error {
				l := timer.NewLimiter(r, burst)
				for range 3 {
					if err := l.TryTake(task, min(burst, 1<<40)); err != nil && !errors.Is(err, edo.ErrEmpty) {
						return err
					}
					h := edo.Go(task, func(task *edo.Task) error { return l.WaitN(task, min(burst, 1<<60)) })
					timer.Sleep(task, 10*365*24*time.Hour)
					l.SetRate(timer.Unlimited())
					l.SetRate(r)
					if _, err := h.Await(task); err != nil {
						return err
					}
				}
				return nil
			})
		}
	}
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
