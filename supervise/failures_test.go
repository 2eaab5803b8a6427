package supervise_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/supervise"
	"github.com/edo-go/edo/timer"
)

func TestTheErrorOfASupervisorCarriesTheChainOfFailures(t *testing.T) {
	inLab(t, func(l *lab) {
		inner := must(t, supervise.Config{Intensity: 1, Children: []supervise.Spec{
			{Name: "db", Start: supervise.Func(func(task *edo.Task) error {
				timer.Sleep(task, time.Second)
				return errBoom
			})},
		}})
		l.begin(supervise.Config{Name: "app", Intensity: 1, Period: time.Minute}, l.spec("a"), supervise.Spec{Name: "store", Start: supervise.Nested(inner), Restart: supervise.Transient})
		_, err := l.h.Await(l.task)
		var outer, nested *supervise.Error
		if !errors.As(err, &outer) || !errors.Is(err, supervise.ErrIntensity) || !errors.Is(err, errBoom) {
			t.Fatalf("got %v", err)
		}
		if len(outer.Failures) != 2 || outer.Failures[0].Child != "app/store" || !errors.As(outer.Failures[1].Err, &nested) ||
			len(nested.Failures) != 2 || nested.Failures[0].Child != "app/store/db" || nested.Supervisor != "app/store" {
			t.Errorf("got %+v, %+v", outer, nested)
		}
		want := "supervise: app: more than 1 restart within 1m0s: app/store: supervise: app/store: more than 1 restart within 5s: app/store/db: boom (2 times) (2 times)"
		if err.Error() != want {
			t.Errorf("got %v", err)
		}
	})
}

func TestWhatASupervisorEndsWithIsAFailureWhateverItsChildrenReturn(t *testing.T) {
	inLab(t, func(l *lab) {
		n := 0
		inner := must(t, supervise.Config{Intensity: supervise.NoRestarts, Children: []supervise.Spec{
			{Name: "x", Start: supervise.Func(func(task *edo.Task) error {
				if n++; n == 1 {
					return fmt.Errorf("stop: %w", supervise.ErrStop) // permanent: too many restarts
				}
				return task.Cancelled()
			})},
		}})
		l.begin(supervise.Config{}, supervise.Spec{Name: "in", Start: supervise.Nested(inner), Restart: supervise.Transient})
		l.settle()
		if l.list() != "in=running" || n != 2 {
			t.Errorf("it was not restarted: %s", l.list())
		}
	})
}

func TestAPanicWithErrStopIsAFailure(t *testing.T) {
	inLab(t, func(l *lab) {
		n := 0
		l.begin(one(5, five), supervise.Spec{Name: "a", Restart: supervise.Transient, Start: supervise.Func(func(task *edo.Task) error {
			if n++; n == 1 {
				panic(supervise.ErrStop)
			}
			return task.Cancelled()
		})})
		l.settle()
		if l.list() != "a=running" || n != 2 {
			t.Errorf("%d starts, %s", n, l.list())
		}
	})
}

func TestAChildThatFailsWhileItIsStoppedIsInTheError(t *testing.T) {
	inLab(t, func(l *lab) {
		l.begin(supervise.Config{Name: "app"}, supervise.Spec{Name: "log", Start: supervise.Func(func(task *edo.Task) error {
			task.Cancelled()
			return errBoom
		})})
		l.settle()
		l.sup.Shutdown()
		_, err := l.h.Await(l.task)
		if !errors.Is(err, errBoom) || err.Error() != "supervise: app: app/log: boom" {
			t.Errorf("got %v", err)
		}
	})
}

func TestOldFailuresAreNotInTheErrorOfASupervisorThatIsAskedToEnd(t *testing.T) {
	inLab(t, func(l *lab) {
		l.begin(one(5, five), l.spec("a"))
		l.die("a", errBoom)
		l.sup.Shutdown()
		if _, err := l.h.Await(l.task); err != nil {
			t.Errorf("got %v", err)
		}
	})
}

func TestFailuresAreToldToOnErrorOnce(t *testing.T) {
	var told []string
	err := sim.Run(1, func(task *edo.Task) error {
		n := 0
		sup := must(t, supervise.Config{Name: "app", Intensity: 2, Children: []supervise.Spec{
			{Name: "a", Start: supervise.FuncReady(func(task *edo.Task, ready func()) error {
				switch n++; n {
				case 1:
					ready()
					return errBoom
				case 2:
					return errNoLuck
				}
				ready()
				return task.Cancelled()
			})},
		}})
		h := sup.Go(task)
		timer.Sleep(task, time.Second)
		h.Abort()
		_, err := h.Await(task)
		return errors.Join(err)
	}, sim.WithConfig(sim.Config{Runtime: edo.Config{OnError: func(err error) { told = append(told, err.Error()) }}}))
	if !slices.Equal(told, []string{"supervise: app/a failed: boom", "supervise: app/a failed to start: no luck"}) {
		t.Errorf("told %q", told)
	}
	if !errors.Is(err, edo.ErrCancelled) {
		t.Errorf("got %v", err)
	}
}

func TestPanicsOfTheProgramAreFailuresOfTheChild(t *testing.T) {
	inLab(t, func(l *lab) {
		for name, start := range map[string]supervise.Start{
			"make panics":  supervise.Future(func() edo.Future[edo.Unit] { panic(errBoom) }),
			"make is nil":  supervise.Future(func() edo.Future[edo.Unit] { return nil }),
			"Func panics":  supervise.Func(func(*edo.Task) error { panic(errBoom) }),
			"never ready":  supervise.FuncReady(func(*edo.Task, func()) error { return nil }),
			"ready panics": supervise.FuncReady(func(*edo.Task, func()) error { panic(errBoom) }),
		} {
			if err := l.begin(one(2, five), supervise.Spec{Name: "x", Start: start}); err == nil {
				if _, err = l.h.Await(l.task); err == nil {
					t.Errorf("%s: no error", name)
				}
			}
		}
		bad := edo.SpawnOption(edo.OnEnd(func() { panic(errBoom) }))
		l.begin(one(2, five), supervise.Spec{Name: "x", Start: supervise.Func(func(*edo.Task) error { return nil }), Options: []edo.SpawnOption{bad}})
		if _, err := l.h.Await(l.task); !errors.Is(err, errBoom) || !errors.Is(err, supervise.ErrIntensity) {
			t.Errorf("an option that panics: %v", err)
		}
		l.h = nil
	})
}

func TestAnOnErrorThatPanicsEndsNothing(t *testing.T) {
	err := sim.Run(1, func(task *edo.Task) error {
		sup := must(t, supervise.Config{Children: []supervise.Spec{
			{Name: "a", Start: supervise.Func(func(task *edo.Task) error { return errBoom })},
		}})
		if err := sup.Run(task); !errors.Is(err, supervise.ErrIntensity) {
			t.Errorf("got %v", err)
		}
		return nil
	}, sim.WithConfig(sim.Config{Runtime: edo.Config{OnError: func(error) { panic("on purpose") }}}))
	if err != nil {
		t.Error(err)
	}
}
