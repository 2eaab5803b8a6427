package supervise_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/broadcast"
	"github.com/edo-go/edo/lock"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/stream"
	"github.com/edo-go/edo/supervise"
	"github.com/edo-go/edo/timer"
)

func TestASupervisorRunsOnceAtATime(t *testing.T) {
	inLab(t, func(l *lab) {
		l.begin(supervise.Config{}, l.spec("a"))
		if err := l.sup.Run(l.task); err == nil || !strings.Contains(err.Error(), "Run of a supervisor that runs") {
			t.Errorf("got %v", err)
		}
		if _, err := l.sup.Go(l.task).Await(l.task); err == nil {
			t.Error("Go of a supervisor that runs")
		}
		if l.list() != "a=running" {
			t.Errorf("it does %s", l.list())
		}
		l.sup.Shutdown()
		l.h.Await(l.task)
		for _, err := range []error{l.sup.Add(l.task, l.spec("b")), l.sup.Stop(l.task, "a"), l.sup.Restart(l.task, "a"), l.sup.Remove("a"), l.sup.Started(l.task)} {
			if !errors.Is(err, supervise.ErrNotRunning) || !errors.Is(err, edo.ErrClosed) {
				t.Errorf("after the end: %v", err)
			}
		}
		l.h = l.sup.Go(l.task)
		if err := l.sup.Add(l.task, l.spec("b")); err != nil || l.list() != "a=running b=running" {
			t.Errorf("again: %v, %s", err, l.list())
		}
		l.sup.Shutdown()
		l.h.Await(l.task)
		l.h = l.sup.Go(l.task)
		l.sup.Started(l.task)
		if l.list() != "a=running" {
			t.Errorf("a child that was added is started again: %s", l.list())
		}
	})
}

func TestEventsOfTheWholeTreeComeInOrderAndEndWithTheSupervisor(t *testing.T) {
	inLab(t, func(l *lab) {
		inner := must(t, supervise.Config{Children: []supervise.Spec{l.spec("db")}})
		sup := must(t, supervise.Config{Name: "app", Children: []supervise.Spec{{Name: "store", Start: supervise.Nested(inner)}}})
		events := sup.Events()
		l.sup, l.h = sup, sup.Go(l.task)
		sup.Started(l.task)
		start := timer.Now(l.task)
		l.die("db", errBoom)
		timer.Sleep(l.task, time.Second)
		sup.Shutdown()
		var got []string
		for e, err := range stream.All(l.task, events) {
			if err != nil || e.Time.Sub(start) < 0 || e.Time.Sub(start) > 2*time.Second {
				t.Errorf("%v: %v, %v", e, err, e.Time)
			}
			got = append(got, e.String())
		}
		want := []string{
			"app/store starting", "app/store/db starting", "app/store/db started", "supervisor app/store started", "app/store started", "supervisor app started",
			"app/store/db failed: boom", "app/store/db restarting", "app/store/db starting", "app/store/db started",
			"supervisor app ending", "app/store stopping", "supervisor app/store ending: edo: task cancelled", "app/store/db stopping", "app/store/db stopped",
			"supervisor app/store ended: edo: task cancelled", "app/store stopped", "supervisor app ended",
		}
		if !slices.Equal(got, want) {
			t.Errorf("got\n%s", strings.Join(got, "\n"))
		}
	})
}

// An answer is behind the events that have led to it, whichever task is polled first: the machine changes at once, and the
// supervisor publishes later.
func TestAnAnswerComesBehindTheEventsThatHaveLedToIt(t *testing.T) {
	sim.Explore(t, 300, func(seed uint64) error {
		return sim.Run(seed, func(task *edo.Task) error {
			inner := must(t, supervise.Config{Children: []supervise.Spec{{Name: "db", Start: supervise.Func(func(task *edo.Task) error {
				return timer.Sleep(task, time.Hour)
			})}}})
			sup := must(t, supervise.Config{Name: "app", Children: []supervise.Spec{{Name: "store", Start: supervise.Nested(inner)}}})
			events := sup.Events()
			h := sup.Go(task)
			if err := sup.Started(task); err != nil {
				return err
			}
			if err := next(task, events, "supervisor app started"); err != nil {
				return fmt.Errorf("behind Started: %w", err)
			}
			if err := sup.Stop(task, "store"); err != nil {
				return err
			}
			if err := next(task, events, "app/store stopped"); err != nil {
				return fmt.Errorf("behind Stop: %w", err)
			}
			sup.Shutdown()
			_, err := h.Await(task)
			return err
		})
	})
}

// next takes the events that are there, and returns an error unless one of them is the wanted one.
func next(task *edo.Task, events *broadcast.Receiver[supervise.Event], want string) error {
	var got []string
	for {
		e, err := events.TryRecv()
		if err != nil {
			return fmt.Errorf("%s is not among %q: %w", want, got, err)
		}
		if got = append(got, e.String()); e.String() == want {
			return nil
		}
	}
}

