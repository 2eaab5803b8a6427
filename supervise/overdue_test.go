package supervise_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/lock"
	"github.com/edo-go/edo/supervise"
	"github.com/edo-go/edo/timer"
)

// stuck is a child that does not end before the gate opens.
func (l *lab) stuck(name string, gate *lock.Notify) supervise.Spec {
	return supervise.Spec{Name: name, Start: supervise.FuncReady(func(task *edo.Task, ready func()) error {
		l.log = append(l.log, "start "+name)
		ready()
		task.Cancelled()
		l.log = append(l.log, "stop "+name)
		return edo.Shielded(task, gate.Wait)
	}), Shutdown: 3 * time.Second}
}

// requireOverdue requires that err names the child, and what it waits for.
func requireOverdue(t *testing.T, err error, child string) {
	t.Helper()
	var e *supervise.OverdueError
	if !errors.As(err, &e) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
		return
	}
	if e.Child != child || e.After != 3*time.Second || len(e.Waits) != 1 || !strings.HasPrefix(e.Waits[0], "lock: notify") ||
		!strings.Contains(err.Error(), child+" has not ended within 3s: it waits for lock: notify") {
		t.Errorf("got %+v: %v", e, err)
	}
}

func TestAChildThatIsOverdueIsNamedWithWhatItWaitsForAndTheOthersAreStopped(t *testing.T) {
	inLab(t, func(l *lab) {
		gate := &lock.Notify{}
		l.begin(supervise.Config{Name: "app"}, l.spec("a"), l.stuck("b", gate), l.spec("c"))
		start := timer.Now(l.task)
		l.h.Abort()
		_, err := l.h.Await(l.task)
		if took := timer.Now(l.task).Sub(start); took != 3*time.Second {
			t.Errorf("the end took %v", took)
		}
		requireOverdue(t, err, "app/b")
		if !errors.Is(err, edo.ErrCancelled) || l.told() != "stop c, stop b, stop a" {
			t.Errorf("got %v, %v", err, l.log)
		}
		gate.NotifyOne()
	})
}

func TestARunOfASupervisorWaitsForWhatIsLeftOfTheOneBefore(t *testing.T) {
	for _, s := range []supervise.Strategy{supervise.OneForOne, supervise.OneForAll, supervise.Dynamic} {
		inLab(t, func(l *lab) {
			gate := &lock.Notify{}
			l.begin(supervise.Config{Strategy: s}, l.spec("a"), l.stuck("b", gate), l.spec("c"))
			l.sup.Shutdown()
			_, err := l.h.Await(l.task)
			requireOverdue(t, err, "b")
			l.log = nil
			l.h = l.sup.Go(l.task)
			timer.Sleep(l.task, time.Hour)
			if got := l.told(); got != "start a" || l.list() != "a=running b=overdue c=waiting" {
				t.Errorf("%v: while the old one runs: %s, %s", s, got, l.list())
			}
			gate.NotifyOne()
			l.settle()
			if got := l.told(); got != "start b, start c" || l.list() != "a=running b=running c=running" {
				t.Errorf("%v: after it has ended: %s, %s", s, got, l.list())
			}
			gate.NotifyOne()
		})
	}
}

func TestNoChildIsStartedWhileItsOverdueTaskRuns(t *testing.T) {
	inLab(t, func(l *lab) {
		gate := &lock.Notify{}
		l.begin(all(3), l.spec("a"), l.stuck("b", gate), l.spec("c"))
		l.die("a", errBoom)
		timer.Sleep(l.task, time.Hour)
		if got := l.told(); got != "stop c, stop b, start a" || l.list() != "a=running b=overdue c=waiting" {
			t.Errorf("got %s, %s", got, l.list())
		}
		if err := l.sup.Restart(l.task, "b"); err != supervise.ErrRunning {
			t.Errorf("Restart: %v", err)
		}
		requireOverdue(t, l.sup.Stop(l.task, "b"), "b")
		l.settle()
		if l.list() != "a=running b=overdue c=running" { // b is not wanted any more
			t.Errorf("after Stop: %s", l.list())
		}
		gate.NotifyOne()
		l.settle()
		if l.list() != "a=running b=stopped c=running" {
			t.Errorf("in the end: %s", l.list())
		}
	})
}

func TestStopOfAChildThatDoesNotEndReturnsWhenItIsOverdue(t *testing.T) {
	inLab(t, func(l *lab) {
		gate := &lock.Notify{}
		l.begin(supervise.Config{}, l.stuck("b", gate))
		start := timer.Now(l.task)
		requireOverdue(t, l.sup.Stop(l.task, "b"), "b")
		if took := timer.Now(l.task).Sub(start); took != 3*time.Second {
			t.Errorf("it took %v", took)
		}
		if err := l.sup.Remove("b"); err != supervise.ErrRunning {
			t.Errorf("Remove: %v", err)
		}
		h := edo.Go(l.task, func(task *edo.Task) error { return l.sup.Restart(task, "b") })
		l.settle()
		if h.Finished() || l.list() != "b=overdue" {
			t.Errorf("Restart does not wait: %s", l.list())
		}
		gate.NotifyOne()
		if _, err := h.Await(l.task); err != nil || l.list() != "b=running" {
			t.Errorf("Restart: %v, %s", err, l.list())
		}
		gate.NotifyOne()
	})
}

