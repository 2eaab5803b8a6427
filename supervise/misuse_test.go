package supervise_test

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/supervise"
	"github.com/edo-go/edo/timer"
)

// However often a child may be restarted, other tasks go on, and the supervisor can be ended.
func TestAChildThatFailsAsFastAsItIsStartedHoldsUpNoOtherTask(t *testing.T) {
	inLab(t, func(l *lab) {
		n := 0
		bad := supervise.Spec{Name: "bad", Start: supervise.Future(func() edo.Future[edo.Unit] { n++; return nil })}
		l.begin(supervise.Config{Intensity: 1 << 40}, l.spec("a"), bad)
		for i := 0; i < 100_000 && n < 2; i++ {
			edo.Yield(l.task)
		}
		if l.sup.Shutdown(); n < 2 {
			t.Errorf("it was started %d times", n)
		}
		l.h.Await(l.task)
	})
}

// On a runtime that has ended, a child cannot be spawned, and neither can a supervisor.
func TestASupervisorOnARuntimeThatHasEndedEnds(t *testing.T) {
	c := tasktest.CurrentThread
	c.OnError = func(error) {}
	rt, err := edo.New(c)
	if err != nil {
		t.Fatal(err)
	}
	if err := rt.Shutdown(context.Background()); err != nil {
		t.Fatal(err)
	}
	starts := 0
	sup := must(t, supervise.Config{Children: []supervise.Spec{{Name: "a", Start: supervise.Func(func(task *edo.Task) error { starts++; return task.Cancelled() })}}})
	if _, _, err := sup.Go(rt).TryJoin(); !errors.Is(err, edo.ErrShutdown) {
		t.Errorf("got %v", err)
	}
	if err := sup.Remove("a"); !errors.Is(err, supervise.ErrNotRunning) {
		t.Errorf("afterwards: %v", err)
	}
	err = edo.Run(func(task *edo.Task) error { // it can be run again
		h := sup.Go(task)
		if err := sup.Started(task); err != nil || len(sup.Children()) != 1 || sup.Children()[0].State != supervise.IsRunning {
			t.Errorf("the next Run: %v, %+v", err, sup.Children())
		}
		h.Abort()
		return nil
	})
	if err != nil || starts > 1 {
		t.Errorf("%v, %d starts", err, starts)
	}
}

