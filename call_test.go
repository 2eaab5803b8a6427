package edo_test

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/scope"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/timer"
)

func TestResultOfACallGoesOnlyToTheCaller(t *testing.T) {
	busy := errors.New("busy")
	err := edo.Run(func(task *edo.Task) error {
		return scope.Run(task, func(s *scope.Scope) error {
			edo.Go(s, func(task *edo.Task) error {
				for try := 1; ; try++ {
					v, err := edo.Call(task, func(context.Context) (int, error) {
						if try < 3 {
							return 0, busy
						}
						return try, nil
					})
					if err == nil {
						if v != 3 {
							t.Error("got", v)
						}
						return nil
					}
					if err != busy {
						return err
					}
				}
			})
			return nil
		})
	})
	if err != nil {
		t.Error(err)
	}
}

func TestCallSeesTheCancellationOfTheCallerWhichWaitsForIt(t *testing.T) {
	for _, how := range []string{"abort", "scope", "deadline"} {
		var begun, returned, after bool
		err := edo.Run(func(task *edo.Task) error {
			began := make(chan struct{})
			caller := func(task *edo.Task) error {
				v, err := edo.Call(task, func(ctx context.Context) (int, error) {
					begun = true
					close(began)
					<-ctx.Done()
					returned = true
					return 7, ctx.Err()
				})
				after = returned
				if begun && v != 7 || err == nil {
					t.Error("got", v, err)
				}
				return err
			}
			switch how {
			case "abort":
				h := edo.Go(task, caller)
				if _, err := edo.Call(task, func(context.Context) (int, error) { <-began; return 0, nil }); err != nil {
					return err
				}
				h.Abort()
				h.Await(task)
			case "scope":
				scope.Run(task, func(s *scope.Scope) error {
					edo.Go(s, func(*edo.Task) error { <-began; s.Cancel(); return nil })
					return caller(task)
				})
			case "deadline":
				for limit := time.Millisecond; !begun; limit *= 2 { // the time may be up before the call begins
					err := scope.Run(task, func(*scope.Scope) error { return caller(task) }, scope.Timeout(limit))
					if !errors.Is(err, context.DeadlineExceeded) {
						t.Error("the scope ended with", err)
					}
				}
			}
			return nil
		}, edo.WithConfig(edo.Config{Workers: 2}))
		if err != nil || !returned || !after {
			t.Errorf("%s: returned %v, Call waited for it %v; %v", how, returned, after, err)
		}
	}
}

func TestCallOfACancelledTaskDoesNotBegin(t *testing.T) {
	err := sim.Run(1, func(task *edo.Task) error {
		h := edo.Go(task, func(task *edo.Task) error {
			task.Cancelled()
			_, err := edo.Call(task, func(context.Context) (int, error) { t.Error("it began"); return 0, nil })
			if !errors.Is(err, edo.ErrCancelled) {
				t.Error("got", err)
			}
			return nil
		})
		edo.Yield(task)
		h.Abort()
		_, err := h.Await(task)
		return err
	}, sim.WithConfig(sim.Config{Quiet: true}))
	if err != nil {
		t.Error(err)
	}
}

