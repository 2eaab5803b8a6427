package timer_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/chaos"
	"github.com/edo-go/edo/lock"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/oneshot"
	"github.com/edo-go/edo/scope"
	"github.com/edo-go/edo/timer"
)

func ExampleTimeout() {
	edo.Run(func(task *edo.Task) error {
		tx, rx := mpsc.New[string](1)
		defer tx.Close()
		line, err := timer.Timeout(task, 10*time.Millisecond, func(task *edo.Task) (string, error) {
			return rx.Recv(task)
		})
		fmt.Printf("%q %v\n", line, err)
		fmt.Println(errors.Is(err, context.DeadlineExceeded), task.Err())
		return nil
	})
	// Output:
	// "" timer: timed out after 10ms
	// true <nil>
}

// sleeps returns a function that sleeps for d, or until it is cancelled, and then returns v
// and err.
func sleeps[T any](d time.Duration, v T, err error) func(task *edo.Task) (T, error) {
	return func(task *edo.Task) (T, error) {
		timer.Sleep(task, d)
		return v, err
	}
}

// overruns returns a function that sleeps for d, ignores a cancellation, and then returns v
// and err.
func overruns[T any](d time.Duration, v T, err error) func(task *edo.Task) (T, error) {
	return func(task *edo.Task) (T, error) {
		edo.Shielded(task, func(task *edo.Task) error { return timer.Sleep(task, d) })
		return v, err
	}
}

// isTimeout reports whether err is a time-out of d in every way in which callers test for
// one.
func isTimeout(err error, d time.Duration) bool {
	var e *timer.TimeoutError
	var n net.Error
	return errors.As(err, &e) && e.After == d && errors.Is(err, context.DeadlineExceeded) &&
		errors.Is(err, os.ErrDeadlineExceeded) && errors.As(err, &n) && n.Timeout()
}

func TestTimeoutReturnsWhatTheFunctionDoesInTime(t *testing.T) {
	simulate(t, func(task *edo.Task, now func() time.Duration) error {
		failed := errors.New("failed")
		for _, c := range []struct {
			took time.Duration
			err  error
		}{{0, nil}, {0, failed}, {9 * ms, nil}, {9 * ms, failed}, {9 * ms, context.DeadlineExceeded}} {
			begin := now()
			v, err := timer.Timeout(task, 10*ms, sleeps(c.took, 7, c.err))
			if v != 7 || err != c.err || now()-begin != c.took {
				t.Errorf("after %v: got %d, %v, after %v", c.took, v, err, now()-begin)
			}
		}
		return timer.Sleep(task, time.Hour) // no deadline is left behind
	})
}

func TestTimeoutEndsTheWaitsOfItsFunctionAndNotTheTask(t *testing.T) {
	simulate(t, func(task *edo.Task, now func() time.Duration) error {
		begin := now()
		var waited, again error
		var ended bool
		n, err := timer.Timeout(task, 10*ms, func(task *edo.Task) (int, error) {
			ctx := task.Context()
			waited = timer.Sleep(task, time.Hour)
			again = timer.Sleep(task, time.Hour)
			ended = ctx.Err() != nil
			return 3, waited
		})
		if now()-begin != 10*ms || !isTimeout(err, 10*ms) || errors.Is(err, edo.ErrCancelled) {
			t.Errorf("got %v, after %v", err, now()-begin)
		}
		if n != 3 {
			t.Errorf("the value that came with the error is %d", n)
		}
		if !errors.Is(waited, edo.ErrCancelled) || !errors.Is(again, edo.ErrCancelled) || !ended {
			t.Errorf("inside: %v, %v, context ended: %v", waited, again, ended)
		}
		if err := task.Err(); err != nil {
			t.Errorf("the task: %v", err)
		}
		return timer.Sleep(task, time.Hour)
	})
}

func TestContextInsideATimeoutHasItsDeadline(t *testing.T) {
	simulate(t, func(task *edo.Task, _ func() time.Duration) error {
		begin := timer.Now(task)
		_, err := timer.Timeout(task, 10*ms, func(task *edo.Task) (int, error) {
			ctx := task.Context()
			if at, ok := ctx.Deadline(); !ok || !at.Equal(begin.Add(10*ms)) {
				t.Errorf("the deadline is %v, %v", at, ok)
			}
			err := timer.Sleep(task, time.Hour)
			if !errors.Is(ctx.Err(), context.DeadlineExceeded) {
				t.Errorf("the context ended with %v", ctx.Err())
			}
			return 0, err
		})
		if !isTimeout(err, 10*ms) {
			t.Error(err)
		}
		if err := task.Context().Err(); err != nil {
			t.Errorf("the context of the task: %v", err)
		}
		return nil
	})
}

