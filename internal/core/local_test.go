package core_test

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cancel"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/core"
	"github.com/edo-go/edo/internal/inside"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/scope"
)

// sees notes the value that is visible when it is dropped.
type sees struct {
	tasktest.Forever
	l    *edo.Local[int]
	seen *seenValues
}

type seenValues struct {
	mu  sync.Mutex
	all []int
}

func (s sees) Drop() {
	v, ok := s.l.Current()
	if !ok {
		v = -1
	}
	s.seen.mu.Lock()
	s.seen.all = append(s.seen.all, v)
	s.seen.mu.Unlock()
}

func TestValueIsVisibleInAllPollsAndInTheDropOfItsTask(t *testing.T) {
	key, other := edo.NewLocal[int]("key"), edo.NewLocal[int]("other")
	check := func(want int, s edo.Spawner) {
		t.Helper()
		got, ok := key.Get(s)
		now, okNow := key.Current()
		if want == 0 && (ok || okNow) || want != 0 && (got != want || now != want) {
			t.Errorf("got %d %v, current %d %v; want %d", got, ok, now, okNow, want)
		}
		if _, ok := other.Get(s); ok {
			t.Error("another key has a value")
		}
	}
	tasktest.RunOnAll(t, func(task *edo.Task) error {
		check(0, task)
		var seen, nothing seenValues
		polls := 0
		stackless := edo.Spawn(task, tasktest.PollFunc[int](func(cx *edo.Context) (int, edo.Poll, error) {
			check(1, cx)
			if polls++; polls < 3 {
				cx.Yield()
				return 0, edo.Pending, nil
			}
			return 0, edo.Ready, nil
		}), key.Value(1), edo.Owns(sees{l: key, seen: &seen}))
		direct := edo.Go(task, func(task *edo.Task) error {
			defer check(2, task)
			check(2, task)
			edo.Yield(task)
			_, err := edo.Await(task, edo.Async(func(task *edo.Task) (int, error) {
				defer check(2, task)
				check(2, task)
				edo.Yield(task)
				check(2, task)
				return 0, nil
			}))
			check(2, task)
			_, err2 := edo.Await(task, tasktest.Forever{})
			check(2, task) // in clean-up
			return errors.Join(err, err2)
		}, key.Value(2))
		blocking := edo.Blocking(task, func(task *edo.Task) (int, error) {
			check(3, task)
			edo.Yield(task)
			check(3, task)
			edo.Await(task, edo.Async(func(task *edo.Task) (int, error) {
				check(3, task)
				edo.Yield(task)
				check(3, task)
				return 0, nil
			}))
			refused := edo.Spawn[int](task, nil, key.Value(4), edo.Owns(sees{l: key, seen: &nothing}))
			refused.Await(task)
			check(3, task)
			return 0, nil
		}, key.Value(3), edo.Owns(sees{l: key, seen: &seen}))
		waits := edo.Spawn(task, sees{l: key, seen: &seen}, key.Value(5))
		unpolled := edo.Spawn(task, sees{l: key, seen: &seen}, key.Value(6))
		unpolled.Abort()
		stackless.Await(task)
		if _, err := blocking.Await(task); err != nil {
			t.Error(err)
		}
		tasktest.YieldTimes(task, 10)
		direct.Abort()
		waits.Abort()
		direct.Await(task)
		waits.Await(task)
		unpolled.Await(task)
		count := map[int]int{}
		for _, v := range seen.all {
			count[v]++
		}
		if len(seen.all) != 4 || count[1] != 1 || count[3] != 1 || count[5] != 1 || count[6] != 1 {
			t.Errorf("in drops: %v", seen.all)
		}
		if len(nothing.all) != 1 || nothing.all[0] != 4 {
			t.Errorf("in the drop of a task that was refused: %v", nothing.all)
		}
		check(0, task)
		return nil
	})
}

func TestValueIsInheritedOnlyWithTheOption(t *testing.T) {
	a, b := edo.NewLocal[int]("a"), edo.NewLocal[string]("b")
	tasktest.RunOnAll(t, func(task *edo.Task) error {
		_, err := edo.Go(task, func(task *edo.Task) error {
			join := func(h *edo.JoinHandle[edo.Unit]) {
				if _, err := h.Await(task); err != nil {
					t.Error(err)
				}
			}
			join(edo.Go(task, func(task *edo.Task) error {
				if _, ok := a.Get(task); ok {
					t.Error("inherited")
				}
				return nil
			}))
			inherits := func(task *edo.Task) error {
				v, ok := a.Get(task)
				w, ok2 := b.Get(task)
				if v != 1 || !ok || w != "mine" || !ok2 {
					t.Errorf("got %v %v, %v %v", v, ok, w, ok2)
				}
				return nil
			}
			join(edo.Go(task, func(task *edo.Task) error {
				if err := inherits(task); err != nil {
					return err
				}
				_, err := edo.Go(task, inherits, edo.InheritValues()).Await(task) // and to the children of children
				return err
			}, edo.InheritValues(), b.Value("mine")))
			_, err := edo.Blocking(task, func(task *edo.Task) (int, error) { return 0, inherits(task) },
				b.Value("not this"), edo.InheritValues(), b.Value("mine")).Await(task)
			if v, _ := b.Get(task); v != "parent's" {
				t.Errorf("the parent has %q", v)
			}
			return errors.Join(err, scope.Run(task, func(s *scope.Scope) error {
				edo.Go(s, func(task *edo.Task) error {
					if v, _ := a.Get(task); v != 1 {
						t.Errorf("in a scope: %v", v)
					}
					return nil
				}, edo.InheritValues())
				return nil
			}))
		}, a.Value(1), b.Value("parent's")).Await(task)
		return err
	})
}

