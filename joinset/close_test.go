package joinset_test

import (
	"errors"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/joinset"
)

func TestAbortedTasksStayInTheSetUntilJoinedAndEndedOnesKeepTheirResults(t *testing.T) {
	tasktest.RunOnAll(t, func(task *edo.Task) error {
		var set joinset.Set[int]
		set.Spawn(task, tasktest.Seven{})
		for set.Len() == 1 { // until the task has ended
			if v, p, _ := set.TryJoin(); p == edo.Ready {
				if v != 7 {
					t.Errorf("got %d", v)
				}
				break
			}
			edo.Yield(task)
		}
		a, err := set.Spawn(task, tasktest.Seven{})
		if err != nil {
			return err
		}
		for !a.Finished() {
			edo.Yield(task)
		}
		for range 3 {
			set.Spawn(task, tasktest.Forever{})
		}
		set.AbortAll()
		set.AbortAll()
		if set.Len() != 4 {
			t.Errorf("Len is %d", set.Len())
		}
		var sevens, cancelled int
		for {
			v, ok, err := set.Join(task)
			if !ok {
				break
			}
			if v == 7 && err == nil {
				sevens++
			} else if errors.Is(err, edo.ErrCancelled) {
				cancelled++
			}
		}
		if sevens != 1 || cancelled != 3 || set.Len() != 0 {
			t.Errorf("%d sevens, %d cancelled, %d left", sevens, cancelled, set.Len())
		}
		return nil
	})
}

func TestClosingAJoinSetAbortsItsTasksAndReportsFailures(t *testing.T) {
	early, late := errors.New("early"), errors.New("late")
	var told []string
	err := edo.Run(func(task *edo.Task) error {
		var set joinset.Set[int]
		set.Go(task, func(*edo.Task) (int, error) { return 0, early }, edo.Name("the early one"))
		d := &tasktest.Dropped{}
		a, _ := set.Spawn(task, d)
		set.Go(task, func(task *edo.Task) (int, error) {
			edo.Await(task, tasktest.Forever{})
			return 0, late
		})
		mock := edotest.NewTask()
		tasktest.YieldTimes(task, 3)
		if told != nil {
			t.Errorf("told %q while the set may still be asked", told)
		}
		set.TryJoin()
		set.Go(task, func(*edo.Task) (int, error) { return 0, early }, edo.Name("the early one"))
		tasktest.YieldTimes(task, 3)
		set.Close()
		set.Drop()
		edotest.RequireEnd(t, mock, &set)
		if _, err := set.Spawn(task, d); !errors.Is(err, edo.ErrClosed) || d.Drops.Load() != 1 {
			t.Errorf("spawn after the end: %v; dropped %d times", err, d.Drops.Load())
		}
		if _, err := set.TrySpawn(task, d); !errors.Is(err, edo.ErrClosed) || d.Drops.Load() != 1 {
			t.Errorf("spawn after the end: %v; dropped %d times", err, d.Drops.Load())
		}
		tasktest.YieldTimes(task, 3)
		if !a.Finished() || d.Drops.Load() != 2 || set.Len() != 0 {
			t.Errorf("finished %v, dropped %d times, %d left", a.Finished(), d.Drops.Load(), set.Len())
		}
		return nil
	}, edo.WithConfig(edo.Config{CurrentThread: true, OnError: func(err error) { told = append(told, err.Error()) }}))
	if !errors.Is(err, early) || !errors.Is(err, late) || errors.Is(err, edo.ErrCancelled) {
		t.Errorf("Run returned %v", err)
	}
	if len(told) != 2 || !strings.Contains(told[0], "the early one") || !strings.Contains(told[1], "late") {
		t.Errorf("OnError was told %q", told)
	}
}

func TestClosedJoinSetEndsForTheWaitingTask(t *testing.T) {
	tasktest.RunOnAll(t, func(task *edo.Task) error {
		var set joinset.Set[int]
		set.Spawn(task, tasktest.Forever{})
		h := edo.Go(task, func(task *edo.Task) error {
			_, ok, err := set.Join(task)
			if ok {
				t.Error("a result")
			}
			return err
		})
		tasktest.YieldTimes(task, 5)
		set.Close()
		_, err := h.Await(task)
		return err
	})
}

