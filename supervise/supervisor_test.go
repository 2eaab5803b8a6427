package supervise_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/scope"
	"github.com/edo-go/edo/supervise"
	"github.com/edo-go/edo/timer"
)

func must(t *testing.T, c supervise.Config) *supervise.Supervisor {
	t.Helper()
	sup, err := supervise.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return sup
}

func TestConfigurationsThatCannotBeAreRefused(t *testing.T) {
	wait := supervise.Func(func(task *edo.Task) error { return task.Cancelled() })
	child := func(change func(*supervise.Spec)) supervise.Config {
		s := supervise.Spec{Name: "a", Start: wait}
		change(&s)
		return supervise.Config{Children: []supervise.Spec{s}}
	}
	for part, c := range map[string]supervise.Config{
		`the supervisor "a/b" has`: {Name: "a/b"},
		"unknown Strategy":         {Strategy: 9},
		"unknown AutoShutdown":     {AutoShutdown: 9},
		"Intensity is -2":          {Intensity: -2},
		"Period is -1s":            {Period: -time.Second},
		"Max 1ms below Initial 1s": {Backoff: supervise.Backoff{Initial: time.Second, Max: time.Millisecond}},
		"Factor 0.5":               {Backoff: supervise.Backoff{Initial: time.Second, Factor: 0.5}},
		"Jitter 2":                 {Backoff: supervise.Backoff{Initial: time.Second, Jitter: 2}},
		"Initial 0s":               {Backoff: supervise.Backoff{Jitter: 0.5}},
		"two children":             {Children: []supervise.Spec{{Name: "a", Start: wait}, {Name: "a", Start: wait}}},
		"without a Name":           child(func(s *supervise.Spec) { s.Name = "" }),
		"slash":                    child(func(s *supervise.Spec) { s.Name = "a/b" }),
		"no Start":                 child(func(s *supervise.Spec) { s.Start = supervise.Start{} }),
		"unknown Restart 9":        child(func(s *supervise.Spec) { s.Restart = 9 }),
		"Shutdown -2ns":            child(func(s *supervise.Spec) { s.Shutdown = -2 }),
		"Initial -1s":              child(func(s *supervise.Spec) { s.Backoff.Initial = -time.Second }),
	} {
		if _, err := supervise.New(c); err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("want an error with %q, got %v", part, err)
		}
	}
	for name, fn := range map[string]func(){
		"Func":        func() { supervise.Func(nil) },
		"FuncReady":   func() { supervise.FuncReady(nil) },
		"Future":      func() { supervise.Future(nil) },
		"FutureReady": func() { supervise.FutureReady(nil) },
		"Nested":      func() { supervise.Nested(nil) },
	} {
		func() {
			defer func() {
				if err, ok := recover().(error); !ok || !strings.Contains(err.Error(), name) {
					t.Errorf("%s of nil: %v", name, err)
				}
			}()
			fn()
		}()
	}
}

func TestASupervisorAnswersWhileAChildIsSlow(t *testing.T) {
	inLab(t, func(l *lab) {
		slow := supervise.Spec{Name: "slow", Start: supervise.FuncReady(func(task *edo.Task, ready func()) error {
			if err := timer.Sleep(task, time.Hour); err != nil {
				return err
			}
			ready()
			task.Cancelled()
			return edo.Shielded(task, func(task *edo.Task) error { return timer.Sleep(task, time.Hour) })
		}), Shutdown: supervise.Infinity}
		l.begin(supervise.Config{}, l.spec("a"))
		start := timer.Now(l.task)
		add := edo.Go(l.task, func(task *edo.Task) error { return l.sup.Add(task, slow) })
		l.settle()
		if err := l.sup.Add(l.task, l.spec("b")); err != nil || l.list() != "a=running slow=starting b=running" {
			t.Errorf("while it starts: %v, %s", err, l.list())
		}
		l.die("a", errBoom)
		if got := l.told(); got != "start b, start a" {
			t.Errorf("while it starts a was not restarted: %s", got)
		}
		if took := timer.Now(l.task).Sub(start); took > time.Second {
			t.Errorf("it took %v", took)
		}
		if _, err := add.Await(l.task); err != nil {
			t.Error(err)
		}
		start = timer.Now(l.task)
		stop := edo.Go(l.task, func(task *edo.Task) error { return l.sup.Stop(task, "slow") })
		l.settle()
		if err := l.sup.Stop(l.task, "b"); err != nil || l.list() != "a=running slow=stopping b=stopped" {
			t.Errorf("while it ends: %v, %s", err, l.list())
		}
		if took := timer.Now(l.task).Sub(start); took > time.Second {
			t.Errorf("it took %v", took)
		}
		if _, err := stop.Await(l.task); err != nil || l.list() != "a=running slow=stopped b=stopped" {
			t.Errorf("in the end: %v, %s", err, l.list())
		}
	})
}

func TestAScopeThatIsCancelledStopsItsSupervisorInOrder(t *testing.T) {
	inLab(t, func(l *lab) {
		sup := must(t, supervise.Config{Intensity: 3, Children: l.abcd()})
		err := scope.Run(l.task, func(s *scope.Scope) error {
			edo.Go(s, sup.Run)
			sup.Started(l.task)
			l.log = nil
			l.die("b", errBoom) // is no failure of the scope
			if got := l.told(); got != "start b" || l.task.Err() != nil {
				t.Errorf("got %s, %v", got, l.task.Err())
			}
			s.Cancel()
			return nil
		})
		if got := l.told(); err != nil || got != "stop d, stop c, stop b, stop a" {
			t.Errorf("got %v, %s", err, got)
		}
		err = scope.Run(l.task, func(*scope.Scope) error { return sup.Run(l.task) }, scope.Timeout(time.Second))
		if got := l.told(); !errors.Is(err, context.DeadlineExceeded) || got != "start a, start b, start c, start d, stop d, stop c, stop b, stop a" {
			t.Errorf("got %v, %s", err, got)
		}
	})
}