func TestNoTaskHasNoValue(t *testing.T) {
	key := edo.NewLocal[int]("key")
	if _, ok := key.Current(); ok || key.String() != "key" {
		t.Error("no task has a value")
	}
	edotest.NewTask().Enter(func(cx *edo.Context) {
		if _, ok := key.Get(cx); ok {
			t.Error("a mock task has a value")
		}
	})
	tasktest.RunOnAll(t, func(task *edo.Task) error {
		_, err := edo.Go(task, func(parent *edo.Task) error {
			_, err := edo.Go(parent, func(*edo.Task) error {
				if _, ok := key.Get(parent); ok { //edo:allow taskuse that there is none is what is tested
					t.Error("through the Task of another")
				}
				return nil
			}).Await(parent)
			return err
		}, key.Value(1)).Await(task)
		return err
	})
}

func TestValueMayBeANilOfAnInterfaceType(t *testing.T) {
	key := edo.NewLocal[error]("why")
	tasktest.RunOnOne(t, func(task *edo.Task) error {
		_, err := edo.Go(task, func(task *edo.Task) error {
			if v, ok := key.Get(task); v != nil || !ok {
				t.Errorf("got %v, %v", v, ok)
			}
			return nil
		}, key.Value(nil)).Await(task)
		return err
	})
}

// A task that respawns itself with a new value must not keep the old values.
func TestInheritedValuesThatWereReplacedAreNotKept(t *testing.T) {
	key, other := edo.NewLocal[int]("generation"), edo.NewLocal[string]("other")
	tasktest.RunOnOne(t, func(task *edo.Task) error {
		var generation func(n int) func(task *edo.Task) error
		generation = func(n int) func(task *edo.Task) error {
			return func(task *edo.Task) error {
				v, _ := key.Get(task)
				if o, _ := other.Get(task); v != n || o != "kept" || core.ExtraOf(inside.Task(task).Head()).CountValues() != 2 {
					t.Errorf("generation %d: %d, %q, %d values", n, v, o, core.ExtraOf(inside.Task(task).Head()).CountValues())
				}
				if n < 5 {
					edo.Go(task, generation(n+1), edo.InheritValues(), key.Value(n+1))
				}
				return nil
			}
		}
		edo.Go(task, generation(1), key.Value(1), other.Value("kept"))
		return nil
	})
}

func TestValueIsVisibleWhileAReportPollsTheTask(t *testing.T) {
	key := edo.NewLocal[int]("key")
	tasktest.RunOnAll(t, func(task *edo.Task) error {
		var polls, missing atomic.Int64
		look := tasktest.PollFunc[int](func(cx *edo.Context) (int, edo.Poll, error) {
			polls.Add(1)
			if v, ok := key.Current(); v != 1 || !ok {
				missing.Add(1)
			}
			return tasktest.Forever{}.Poll(cx)
		})
		direct := func(task *edo.Task) (int, error) { return edo.Await(task, look) }
		all := []*edo.JoinHandle[int]{
			edo.Spawn(task, look, key.Value(1)),
			edo.Spawn(task, edo.Async(direct), key.Value(1)),
			edo.Blocking(task, direct, key.Value(1)),
			edo.Blocking(task, func(task *edo.Task) (int, error) { return edo.Await(task, edo.Async(direct)) }, key.Value(1)),
		}
		for range 5 {
			tasktest.YieldTimes(task, 3)
			task.Runtime().Snapshot()
		}
		for _, h := range all {
			h.Abort()
			h.Await(task)
		}
		if n := missing.Load(); n != 0 {
			t.Errorf("no value in %d of %d polls", n, polls.Load())
		}
		return nil
	})
}

func TestOptionsOtherThanInheritValuesInheritNone(t *testing.T) {
	key := edo.NewLocal[int]("key")
	tasktest.RunOnOne(t, func(task *edo.Task) error {
		has := func(want bool) func(task *edo.Task) error {
			return func(task *edo.Task) error {
				if _, ok := key.Get(task); ok != want {
					t.Errorf("has one: %v", ok)
				}
				return nil
			}
		}
		_, err := edo.Go(task, func(task *edo.Task) error {
			edo.Go(task, has(false), edo.Name("named"), cancel.By(cancel.New()))
			edo.Go(task.Runtime(), has(true), edo.InheritValues()) // from the task that runs on this goroutine
			return nil
		}, key.Value(1)).Await(task)
		return err
	})
}