func TestAChildThatWasOverdueBeforeTheEndIsNamedAtTheEnd(t *testing.T) {
	inLab(t, func(l *lab) {
		gate := &lock.Notify{}
		l.begin(supervise.Config{}, l.spec("a"), l.stuck("b", gate))
		l.sup.Stop(l.task, "b")
		l.sup.Shutdown()
		_, err := l.h.Await(l.task)
		requireOverdue(t, err, "b")
		l.h = l.sup.Go(l.task)
		l.settle()
		l.sup.Shutdown()
		var e *supervise.OverdueError
		if _, err := l.h.Await(l.task); !errors.As(err, &e) || e.Child != "b" || !strings.Contains(err.Error(), "earlier Run") {
			t.Errorf("the next Run: %v", err)
		}
		gate.NotifyOne()
		l.settle()
		l.h = l.sup.Go(l.task)
		l.sup.Started(l.task)
		l.sup.Stop(l.task, "a")
		if l.list() != "a=stopped b=running" {
			t.Errorf("in the end: %s", l.list())
		}
		gate.NotifyOne()
	})
}

func TestInfinityWaitsForAsLongAsItTakes(t *testing.T) {
	inLab(t, func(l *lab) {
		gate := &lock.Notify{}
		spec := l.stuck("b", gate)
		spec.Shutdown = supervise.Infinity
		l.begin(supervise.Config{}, spec)
		l.sup.Shutdown()
		timer.Sleep(l.task, 1000*time.Hour)
		if l.h.Finished() {
			t.Error("it has not waited")
		}
		if s := l.task.Runtime().Snapshot().Text(); !strings.Contains(s, "waits for supervise: the end of b") {
			t.Errorf("the report says\n%s", s)
		}
		gate.NotifyOne()
		if _, err := l.h.Await(l.task); err != nil {
			t.Error(err)
		}
	})
}

func TestAnOverdueChildThatWaitsInANestedSupervisorIsFoundThere(t *testing.T) {
	inLab(t, func(l *lab) {
		gate := &lock.Notify{}
		spec := l.stuck("b", gate)
		spec.Shutdown = supervise.Infinity
		inner, err := supervise.New(supervise.Config{Children: []supervise.Spec{spec}})
		if err != nil {
			t.Fatal(err)
		}
		l.begin(supervise.Config{Name: "app"}, supervise.Spec{Name: "in", Start: supervise.Nested(inner), Shutdown: time.Second})
		l.sup.Shutdown()
		_, err = l.h.Await(l.task)
		var e *supervise.OverdueError
		if !errors.As(err, &e) || e.Child != "app/in" || !slices.Equal(e.Waits, []string{"supervise: the end of app/in/b, from app/in/b"}) {
			t.Errorf("got %v", err)
		}
		gate.NotifyOne()
	})
}

func TestAChildThatComputesIsOverdueAsRunning(t *testing.T) {
	release := make(chan struct{})
	err := edo.Run(func(task *edo.Task) error {
		sup, err := supervise.New(supervise.Config{Children: []supervise.Spec{
			{Name: "busy", Shutdown: time.Millisecond, Start: supervise.FuncReady(func(task *edo.Task, ready func()) error {
				ready()
				<-release // blocks its worker
				return nil
			})},
		}})
		if err != nil {
			return err
		}
		h := sup.Go(task)
		if err := sup.Started(task); err != nil {
			return err
		}
		h.Abort()
		_, err = h.Await(task)
		close(release)
		var e *supervise.OverdueError
		if !errors.As(err, &e) || e.State != "running" && e.State != "runnable" || len(e.Waits) != 0 {
			t.Errorf("got %v", err)
		}
		return nil
	}, edo.WithConfig(edo.Config{Workers: 4, OnError: func(error) {}}))
	if err != nil {
		t.Error(err)
	}
}

// Restart of an overdue child waits for the end of the run. Stop ends that wait, because the run may never end.
func TestStopOfAnOverdueChildAnswersTheRestartThatWaits(t *testing.T) {
	inLab(t, func(l *lab) {
		gate := &lock.Notify{}
		l.begin(supervise.Config{}, l.stuck("a", gate))
		requireOverdue(t, l.sup.Stop(l.task, "a"), "a")
		restart := l.sup.RestartFuture("a")
		var restarted error
		h := edo.Go(l.task, func(task *edo.Task) error { _, restarted = edo.Await[edo.Unit](task, restart); return nil })
		l.settle()
		requireOverdue(t, l.sup.Stop(l.task, "a"), "a")
		l.settle()
		if !h.Finished() || restarted != supervise.ErrStopped {
			t.Errorf("finished: %v, got %v", h.Finished(), restarted)
		}
		gate.NotifyOne()
		l.settle()
		if l.list() != "a=stopped" {
			t.Errorf("got %s", l.list())
		}
	})
}