// A call of another library, which knows only the context, ends at the deadline.
func TestTimeoutReachesACallOfAnotherLibrary(t *testing.T) {
	err := edo.Run(func(task *edo.Task) error {
		_, err := timer.Timeout(task, 10*ms, func(task *edo.Task) (int, error) {
			ctx := task.Context()
			<-ctx.Done()
			return 0, fmt.Errorf("query: %w", ctx.Err())
		})
		if !isTimeout(err, 10*ms) || err.Error() != "timer: timed out after 10ms: query: context deadline exceeded" {
			t.Errorf("got %v", err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

type droppable struct{ drops int }

func (d *droppable) Drop() { d.drops++ }

func TestFunctionThatOverrunsHasTimedOut(t *testing.T) {
	simulate(t, func(task *edo.Task, now func() time.Duration) error {
		for _, took := range []time.Duration{11 * ms, time.Hour} {
			begin := now()
			v, err := timer.Timeout(task, 10*ms, overruns(took, 7, nil))
			if v != 7 || !isTimeout(err, 10*ms) || now()-begin != took {
				t.Errorf("got %d, %v, after %v", v, err, now()-begin)
			}
		}
		d := &droppable{}
		v, err := timer.Timeout(task, 10*ms, overruns(time.Hour, d, nil))
		if v != nil || !isTimeout(err, 10*ms) || d.drops != 1 {
			t.Errorf("got %v, %v, dropped %d times", v, err, d.drops)
		}
		failed := errors.New("failed")
		_, err = timer.Timeout(task, 10*ms, overruns(time.Hour, 7, failed))
		if !isTimeout(err, 10*ms) || !errors.Is(err, failed) || err.Error() != "timer: timed out after 10ms: failed" {
			t.Errorf("got %v", err)
		}
		return nil
	})
}

func TestTimeoutsWithinEachOtherAreIndependent(t *testing.T) {
	simulate(t, func(task *edo.Task, _ func() time.Duration) error {
		for _, c := range []struct {
			outer, inner                 time.Duration
			outerTimesOut, innerTimesOut bool
		}{
			{20 * ms, 10 * ms, false, true}, {10 * ms, 20 * ms, true, false}, {20 * ms, 20 * ms, true, true},
		} {
			var inner error
			_, err := timer.Timeout(task, c.outer, func(task *edo.Task) (int, error) {
				_, inner = timer.Timeout(task, c.inner, sleeps(time.Hour, 0, nil))
				return 0, task.Err()
			})
			if got := isTimeout(inner, c.inner); got != c.innerTimesOut {
				t.Errorf("%v in %v: the inner one got %v", c.inner, c.outer, inner)
			}
			if got := isTimeout(err, c.outer); got != c.outerTimesOut || !got && err != nil {
				t.Errorf("%v in %v: the outer one got %v", c.inner, c.outer, err)
			}
			if c.outerTimesOut && !c.innerTimesOut && !errors.Is(inner, edo.ErrCancelled) {
				t.Errorf("the inner one, which had time left, got %v", inner)
			}
		}
		// The time-out of a scope that the function has opened is not that of Timeout.
		_, err := timer.Timeout(task, time.Hour, func(task *edo.Task) (int, error) {
			return 0, scope.Run(task, func(*scope.Scope) error {
				return timer.Sleep(task, time.Minute)
			}, scope.Timeout(10*ms))
		})
		var late *timer.TimeoutError
		var scope *scope.TimeoutError
		if errors.As(err, &late) || !errors.As(err, &scope) {
			t.Errorf("got %v", err)
		}
		return nil
	})
}

func TestTimeoutReportsAFailureBesidesTheCancellation(t *testing.T) {
	simulate(t, func(task *edo.Task, _ func() time.Duration) error {
		broken := errors.New("broken")
		for _, c := range []struct {
			name string
			fail func(cancelled error) error
			told bool // the TimeoutError has the failure
		}{
			{"none", func(err error) error { return err }, false},
			{"a wrapped cancellation", func(err error) error { return fmt.Errorf("reading: %w", err) }, false},
			{"a failed cleanup", func(err error) error { return errors.Join(err, broken) }, true},
			{"a failed cleanup, wrapped", func(err error) error { return fmt.Errorf("reading: %w; closing: %w", err, broken) }, true},
		} {
			_, err := timer.Timeout(task, 10*ms, func(task *edo.Task) (int, error) {
				return 0, c.fail(timer.Sleep(task, time.Hour))
			})
			var late *timer.TimeoutError
			if !errors.As(err, &late) || errors.Is(err, broken) != c.told || (late.Err != nil) != c.told {
				t.Errorf("%s: got %v", c.name, err)
			}
		}
		return nil
	})
}

func TestTimeoutReportsAPanicWithACancellation(t *testing.T) {
	simulate(t, func(task *edo.Task, _ func() time.Duration) error {
		panicked := &edo.PanicError{Value: edo.ErrCancelled}
		_, err := timer.Timeout(task, 10*ms, func(task *edo.Task) (int, error) {
			timer.Sleep(task, time.Hour)
			return 0, panicked
		})
		var late *timer.TimeoutError
		if !errors.As(err, &late) || !errors.Is(late.Err, panicked) {
			t.Errorf("got %v", err)
		}
		return nil
	})
}

func TestCancellationOfTheTaskIsNoTimeout(t *testing.T) {
	simulate(t, func(task *edo.Task, _ func() time.Duration) error {
		for _, cleanup := range []time.Duration{0, time.Hour} {
			h := edo.Go(task, func(task *edo.Task) error {
				_, err := timer.Timeout(task, 10*ms, func(task *edo.Task) (int, error) {
					err := timer.Sleep(task, time.Hour)
					edo.Shielded(task, func(task *edo.Task) error { return timer.Sleep(task, cleanup) })
					return 0, err
				})
				return err
			})
			timer.Sleep(task, 5*ms)
			h.Abort()
			_, err := h.Await(task)
			var late *timer.TimeoutError
			if !errors.Is(err, edo.ErrCancelled) || cleanup == 0 && errors.As(err, &late) {
				t.Errorf("got %v", err)
			}
		}
		h := edo.Go(task, func(task *edo.Task) error {
			timer.Sleep(task, time.Hour)
			_, err := timer.Timeout(task, time.Hour, func(*edo.Task) (int, error) {
				t.Error("the function of a cancelled task was called")
				return 0, nil
			})
			return err
		})
		timer.Sleep(task, 5*ms)
		h.Abort()
		if _, err := h.Await(task); !errors.Is(err, edo.ErrCancelled) {
			t.Errorf("got %v", err)
		}
		return nil
	})
}

func TestReadyValueBeatsATimeoutOfNothing(t *testing.T) {
	simulate(t, func(task *edo.Task, _ func() time.Duration) error {
		for _, d := range []time.Duration{0, -time.Hour} {
			tx, rx := oneshot.New[int]()
			tx.Send(7)
			if v, err := timer.Timeout(task, d, rx.Recv); v != 7 || err != nil {
				t.Errorf("%v: a value that was there: %d, %v", d, v, err)
			}
			later, waits := oneshot.New[int]()
			if _, err := timer.Timeout(task, d, waits.Recv); !isTimeout(err, d) {
				t.Errorf("%v: no value: %v", d, err)
			}
			later.Send(1)
		}
		return nil
	})
}

func TestPanicOfAFunctionUnderATimeoutGoesOn(t *testing.T) {
	simulate(t, func(task *edo.Task, _ func() time.Duration) error {
		func() {
			defer func() {
				if recover() != "awkward" {
					t.Error("the panic did not reach the caller")
				}
			}()
			timer.Timeout(task, 10*ms, func(task *edo.Task) (int, error) { panic("awkward") })
		}()
		return timer.Sleep(task, time.Hour)
	})
}

func TestTimeoutLosesNoLockAndNoMessageWhileTasksAreAborted(t *testing.T) {
	chaos.Explore(t, 200, func(w *chaos.World) {
		var m lock.Mutex
		room := w.Room("the lock", 1)
		tx, rx := mpsc.New[*chaos.Value](2)
		for i := range 4 {
			tx, name := tx.Clone(), fmt.Sprint("sender ", i)
			d := time.Duration(w.Rand.IntN(4)) * ms
			w.Go(name, func(task *edo.Task) error {
				defer tx.Close()
				for range 3 {
					locked, err := timer.Timeout(task, d, func(task *edo.Task) (bool, error) {
						err := m.Lock(task)
						return err == nil, err
					})
					if locked {
						room.Enter(1)
						timer.Sleep(task, time.Duration(1+w.Rand.IntN(3))*ms)
						room.Leave(1)
						m.Unlock()
					}
					if err != nil && !isTimeout(err, d) {
						return err
					}
					_, err = timer.Timeout(task, d+ms, func(task *edo.Task) (edo.Unit, error) {
						v := w.Ledger.New(name)
						err := tx.Send(task, v)
						if err != nil {
							v.Kept()
						}
						return edo.Unit{}, err
					})
					if err != nil && !isTimeout(err, d+ms) {
						return err
					}
				}
				return nil
			}, edo.Owns(tx))
		}
		tx.Close()
		w.Steady("receiver", func(task *edo.Task) error {
			for {
				v, err := timer.Timeout(task, 2*ms, rx.Recv)
				if v != nil {
					v.Received()
				}
				switch {
				case errors.Is(err, edo.ErrClosed):
					return nil
				case err != nil && !isTimeout(err, 2*ms):
					return err
				}
			}
		})
		w.Check(func() error {
			if !m.TryLock() {
				return errors.New("the lock was lost")
			}
			m.Unlock()
			return nil
		})
	})
}
