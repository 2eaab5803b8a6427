package edo_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/console"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/scope"
	"github.com/edo-go/edo/timer"
	"github.com/edo-go/edo/tlsconn"
)

// A program that has no need of an option may have declared one.
func TestTheZeroOptionChangesNothing(t *testing.T) {
	err := edo.Run(func(task *edo.Task) error {
		tlsconn.NewAcceptor(&tls.Config{Certificates: make([]tls.Certificate, 1)}, tlsconn.Option{})
		console.Handler(console.Option{})
		timer.NewInterval(time.Second, timer.Option{})
		return scope.Run(task, func(s *scope.Scope) error {
			edo.Go(s, func(*edo.Task) error { return nil }, edo.SpawnOption{})
			return nil
		}, scope.Option{})
	}, edo.RunOption{})
	if err != nil {
		t.Error(err)
	}
}

func TestRunWaitsForEveryTask(t *testing.T) {
	tasktest.OnAll(t, func(t *testing.T, opt edo.RunOption) {
		var ended atomic.Int64
		err := edo.Run(func(task *edo.Task) error {
			for range 10 {
				edo.Go(task, func(task *edo.Task) error {
					for range 3 {
						edo.Yield(task)
					}
					edo.Go(task, func(task *edo.Task) error {
						edo.Yield(task)
						ended.Add(1)
						return nil
					})
					ended.Add(1)
					return nil
				})
			}
			return nil
		}, opt)
		if err != nil || ended.Load() != 20 {
			t.Fatalf("err %v, %d tasks ended, want 20", err, ended.Load())
		}
	})
}

func TestRunReturnsMainsErrorJoinedWithErrorsThatNoTaskJoined(t *testing.T) {
	tasktest.OnAll(t, func(t *testing.T, opt edo.RunOption) {
		first, second, third := errors.New("first"), errors.New("second"), errors.New("third")
		err := edo.Run(func(task *edo.Task) error {
			edo.Go(task, func(*edo.Task) error { return second })
			edo.Go(task, func(*edo.Task) error { panic(third) })
			joined := edo.Go(task, func(*edo.Task) error { return errors.New("joined") })
			if _, err := joined.Await(task); err == nil || err.Error() != "joined" {
				t.Errorf("joined gave %v", err)
			}
			return first
		}, opt)
		for _, want := range []error{first, second, third} {
			if !errors.Is(err, want) {
				t.Errorf("%v is missing in: %v", want, err)
			}
		}
		if strings.Contains(err.Error(), "joined") {
			t.Errorf("an error that was joined is in: %v", err)
		}
		if !strings.HasPrefix(err.Error(), "first") {
			t.Errorf("main's error does not come first in: %v", err)
		}
	})
}

func TestRunKeepsTheFirst32FailuresAndCountsTheRest(t *testing.T) {
	err := edo.Run(func(task *edo.Task) error {
		for i := range 40 {
			edo.Go(task, func(*edo.Task) error { return fmt.Errorf("failure %d", i) })
		}
		return nil
	}, tasktest.Quiet(edo.Config{}))
	if n := strings.Count(err.Error(), "failure"); n != 32 {
		t.Errorf("%d failures are named, want 32", n)
	}
	if !strings.Contains(err.Error(), "and 8 more tasks failed") {
		t.Errorf("the rest is not counted in: %v", err)
	}
}

