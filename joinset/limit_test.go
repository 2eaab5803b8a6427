package joinset_test

import (
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/joinset"
)

func TestSpawnInAJoinSetWaitsInLineForTheLimitOfTasksThatRun(t *testing.T) {
	tasktest.RunOnOne(t, func(task *edo.Task) error {
		set := joinset.New[int](2)
		var valves [5]tasktest.Valve
		for i := range 2 {
			if _, err := set.TrySpawn(task, &valves[i]); err != nil {
				return err
			}
		}
		var extra tasktest.Valve
		if _, err := set.TrySpawn(task, &extra); !errors.Is(err, edo.ErrFull) || extra.Drops != 0 {
			t.Errorf("at the limit: %v; dropped %d times", err, extra.Drops)
		}
		var order []int
		var waits []*edo.JoinHandle[edo.Unit]
		for i := 2; i < 5; i++ {
			waits = append(waits, edo.Go(task, func(task *edo.Task) error {
				_, err := set.Spawn(task, &valves[i])
				order = append(order, i)
				return err
			}))
			tasktest.YieldTimes(task, 3)
		}
		if set.Len() != 2 || len(order) != 0 {
			t.Errorf("Len is %d, %v have spawned", set.Len(), order)
		}
		valves[0].End(0, nil)
		for !waits[0].Finished() { // the slot is granted: no other spawn gets it meanwhile
			if _, err := set.TrySpawn(task, &extra); !errors.Is(err, edo.ErrFull) {
				t.Errorf("overtaken: %v", err)
				break
			}
			edo.Yield(task)
		}
		if !slices.Equal(order, []int{2}) || set.Len() != 3 { // the task that has ended is not joined
			t.Errorf("%v have spawned, Len is %d", order, set.Len())
		}
		valves[1].End(1, nil)
		valves[2].End(2, nil)
		tasktest.YieldTimes(task, 5)
		if !slices.Equal(order, []int{2, 3, 4}) {
			t.Errorf("%v have spawned", order)
		}
		valves[3].End(3, nil)
		valves[4].End(4, nil)
		n := 0
		for _, ok, _ := set.Join(task); ok; _, ok, _ = set.Join(task) {
			n++
		}
		if n != 5 {
			t.Errorf("%d results", n)
		}
		return nil
	})
}

func TestCancelledSpawnInAJoinSetDropsItsFutureAndPassesItsSlotOn(t *testing.T) {
	tasktest.RunOnOne(t, func(task *edo.Task) error {
		set := joinset.New[int](1)
		var first, last tasktest.Valve
		set.TrySpawn(task, &first)
		var owned tasktest.Dropped
		var valves [2]tasktest.Valve
		var waits [2]*edo.JoinHandle[edo.Unit]
		for i := range waits {
			waits[i] = edo.Go(task, func(task *edo.Task) error {
				_, err := set.Spawn(task, &valves[i], edo.Owns(&owned))
				return err
			})
			tasktest.YieldTimes(task, 2)
		}
		third := edo.Go(task, func(task *edo.Task) error {
			_, err := set.Spawn(task, &last)
			return err
		})
		tasktest.YieldTimes(task, 2)
		waits[0].Abort() // in line
		tasktest.YieldTimes(task, 2)
		if valves[0].Drops != 1 || valves[0].Polls != 0 || owned.Drops.Load() != 1 {
			t.Errorf("dropped %d times, polled %d times, owned dropped %d times", valves[0].Drops, valves[0].Polls, owned.Drops.Load())
		}
		if _, err := waits[0].Await(task); !errors.Is(err, edo.ErrCancelled) {
			t.Errorf("got %v", err)
		}
		if last.Polls != 0 {
			t.Error("a spawn that left the line has passed on a slot that was not free")
		}
		mock, granted := edotest.NewTask(), tasktest.Valve{}
		w := set.SpawnFuture(&granted)
		edotest.RequirePending(t, mock, w)
		waits[1].Abort()
		tasktest.YieldTimes(task, 3)
		third.Abort()
		tasktest.YieldTimes(task, 3)
		first.End(1, nil)
		tasktest.YieldTimes(task, 3)
		edotest.RequireWoken(t, mock, 1) // a slot was granted
		if _, err := set.TrySpawn(task, &tasktest.Valve{}); !errors.Is(err, edo.ErrFull) {
			t.Errorf("the room of another: %v", err)
		}
		other := set.SpawnFuture(&tasktest.Valve{IsOpen: true})
		edotest.RequirePending(t, mock, other)
		mock.TakeWakes()
		w.Drop()
		w.Drop()
		edotest.RequireWoken(t, mock, 1)
		if granted.Drops != 1 || granted.Polls != 0 {
			t.Errorf("dropped %d times, polled %d times", granted.Drops, granted.Polls)
		}
		if _, err := edo.Await(task, other); err != nil {
			t.Error(err)
		}
		return nil
	})
}

