package edo_test

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/joinset"
	"github.com/edo-go/edo/scope"
)

func TestRunFutureReturnsTheValueOfItsFuture(t *testing.T) {
	v, err := edo.RunFuture(tasktest.PollFunc[string](func(*edo.Context) (string, edo.Poll, error) {
		return "value", edo.Ready, nil
	}))
	if v != "value" || err != nil {
		t.Fatalf("got %q, %v", v, err)
	}
}

func TestAFutureSpawnsThroughItsContext(t *testing.T) {
	var ran bool
	_, err := edo.RunFuture(tasktest.PollFunc[int](func(cx *edo.Context) (int, edo.Poll, error) {
		edo.Go(cx, func(*edo.Task) error { ran = true; return nil })
		return 0, edo.Ready, nil
	}))
	if err != nil || !ran {
		t.Fatalf("err %v, ran %v", err, ran)
	}
}

func TestSpawnedTaskRunsAfterTheCallNotDuringIt(t *testing.T) {
	err := edo.Run(func(task *edo.Task) error {
		ran := false
		edo.Go(task, func(*edo.Task) error { ran = true; return nil })
		if ran {
			t.Error("it ran during the call")
		}
		return nil
	}, tasktest.Quiet(edo.Config{CurrentThread: true}))
	if err != nil {
		t.Fatal(err)
	}
}

func TestSpawnOfANilFutureAndAFutureThatReturnsEndAreErrors(t *testing.T) {
	edo.Run(func(task *edo.Task) error {
		if _, err := edo.Spawn[int](task, nil).Await(task); err == nil || !strings.Contains(err.Error(), "nil future") {
			t.Errorf("nil future: %v", err)
		}
		end := tasktest.PollFunc[int](func(*edo.Context) (int, edo.Poll, error) { return 0, edo.End, nil })
		if _, err := edo.Spawn(task, end).Await(task); err == nil || !strings.Contains(err.Error(), "returned End") {
			t.Errorf("End: %v", err)
		}
		return nil
	}, tasktest.Quiet(edo.Config{}))
}

// order appends its name to a list when it is dropped.
type order struct {
	name string
	to   *[]string
}

func (o order) Drop() { *o.to = append(*o.to, o.name) }

func TestTaskDropsItsFutureAndThenItsHandlesInOrderBeforeItResolves(t *testing.T) {
	tasktest.OnAll(t, func(t *testing.T, opt edo.RunOption) {
		err := edo.Run(func(task *edo.Task) error {
			var got []string
			h := edo.Spawn(task, struct {
				tasktest.ReadyUnit
				order
			}{order: order{"future", &got}}, edo.Owns(order{"first", &got}, order{"second", &got}))
			if _, err := h.Await(task); err != nil {
				return err
			}
			if want := []string{"future", "first", "second"}; !slices.Equal(got, want) {
				t.Errorf("dropped %v, want %v", got, want)
			}
			return nil
		}, opt)
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestOnErrorGetsFailuresThatNoTaskWaitsFor(t *testing.T) {
	var mu sync.Mutex
	var told []string
	c := edo.Config{CurrentThread: true, OnError: func(err error) {
		mu.Lock()
		defer mu.Unlock()
		told = append(told, err.Error())
	}}
	err := edo.Run(func(task *edo.Task) error {
		lonely := edo.Go(task, func(*edo.Task) error { return errors.New("lonely") }, edo.Name("hermit"))
		for !lonely.Finished() {
			edo.Yield(task)
		}
		waited := edo.Go(task, func(task *edo.Task) error {
			for range 100 {
				edo.Yield(task)
			}
			return errors.New("waited for")
		})
		waited.Await(task)
		return nil
	}, edo.WithConfig(c))
	if err == nil || err.Error() != "task hermit: lonely" {
		t.Errorf("Run returned %v", err)
	}
	if len(told) != 1 || !strings.Contains(told[0], "hermit") || !strings.Contains(told[0], "lonely") {
		t.Errorf("OnError was told %q", told)
	}
}

func TestBlockingTaskSuspendsByParkingAndHoldsRunOpen(t *testing.T) {
	tasktest.OnAll(t, func(t *testing.T, opt edo.RunOption) {
		var steps int
		err := edo.Run(func(task *edo.Task) error {
			other := edo.Go(task, func(task *edo.Task) error {
				for range 10 {
					edo.Yield(task)
				}
				return nil
			})
			edo.Blocking(task, func(task *edo.Task) (int, error) {
				edo.Yield(task)
				steps++
				_, err := other.Await(task)
				steps++
				h := edo.Go(task, func(*edo.Task) error { steps++; return nil })
				_, err2 := h.Await(task)
				return 0, errors.Join(err, err2)
			})
			return nil
		}, opt)
		if err != nil || steps != 3 {
			t.Fatalf("err %v, %d steps", err, steps)
		}
	})
}

func TestASpawnerThatIsNoneIsRefusedWithAnErrorThatSaysWhatToDo(t *testing.T) {
	const isNil, isNone = "edo: nil Spawner: spawn from", "edo: nil Spawner, or the zero value of one"
	none := []struct {
		s    edo.Spawner
		want string
	}{
		{nil, isNil}, {(*edo.Task)(nil), isNil}, {(*edo.Context)(nil), isNil}, {(*edo.Runtime)(nil), isNil},
		{(*scope.Scope)(nil), isNone}, {new(scope.Scope), isNone}, {new(edo.Runtime), "edo: the zero Runtime as a Spawner"},
	}
	set := joinset.New[int](1)
	for name, spawn := range map[string]func(s edo.Spawner){
		"Go":          func(s edo.Spawner) { edo.Go(s, func(*edo.Task) error { return nil }) },
		"Spawn":       func(s edo.Spawner) { edo.Spawn(s, tasktest.Seven{}) },
		"SpawnInline": func(s edo.Spawner) { edo.SpawnInline[int](s, tasktest.Seven{}) },
		"Blocking":    func(s edo.Spawner) { edo.Blocking(s, func(*edo.Task) (int, error) { return 0, nil }) },
		"TrySpawn":    func(s edo.Spawner) { set.TrySpawn(s, tasktest.Seven{}) },
	} {
		for _, n := range none {
			func() {
				defer func() {
					if err, ok := recover().(error); !ok || !strings.HasPrefix(err.Error(), n.want) {
						t.Errorf("%s of %T: got %v, want %q", name, n.s, err, n.want)
					}
				}()
				spawn(n.s)
			}()
		}
	}
	err := edo.Run(func(task *edo.Task) error {
		if _, err := set.TrySpawn(task, tasktest.Seven{}); err != nil {
			t.Errorf("what was refused has kept the slot of the set: %v", err)
		}
		_, _, err := set.Join(task)
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