// A receiver that never reads holds up neither a supervisor nor the one above it, and finds the newest events.
func TestEventsThatAreNotReadHoldUpNothing(t *testing.T) {
	inLab(t, func(l *lab) {
		n := 0
		inner := must(t, supervise.Config{Intensity: 5000, Children: []supervise.Spec{
			{Name: "a", Start: supervise.Func(func(task *edo.Task) error {
				if n++; n <= 2000 {
					return errBoom
				}
				return task.Cancelled()
			})},
		}})
		l.sup = must(t, supervise.Config{Name: "app", Children: []supervise.Spec{{Name: "in", Start: supervise.Nested(inner)}}})
		events := []*broadcast.Receiver[supervise.Event]{l.sup.Events(), inner.Events()}
		l.h = l.sup.Go(l.task)
		timer.Sleep(l.task, time.Minute)
		if kids := inner.Children(); n != 2001 || kids[0].State != supervise.IsRunning {
			t.Errorf("%d starts, %+v", n, kids)
		}
		l.sup.Shutdown()
		l.h.Await(l.task)
		for i, rx := range events {
			missed, got, last := uint64(0), uint64(0), ""
			for {
				e, err := rx.Recv(l.task)
				if late := (*broadcast.LaggedError)(nil); errors.As(err, &late) {
					missed += late.Missed
					continue
				}
				if err != nil {
					break
				}
				got, last = got+1, e.String()
			}
			rx.Drop()
			if missed == 0 || got != 1024 || last != []string{"supervisor app ended", "supervisor app/in ended: edo: task cancelled"}[i] {
				t.Errorf("missed %d, got %d, the last one is %q", missed, got, last)
			}
		}
	})
}

func TestChildrenTellWhatIsKnownOfThem(t *testing.T) {
	inLab(t, func(l *lab) {
		inner := must(t, supervise.Config{})
		l.begin(supervise.Config{Name: "app", Intensity: 3}, l.spec("a"), supervise.Spec{Name: "in", Start: supervise.Nested(inner)})
		timer.Sleep(l.task, time.Second)
		l.die("a", errBoom)
		kids := l.sup.Children()
		a, in := kids[0], kids[1]
		if a.Name != "a" || a.Restarts != 1 || a.Err != errBoom || a.State != supervise.IsRunning || a.Task.Finished() || a.Task.Name() != "app/a" ||
			timer.Now(l.task).Sub(a.Since) != time.Millisecond {
			t.Errorf("a: %+v", a)
		}
		if in.Nested != inner || in.Task.Name() != "app/in" || in.Restarts != 0 {
			t.Errorf("in: %+v", in)
		}
		l.sup.Stop(l.task, "a")
		if a := l.sup.Children()[0]; a.State != supervise.IsStopped || !a.Task.Finished() {
			t.Errorf("a: %+v", a)
		}
	})
}

// A simulation begins at the instant 0 of its clock.
func TestSinceIsKnownOfAChildThatIsReadyAtTheFirstInstant(t *testing.T) {
	inLab(t, func(l *lab) {
		l.begin(supervise.Config{}, l.spec("a"))
		start := timer.Now(l.task)
		edo.Go(l.task, func(task *edo.Task) error { l.sup.Add(task, supervise.Spec{Name: "b", Start: never}); return nil })
		l.settle()
		if kids := l.sup.Children(); !kids[0].Since.Equal(start) || !kids[1].Since.IsZero() {
			t.Errorf("got %v and %v, want %v and none", kids[0].Since, kids[1].Since, start)
		}
	})
}

// never is a child that is never ready.
var never = supervise.FuncReady(func(task *edo.Task, _ func()) error { return task.Cancelled() })

func TestOptionsAreGivenToEachRun(t *testing.T) {
	inLab(t, func(l *lab) {
		n := 0
		spec := l.spec("a")
		spec.Options = []edo.SpawnOption{edo.OnEnd(func() { n++ }), edo.Name("another name")}
		l.begin(one(5, five), spec)
		if name := l.sup.Children()[0].Task.Name(); name != "another name" {
			t.Errorf("the task is called %s", name)
		}
		l.die("a", errBoom)
		l.die("a", errBoom)
		if n != 2 {
			t.Errorf("OnEnd was called %d times", n)
		}
	})
}

func TestUnnamedChildrenOfADynamicSupervisorAreNumberedAndForgotten(t *testing.T) {
	inLab(t, func(l *lab) {
		l.begin(supervise.Config{Strategy: supervise.Dynamic})
		l.sup.Add(l.task, l.spec("#2"))
		l.sup.Add(l.task, supervise.Spec{Start: l.spec("x").Start})
		l.sup.Add(l.task, supervise.Spec{Start: l.spec("x").Start})
		if l.list() != "#2=running #1=running #3=running" {
			t.Errorf("got %s", l.list())
		}
		l.sup.Shutdown()
		l.h.Await(l.task)
		l.begin(supervise.Config{Strategy: supervise.Dynamic})
		gate := &lock.Notify{}
		for range 3 {
			err := l.sup.Add(l.task, supervise.Spec{Restart: supervise.Transient, Start: supervise.Func(func(task *edo.Task) error { return gate.Wait(task) })})
			if err != nil {
				t.Error(err)
			}
		}
		if l.list() != "#1=running #2=running #3=running" {
			t.Errorf("got %s", l.list())
		}
		gate.NotifyOne()
		l.settle()
		l.sup.Stop(l.task, l.sup.Children()[0].Name)
		if len(l.sup.Children()) != 1 {
			t.Errorf("got %s", l.list())
		}
	})
}