// panicsWhenDropped is a value that panics when it is dropped.
type panicsWhenDropped struct{ Drops atomic.Int64 }

func (r *panicsWhenDropped) Drop() {
	r.Drops.Add(1)
	panic("in drop")
}

// given is a future that resolves to its value once a test has set it to end.
type given struct {
	tasktest.Valve
	v *panicsWhenDropped
}

func (g *given) Poll(cx *edo.Context) (*panicsWhenDropped, edo.Poll, error) {
	_, p, err := g.Valve.Poll(cx)
	return g.v, p, err
}

func TestValuesOfAClosedJoinSetThatPanicInDropAreReported(t *testing.T) {
	var told int
	v := &panicsWhenDropped{}
	err := edo.Run(func(task *edo.Task) error {
		var set joinset.Set[*panicsWhenDropped]
		for range 3 {
			h, _ := set.Spawn(task, &given{Valve: tasktest.Valve{IsOpen: true}, v: v})
			for !h.Finished() { // tasks do not run in the order in which they are spawned
				edo.Yield(task)
			}
		}
		ends := &given{v: v}
		last, _ := set.Spawn(task, tasktest.PollFunc[*panicsWhenDropped](func(cx *edo.Context) (*panicsWhenDropped, edo.Poll, error) {
			set.Close() // the set is closed before this one ends
			ends.IsOpen = true
			return ends.Poll(cx)
		}))
		for !last.Finished() {
			edo.Yield(task)
		}
		return nil
	}, edo.WithConfig(edo.Config{CurrentThread: true, OnError: func(error) { told++ }}))
	if v.Drops.Load() != 4 || told != 4 || err == nil || strings.Count(err.Error(), "panicked: in drop") != 4 {
		t.Errorf("dropped %d times, OnError told %d times, Run returned %v", v.Drops.Load(), told, err)
	}
}

func TestPanicInDropOfAFutureThatWasNotSpawnedIsNotLost(t *testing.T) {
	tasktest.RunOnOne(t, func(task *edo.Task) error {
		var owned tasktest.Dropped
		set := joinset.New[int](1)
		set.TrySpawn(task, tasktest.Forever{})
		h := edo.Go(task, func(task *edo.Task) error {
			_, err := set.Spawn(task, tasktest.PanicsInDrop{}, edo.Owns(&owned))
			return err
		})
		tasktest.YieldTimes(task, 3)
		h.Abort()
		_, err := h.Await(task)
		set.Close()
		_, err2 := set.Spawn(task, tasktest.PanicsInDrop{}, edo.Owns(&owned))
		for _, err := range []error{err, err2} {
			var p *edo.PanicError
			if !errors.As(err, &p) {
				t.Errorf("got %v", err)
			}
		}
		if !errors.Is(err2, edo.ErrClosed) || owned.Drops.Load() != 2 {
			t.Errorf("got %v; owned dropped %d times", err2, owned.Drops.Load())
		}
		return nil
	})
}

func TestNilValuesOfAClosedJoinSetAreNotDropped(t *testing.T) {
	err := edo.Run(func(task *edo.Task) error {
		var set joinset.Set[*panicsWhenDropped]
		set.Spawn(task, &given{Valve: tasktest.Valve{IsOpen: true}})
		tasktest.YieldTimes(task, 3)
		set.Close()
		return nil
	}, tasktest.Quiet(edo.Config{CurrentThread: true}))
	if err != nil {
		t.Error(err)
	}
}

func TestAbortAllMayBeCalledWhileTasksOfTheSetEnd(t *testing.T) {
	tasktest.RunOnAll(t, func(task *edo.Task) error {
		set := joinset.New[int](0)
		var stop atomic.Bool
		edo.Blocking(task, func(*edo.Task) (int, error) {
			for !stop.Load() {
				set.AbortAll()
			}
			return 0, nil
		})
		for range 1000 {
			set.Go(task, func(task *edo.Task) (int, error) { return 1, edo.Yield(task) })
			set.Join(task)
		}
		stop.Store(true)
		return nil
	})
}