func TestPanicIsAPanicErrorWithTheStackOfThePanic(t *testing.T) {
	tasktest.OnAll(t, func(t *testing.T, opt edo.RunOption) {
		cause := errors.New("cause")
		edo.Run(func(task *edo.Task) error {
			direct := edo.Go(task, func(task *edo.Task) error {
				edo.Yield(task)
				tasktest.PanicOnPurpose(cause)
				return nil
			}, edo.Name("doomed"))
			stackless := edo.Spawn(task, tasktest.PollFunc[int](func(*edo.Context) (int, edo.Poll, error) {
				tasktest.PanicOnPurpose(cause)
				return 0, edo.Ready, nil
			}), edo.Name("doomed"))
			blocking := edo.Blocking(task, func(*edo.Task) (int, error) {
				tasktest.PanicOnPurpose(cause)
				return 0, nil
			}, edo.Name("doomed"))
			for kind, h := range map[string]func() error{
				"direct":    func() error { _, err := direct.Await(task); return err },
				"stackless": func() error { _, err := stackless.Await(task); return err },
				"blocking":  func() error { _, err := blocking.Await(task); return err },
			} {
				err := h()
				var p *edo.PanicError
				if !errors.As(err, &p) || p.Value != cause || !errors.Is(err, cause) || p.Task != "doomed" {
					t.Errorf("%s: got %v", kind, err)
				} else if !strings.Contains(string(p.Stack), "PanicOnPurpose") {
					t.Errorf("%s: the stack does not show where: %s", kind, p.Stack)
				}
			}
			return nil
		}, opt)
	})
}

func TestGoexitEndsTheTaskWithAnErrorAndTheWorkerGoesOn(t *testing.T) {
	tasktest.OnAll(t, func(t *testing.T, opt edo.RunOption) {
		cleaned := false
		err := edo.Run(func(task *edo.Task) error {
			for range 5 {
				h := edo.Go(task, func(task *edo.Task) error {
					defer func() { cleaned = true }()
					edo.Yield(task)
					runtime.Goexit()
					return nil
				})
				if _, err := h.Await(task); err == nil || !strings.Contains(err.Error(), "Goexit") {
					t.Errorf("direct style: got %v", err)
				}
				n := edo.Go(task, func(task *edo.Task) error {
					_, err := edo.Await(task, edo.Async(func(task *edo.Task) (int, error) {
						edo.Yield(task)
						runtime.Goexit()
						return 0, nil
					}))
					t.Errorf("a nested Goexit let the outer function go on, with %v", err)
					return err
				})
				if _, err := n.Await(task); err == nil || !strings.Contains(err.Error(), "Goexit") {
					t.Errorf("nested: got %v", err)
				}
				s := edo.Spawn(task, tasktest.PollFunc[int](func(*edo.Context) (int, edo.Poll, error) {
					runtime.Goexit()
					return 0, edo.Ready, nil
				}))
				if _, err := s.Await(task); err == nil || !strings.Contains(err.Error(), "Goexit") {
					t.Errorf("stackless: got %v", err)
				}
				b := edo.Blocking(task, func(*edo.Task) (int, error) {
					runtime.Goexit()
					return 0, nil
				})
				if _, err := b.Await(task); err == nil || !strings.Contains(err.Error(), "Goexit") {
					t.Errorf("blocking: got %v", err)
				}
			}
			return nil
		}, opt)
		if err != nil || !cleaned {
			t.Fatalf("err %v, deferred function ran: %v", err, cleaned)
		}
	})
}

func TestGoexitInMainEndsRunWithAnError(t *testing.T) {
	err := edo.Run(func(*edo.Task) error { runtime.Goexit(); return nil }, tasktest.Quiet(edo.Config{}))
	if err == nil || !strings.Contains(err.Error(), "Goexit") {
		t.Fatalf("got %v", err)
	}
}