func TestASupervisorRunsOnGoroutinesOfTheirOwnToo(t *testing.T) {
	for _, k := range tasktest.Kinds {
		t.Run(k.Name, func(t *testing.T) {
			var starts atomic.Int32
			config := supervise.Config{Intensity: 3, AutoShutdown: supervise.AnySignificant, Children: []supervise.Spec{
				{Name: "a", Start: supervise.Func(func(task *edo.Task) error { return task.Cancelled() })},
				{Name: "b", Restart: supervise.Transient, Significant: true, Start: supervise.Func(func(task *edo.Task) error {
					if starts.Add(1)%3 != 0 {
						return errBoom
					}
					return nil
				})},
			}}
			c := k.Config
			c.OnError = func(error) {}
			rt, err := edo.New(c)
			if err != nil {
				t.Fatal(err)
			}
			if err := edo.Block(rt, context.Background(), must(t, config).Run); err != nil || starts.Load() != 3 {
				t.Errorf("Block: %v, %d starts", err, starts.Load())
			}
			h := edo.Blocking(rt, func(task *edo.Task) (int, error) { return 0, must(t, config).Run(task) })
			edo.Block(rt, context.Background(), func(task *edo.Task) error {
				if _, err := h.Await(task); err != nil || starts.Load() != 6 {
					t.Errorf("Blocking: %v, %d starts", err, starts.Load())
				}
				return nil
			})
			if err := rt.Shutdown(context.Background()); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestAChildMayCallItsOwnSupervisor(t *testing.T) {
	inLab(t, func(l *lab) {
		var sup *supervise.Supervisor
		var stopped, restarted, ran error
		l.begin(supervise.Config{}, l.spec("a"))
		sup = l.sup
		err := sup.Add(l.task, supervise.Spec{Name: "b", Start: supervise.FuncReady(func(task *edo.Task, ready func()) error {
			ready()
			ready()
			restarted, ran = sup.Restart(task, "b"), sup.Run(task)
			sup.Children()
			stopped = sup.Stop(task, "b")
			ready()
			return stopped
		})})
		l.settle()
		if err != nil || l.list() != "a=running b=stopped" || !errors.Is(stopped, edo.ErrCancelled) || restarted != supervise.ErrRunning ||
			!strings.Contains(ran.Error(), "that runs") {
			t.Errorf("got %v, %s; Stop %v, Restart %v, Run %v", err, l.list(), stopped, restarted, ran)
		}
		sup.Add(l.task, supervise.Spec{Name: "c", Start: supervise.Func(func(task *edo.Task) error {
			sup.Shutdown()
			return task.Cancelled()
		})})
		if _, err := l.h.Await(l.task); err != nil {
			t.Error(err)
		}
	})
}

func TestASupervisorInsideItselfIsAChildThatFailsToStart(t *testing.T) {
	inLab(t, func(l *lab) {
		l.begin(supervise.Config{}, l.spec("a"))
		err := l.sup.Add(l.task, supervise.Spec{Name: "self", Start: supervise.Nested(l.sup)})
		if err == nil || !strings.Contains(err.Error(), "that runs") || l.list() != "a=running" {
			t.Errorf("got %v, %s", err, l.list())
		}
	})
}

func TestAShieldHoldsTheCancellationOfASupervisorBack(t *testing.T) {
	inLab(t, func(l *lab) {
		sup := must(t, supervise.Config{Children: []supervise.Spec{l.spec("a")}})
		h := edo.Go(l.task, func(task *edo.Task) error { return edo.Shielded(task, sup.Run) })
		sup.Started(l.task)
		h.Abort()
		timer.Sleep(l.task, time.Minute)
		if h.Finished() {
			t.Error("it has ended")
		}
		sup.Shutdown()
		if _, err := h.Await(l.task); err != nil {
			t.Error(err)
		}
	})
}

// A program that exits its goroutine ends one run of a child.
func TestGoexitInAChildIsAFailure(t *testing.T) {
	inLab(t, func(l *lab) {
		n := 0
		l.begin(one(1, five), supervise.Spec{Name: "a", Start: supervise.Func(func(task *edo.Task) error {
			if n++; n == 1 {
				runtime.Goexit()
			}
			return task.Cancelled()
		})})
		l.settle()
		if kids := l.sup.Children(); n != 2 || kids[0].Restarts != 1 || !strings.Contains(kids[0].Err.Error(), "Goexit") {
			t.Errorf("%d starts, %+v", n, kids)
		}
	})
}

func TestADaemonSupervisorWithDaemonChildrenEndsWithTheOthers(t *testing.T) {
	tasktest.RunOnAll(t, func(task *edo.Task) error {
		sup := must(t, supervise.Config{Children: []supervise.Spec{
			{Name: "a", Options: []edo.SpawnOption{edo.Daemon()}, Start: supervise.Func(func(task *edo.Task) error { return task.Cancelled() })},
		}})
		sup.Go(task, edo.Daemon())
		return sup.Started(task)
	})
}

func TestAShieldDoesNotKeepASupervisorWhoseChildrenAreCancelledWithAllTasks(t *testing.T) {
	for _, k := range tasktest.Kinds {
		t.Run(k.Name, func(t *testing.T) {
			rt, err := edo.New(k.Config)
			if err != nil {
				t.Fatal(err)
			}
			sup := must(t, supervise.Config{Children: []supervise.Spec{
				{Name: "a", Start: supervise.Func(func(task *edo.Task) error { return task.Cancelled() })},
			}})
			h := edo.Go(rt, func(task *edo.Task) error { return edo.Shielded(task, sup.Run) })
			edo.Block(rt, context.Background(), sup.Started)
			if err := rt.Shutdown(context.Background()); err != nil {
				t.Error(err)
			}
			if _, _, err := h.TryJoin(); !errors.Is(err, edo.ErrCancelled) {
				t.Errorf("got %v", err)
			}
		})
	}
}