func TestWhenTheRuntimeCancelsAllTasksNothingCountsAsAFailure(t *testing.T) {
	for _, k := range tasktest.Kinds {
		t.Run(k.Name, func(t *testing.T) {
			for range 20 {
				var told []error
				c := k.Config
				c.OnError = func(err error) { told = append(told, err) }
				rt, err := edo.New(c)
				if err != nil {
					t.Fatal(err)
				}
				var specs []supervise.Spec
				for i := range 8 {
					specs = append(specs, supervise.Spec{Name: fmt.Sprint(i), Start: supervise.Func(func(task *edo.Task) error { return task.Cancelled() })})
				}
				sup := must(t, supervise.Config{Children: specs})
				h := sup.Go(rt)
				edo.Block(rt, context.Background(), sup.Started)
				if err := rt.Shutdown(context.Background()); err != nil || len(told) != 0 {
					t.Errorf("Shutdown: %v, OnError: %v", err, told)
				}
				if _, _, err := h.TryJoin(); !errors.Is(err, edo.ErrCancelled) {
					t.Errorf("the supervisor: %v", err)
				}
			}
		})
	}
}

func TestACallThatIsCancelledIsNotUndone(t *testing.T) {
	inLab(t, func(l *lab) {
		slow := supervise.Spec{Name: "slow", Start: supervise.FuncReady(func(task *edo.Task, ready func()) error {
			if err := timer.Sleep(task, time.Second); err != nil {
				return err
			}
			ready()
			task.Cancelled()
			return edo.Shielded(task, func(task *edo.Task) error { return timer.Sleep(task, time.Second) })
		})}
		l.begin(supervise.Config{})
		cancelled := func(call func(task *edo.Task) error, want string) {
			h := edo.Go(l.task, call)
			l.settle()
			h.Abort()
			if _, err := h.Await(l.task); !errors.Is(err, edo.ErrCancelled) {
				t.Errorf("got %v", err)
			}
			timer.Sleep(l.task, 2*time.Second)
			if l.list() != want {
				t.Errorf("got %s, want %s", l.list(), want)
			}
		}
		cancelled(func(task *edo.Task) error { return l.sup.Add(task, slow) }, "slow=running")
		cancelled(func(task *edo.Task) error { return l.sup.Stop(task, "slow") }, "slow=stopped")
		cancelled(func(task *edo.Task) error { return l.sup.Restart(task, "slow") }, "slow=running")
		h := edo.Go(l.task, func(task *edo.Task) error { return l.sup.Started(task) })
		if _, err := h.Await(l.task); err != nil {
			t.Error(err)
		}
	})
}

func TestADroppedStartedLosesNothing(t *testing.T) {
	inLab(t, func(l *lab) {
		sup := must(t, supervise.Config{})
		h := edo.Go(l.task, func(task *edo.Task) error { return sup.Started(task) })
		l.settle()
		h.Abort()
		if _, err := h.Await(l.task); !errors.Is(err, edo.ErrCancelled) {
			t.Errorf("got %v", err)
		}
		l.sup, l.h = sup, sup.Go(l.task)
		if err := sup.Started(l.task); err != nil {
			t.Error(err)
		}
	})
}

func TestACancelledTaskDoesNotRunASupervisor(t *testing.T) {
	inLab(t, func(l *lab) {
		sup := must(t, supervise.Config{Children: l.abcd()})
		h := edo.Go(l.task, func(task *edo.Task) error {
			task.Cancelled()
			return sup.Run(task)
		})
		l.settle()
		h.Abort()
		if _, err := h.Await(l.task); !errors.Is(err, edo.ErrCancelled) || l.told() != "" {
			t.Errorf("got %v, %v", err, l.log)
		}
		g := sup.Go(l.task)
		g.Abort() // before its first poll
		if _, err := g.Await(l.task); !errors.Is(err, edo.ErrCancelled) || l.told() != "" {
			t.Errorf("got %v, %v", err, l.log)
		}
	})
}

// counted is a future that ends when it is told, and counts its drops.
type counted struct {
	end   chan struct{}
	drops *int
}

func (c *counted) Poll(cx *edo.Context) (u edo.Unit, p edo.Poll, err error) {
	if !cx.Proceed(nil) {
		return u, edo.Pending, nil
	}
	select {
	case <-c.end:
		return u, edo.Ready, errBoom
	default:
		return u, edo.Pending, nil
	}
}

func (c *counted) Drop() { *c.drops++ }

func TestFuturesOfChildrenAreDroppedOnce(t *testing.T) {
	inLab(t, func(l *lab) {
		made, drops := 0, 0
		end := make(chan struct{}, 1)
		l.begin(supervise.Config{Intensity: 5}, supervise.Spec{Name: "a", Start: supervise.Future(func() edo.Future[edo.Unit] {
			if made++; made <= 2 {
				end <- struct{}{}
			}
			return &counted{end, &drops}
		})})
		l.settle()
		if made != 3 || drops != 2 {
			t.Errorf("after two ends: %d were made, %d dropped", made, drops)
		}
		l.sup.Stop(l.task, "a")
		if made != 3 || drops != 3 {
			t.Errorf("after Stop: %d were made, %d dropped", made, drops)
		}
		l.sup.Restart(l.task, "a")
		l.sup.Stop(l.task, "a") // perhaps before the first poll: then it was not made
		if made != drops {
			t.Errorf("in the end: %d were made, %d dropped", made, drops)
		}
	})
}