func TestJoinSetWithANegativeLimitIsRefused(t *testing.T) {
	defer func() {
		if err, ok := recover().(error); !ok || !strings.Contains(err.Error(), "limit -1") {
			t.Errorf("%v", err)
		}
	}()
	joinset.New[int](-1)
}

func TestJoinSetStress(t *testing.T) {
	err := edo.Run(func(task *edo.Task) error {
		set := joinset.New[int](8)
		var most, now atomic.Int64
		const spawners, each = 4, 500
		var spawns []*edo.JoinHandle[edo.Unit]
		for range spawners {
			spawns = append(spawns, edo.Go(task, func(task *edo.Task) error {
				for i := range each {
					_, err := set.Go(task, func(task *edo.Task) (int, error) {
						if n := now.Add(1); n > 8 {
							most.Store(n)
						}
						err := edo.Yield(task)
						now.Add(-1)
						return i, err
					})
					if err != nil {
						return err
					}
				}
				return nil
			}))
		}
		edo.Go(task, func(task *edo.Task) error {
			for _, h := range spawns {
				h.Await(task)
			}
			return nil
		})
		sum, n := 0, 0
		for n < spawners*each {
			v, ok, err := set.Join(task)
			if err != nil {
				return err
			}
			if !ok { // the set is empty for the moment
				if err := edo.Yield(task); err != nil {
					return err
				}
				continue
			}
			sum += v
			n++
		}
		if most.Load() != 0 || sum != spawners*each*(each-1)/2 {
			t.Errorf("%d ran at once; sum %d", most.Load(), sum)
		}
		return nil
	}, tasktest.Quiet(edo.Config{Workers: 4}))
	if err != nil {
		t.Error(err)
	}
}

func TestSpawnFutureWakesTheTaskThatPolledLast(t *testing.T) {
	tasktest.RunOnOne(t, func(task *edo.Task) error {
		set := joinset.New[int](1)
		var first tasktest.Valve
		set.TrySpawn(task, &first)
		one, two := edotest.NewTask(), edotest.NewTask()
		w := set.SpawnFuture(tasktest.Seven{})
		edotest.RequirePending(t, one, w)
		edotest.RequirePending(t, two, w)
		first.End(1, nil)
		tasktest.YieldTimes(task, 3)
		edotest.RequireWoken(t, one, 0)
		edotest.RequireWoken(t, two, 1)
		w.Drop()
		return nil
	})
}

func TestSpawnInAJoinSetWithoutASpawnerTakesNoSlot(t *testing.T) {
	set := joinset.New[int](1)
	func() {
		defer func() {
			if err, ok := recover().(error); !ok || !strings.Contains(err.Error(), "nil Spawner") {
				t.Errorf("%v", err)
			}
		}()
		set.TrySpawn(nil, tasktest.Seven{})
	}()
	if set.Len() != 0 {
		t.Errorf("Len is %d", set.Len())
	}
}

func TestATaskThatWaitedForASlotIsSpawnedWhereTheProgramSaysSo(t *testing.T) {
	fill := func(task *edo.Task) (int, error) {
		set := joinset.New[int](1)
		defer set.Drop()
		set.Go(task, func(task *edo.Task) (int, error) { return 0, edo.Yield(task) })
		set.Go(task, func(task *edo.Task) (int, error) { return edo.Await(task, tasktest.Forever{}) }, edo.Name("waited"))
		for _, one := range task.Runtime().Snapshot().Tasks {
			if one.Name == "waited" && !strings.HasPrefix(one.Spawned, "limit_test.go:") {
				t.Errorf("spawned at %q", one.Spawned)
			}
		}
		return 0, nil
	}
	err := edo.Run(func(task *edo.Task) error {
		if _, err := fill(task); err != nil {
			return err
		}
		_, err := edo.Await(task, edo.Blocking(task, fill))
		return err
	}, edo.WithConfig(edo.Config{Trace: true}))
	if err != nil {
		t.Error(err)
	}
}