func TestPanicAndGoexitInACallAreItsError(t *testing.T) {
	for _, blocking := range []bool{false, true} {
		body := func(task *edo.Task) (int, error) {
			_, err := edo.Call(task, func(context.Context) (int, error) { panic("boom") })
			var p *edo.PanicError
			if !errors.As(err, &p) || p.Value != "boom" || !strings.Contains(string(p.Stack), "call_test.go") {
				t.Error("got", err)
			}
			if blocking {
				return 0, nil // Goexit has ended the goroutine
			}
			_, err = edo.Call(task, func(context.Context) (int, error) { runtime.Goexit(); return 0, nil })
			if err == nil || !strings.Contains(err.Error(), "Goexit") {
				t.Error("got", err)
			}
			return 0, nil
		}
		err := edo.Run(func(task *edo.Task) error {
			var err error
			if blocking {
				_, err = edo.Blocking(task, body).Await(task)
			} else {
				_, err = body(task)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
}

func TestOthersRunDuringACall(t *testing.T) {
	for _, c := range tasktest.Kinds {
		err := edo.Run(func(task *edo.Task) error {
			open := make(chan struct{})
			edo.Go(task, func(task *edo.Task) error { close(open); return nil })
			_, err := edo.Call(task, func(context.Context) (int, error) { <-open; return 0, nil })
			return err
		}, edo.WithConfig(c.Config))
		if err != nil {
			t.Errorf("%s: %v", c.Name, err)
		}
	}
}

func TestSimulatedClockStandsStillDuringACall(t *testing.T) {
	err := sim.Run(1, func(task *edo.Task) error {
		begin := timer.Now(task)
		edo.Go(task, func(task *edo.Task) error { return timer.Sleep(task, time.Hour) })
		_, err := edo.Call(task, func(context.Context) (int, error) { return 0, nil })
		if d := timer.Now(task).Sub(begin); d != 0 {
			t.Error("the clock has moved by", d)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestReportNamesTheFunctionThatIsCalled(t *testing.T) {
	err := edo.Run(func(task *edo.Task) error {
		rt := task.Runtime()
		_, err := edo.Call(task, func(context.Context) (int, error) {
			for start := time.Now(); time.Since(start) < time.Minute; runtime.Gosched() { // until the caller waits
				for _, info := range rt.Snapshot().Tasks {
					for _, w := range info.Waits {
						if strings.Contains(w.On, "a call of") && strings.Contains(w.On, "TestReportNamesTheFunction") {
							return 0, nil
						}
					}
				}
			}
			return 0, errors.New("no task waits for the call")
		})
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestRandIsDrawnFromTheSeed(t *testing.T) {
	draw := func(seed uint64) (out [6]uint64) {
		err := sim.Run(seed, func(task *edo.Task) error {
			r := edo.Rand(task)
			for i := range 3 {
				out[i] = r.Uint64()
			}
			h := edo.Go(task, func(task *edo.Task) error {
				r := edo.Rand(task)
				for i := range 3 {
					out[3+i] = r.Uint64()
				}
				return nil
			})
			_, err := h.Await(task)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	if a, b := draw(7), draw(7); a != b {
		t.Errorf("seed 7 drew %v and %v", a, b)
	}
	if a, b := draw(7), draw(8); a == b {
		t.Error("seeds 7 and 8 drew the same", a)
	}
	seen := map[uint64]bool{}
	err := edo.Run(func(task *edo.Task) error {
		r := edo.Rand(task)
		for range 100 {
			seen[r.Uint64()] = true
		}
		return nil
	})
	if err != nil || len(seen) != 100 {
		t.Error(err, len(seen))
	}
}

func TestCancelledReturnsWhenTheTaskIsCancelled(t *testing.T) {
	err := sim.Run(1, func(task *edo.Task) error {
		h := edo.Go(task, func(task *edo.Task) error { return task.Cancelled() })
		edo.Yield(task)
		if h.Finished() {
			t.Error("it returned before")
		}
		h.Abort()
		if _, err := h.Await(task); err != edo.ErrCancelled {
			t.Error("got", err)
		}
		return scope.Run(task, func(s *scope.Scope) error {
			s.Cancel()
			if err := task.Cancelled(); !errors.Is(err, edo.ErrCancelled) {
				t.Error("in a scope that was cancelled:", err)
			}
			return nil
		})
	})
	if err != nil {
		t.Error(err)
	}
}

func TestGoValueGivesAValue(t *testing.T) {
	err := sim.Run(1, func(task *edo.Task) error {
		v, err := edo.GoValue(task, func(task *edo.Task) (string, error) { return "x", edo.Yield(task) }, edo.Name("n")).Await(task)
		if v != "x" {
			t.Error("got", v)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