func TestNestedRunIsAnError(t *testing.T) {
	tasktest.OnAll(t, func(t *testing.T, opt edo.RunOption) {
		inner := func(*edo.Task) error { t.Error("the inner main ran"); return nil }
		err := edo.Run(func(task *edo.Task) error {
			if err := edo.Run(inner); err == nil || !strings.Contains(err.Error(), "Run inside a task") {
				t.Errorf("in direct style: got %v", err)
			}
			edo.Yield(task)
			if err := edo.Block(task, context.Background(), inner); err == nil || !strings.Contains(err.Error(), "Block in a task") {
				t.Errorf("Block: got %v", err)
			}
			_, err := edo.Await(task, edo.Spawn(task, tasktest.PollFunc[int](func(*edo.Context) (int, edo.Poll, error) {
				return 0, edo.Ready, edo.Run(inner)
			})))
			if err == nil || !strings.Contains(err.Error(), "Run inside a task") {
				t.Errorf("in a future: got %v", err)
			}
			return nil
		}, opt)
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestBlockedTaskDoesNotStopTheOthersFromEndingIt(t *testing.T) {
	for _, workers := range []int{1, 2} {
		closed := make(chan struct{})
		err := edo.Run(func(task *edo.Task) error {
			edo.Go(task, func(*edo.Task) error { <-closed; return nil })
			edo.Go(task, func(task *edo.Task) error {
				edo.Yield(task)
				close(closed)
				return nil
			})
			return nil
		}, tasktest.Quiet(edo.Config{Workers: workers}))
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestAfterRunGoroutinesAreBackWhereTheyWere(t *testing.T) {
	before := tasktest.CountGoroutines()
	for range 20 {
		edo.Run(func(task *edo.Task) error {
			for range 100 {
				edo.Go(task, func(task *edo.Task) error { return edo.Yield(task) })
			}
			edo.Blocking(task, func(task *edo.Task) (int, error) { return 0, edo.Yield(task) })
			return nil
		})
	}
	tasktest.RequireGoroutines(t, before)
}

func TestBadConfigIsRefused(t *testing.T) {
	for _, c := range []edo.Config{{Workers: -1}, {CurrentThread: true, Workers: 2}} {
		if err := edo.Run(func(*edo.Task) error { t.Error("ran"); return nil }, edo.WithConfig(c)); err == nil {
			t.Errorf("%+v was taken", c)
		}
	}
}

func TestFailuresBeyondTheKeptOnesAreReportedWhenTheKeptOnesWereJoined(t *testing.T) {
	err := edo.Run(func(task *edo.Task) error {
		var handles []*edo.JoinHandle[edo.Unit]
		for i := range 40 {
			h := edo.Go(task, func(*edo.Task) error { return fmt.Errorf("failure %d", i) })
			for !h.Finished() {
				edo.Yield(task)
			}
			handles = append(handles, h)
		}
		for _, h := range handles[:32] {
			h.Await(task)
			h.Await(task)
		}
		return nil
	}, tasktest.Quiet(edo.Config{}))
	if err == nil || !strings.Contains(err.Error(), "8 more tasks failed") {
		t.Errorf("Run returned %v", err)
	}
}

func TestMainIsOneMoreTaskAndTheOthersGoOnWhenItFails(t *testing.T) {
	broken := errors.New("broken")
	for name, end := range map[string]func() error{
		"error":  func() error { return broken },
		"panic":  func() error { panic(broken) },
		"Goexit": func() error { runtime.Goexit(); return nil },
	} {
		tasktest.OnAll(t, func(t *testing.T, opt edo.RunOption) {
			var ended atomic.Int64
			err := edo.Run(func(task *edo.Task) error {
				for range 10 {
					edo.Go(task, func(task *edo.Task) error {
						if err := timer.Sleep(task, time.Millisecond); err != nil {
							return err
						}
						edo.Go(task, func(task *edo.Task) error { // main has ended before
							ended.Add(1)
							return edo.Yield(task)
						})
						return nil
					})
				}
				return end()
			}, opt)
			if err == nil || name != "Goexit" && !errors.Is(err, broken) || ended.Load() != 10 {
				t.Errorf("%s: got %v; %d have ended", name, err, ended.Load())
			}
		})
	}
}

func TestAfterRunDescriptorsAreBackWhereTheyWere(t *testing.T) {
	count := func() int {
		all, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			t.Skip("this system does not say which descriptors are open")
		}
		return len(all)
	}
	edo.Run(func(*edo.Task) error { return nil }) // from now on the poller of Go has its descriptors
	before := count()
	for range 10 {
		err := edo.Run(func(task *edo.Task) error {
			edo.Go(task, func(task *edo.Task) error { return timer.Sleep(task, time.Millisecond) })
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if n := count(); n > before {
		t.Errorf("%d descriptors, %d before", n, before)
	}
}
