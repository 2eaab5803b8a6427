package edo_test

import (
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
)

func TestSpawnInAJoinSetWaitsInLineForTheLimitOfTasksThatRun(t *testing.T) {
	onOne(t, func(task *edo.Task) error {
		set := edo.NewJoinSet[int](2)
		var valves [5]valve
		for i := range 2 {
			if _, err := set.TrySpawn(task, &valves[i]); err != nil {
				return err
			}
		}
		var extra valve
		if _, err := set.TrySpawn(task, &extra); !errors.Is(err, edo.ErrFull) || extra.drops != 0 {
			t.Errorf("at the limit: %v; dropped %d times", err, extra.drops)
		}
		var order []int
		var waits []*edo.JoinHandle[edo.Unit]
		for i := 2; i < 5; i++ {
			waits = append(waits, edo.Go(task, func(task *edo.Task) error {
				_, err := set.Spawn(task, &valves[i])
				order = append(order, i)
				return err
			}))
			pass(task, 3)
		}
		if set.Len() != 2 || len(order) != 0 {
			t.Errorf("Len is %d, %v have spawned", set.Len(), order)
		}
		valves[0].end(0, nil)
		for !waits[0].Finished() { // the room is granted: nobody else gets it on the way
			if _, err := set.TrySpawn(task, &extra); !errors.Is(err, edo.ErrFull) {
				t.Errorf("overtaken: %v", err)
				break
			}
			edo.Yield(task)
		}
		if !slices.Equal(order, []int{2}) || set.Len() != 3 { // the one that ended waits to be joined
			t.Errorf("%v have spawned, Len is %d", order, set.Len())
		}
		valves[1].end(1, nil)
		valves[2].end(2, nil)
		pass(task, 5)
		if !slices.Equal(order, []int{2, 3, 4}) {
			t.Errorf("%v have spawned", order)
		}
		valves[3].end(3, nil)
		valves[4].end(4, nil)
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

func TestCancelledSpawnInAJoinSetDropsTheFutureUnspawnedAndPassesItsRoomOn(t *testing.T) {
	onOne(t, func(task *edo.Task) error {
		set := edo.NewJoinSet[int](1)
		var first, last valve
		set.TrySpawn(task, &first)
		var owned dropped
		var valves [2]valve
		var waits [2]*edo.JoinHandle[edo.Unit]
		for i := range waits {
			waits[i] = edo.Go(task, func(task *edo.Task) error {
				_, err := set.Spawn(task, &valves[i], edo.Owns(&owned))
				return err
			})
			pass(task, 2)
		}
		third := edo.Go(task, func(task *edo.Task) error {
			_, err := set.Spawn(task, &last)
			return err
		})
		pass(task, 2)
		waits[0].Abort() // in line
		pass(task, 2)
		if valves[0].drops != 1 || valves[0].polls != 0 || owned.n.Load() != 1 {
			t.Errorf("dropped %d times, polled %d times, owned dropped %d times", valves[0].drops, valves[0].polls, owned.n.Load())
		}
		if _, err := waits[0].Await(task); !errors.Is(err, edo.ErrCancelled) {
			t.Errorf("got %v", err)
		}
		if last.polls != 0 {
			t.Error("who left the line has given away a room that was not free")
		}
		mock, granted := edotest.NewTask(), valve{}
		w := set.SpawnFuture(&granted)
		edotest.RequirePending(t, mock, w)
		waits[1].Abort()
		pass(task, 3)
		third.Abort()
		pass(task, 3)
		first.end(1, nil)
		pass(task, 3)
		edotest.RequireWoken(t, mock, 1) // it has been granted the room
		if _, err := set.TrySpawn(task, &valve{}); !errors.Is(err, edo.ErrFull) {
			t.Errorf("the room of another: %v", err)
		}
		other := set.SpawnFuture(&valve{open: true})
		edotest.RequirePending(t, mock, other)
		mock.TakeWakes()
		w.Drop()
		w.Drop()
		edotest.RequireWoken(t, mock, 1)
		if granted.drops != 1 || granted.polls != 0 {
			t.Errorf("dropped %d times, polled %d times", granted.drops, granted.polls)
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
	edo.NewJoinSet[int](-1)
}

func TestJoinSetStress(t *testing.T) {
	err := edo.Run(func(task *edo.Task) error {
		set := edo.NewJoinSet[int](8)
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
			if !ok { // empty for the moment
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
	}, quiet(edo.Config{Workers: 4}))
	if err != nil {
		t.Error(err)
	}
}

func TestSpawnFutureWakesWhoPolledItLast(t *testing.T) {
	onOne(t, func(task *edo.Task) error {
		set := edo.NewJoinSet[int](1)
		var first valve
		set.TrySpawn(task, &first)
		one, two := edotest.NewTask(), edotest.NewTask()
		w := set.SpawnFuture(done7{})
		edotest.RequirePending(t, one, w)
		edotest.RequirePending(t, two, w)
		first.end(1, nil)
		pass(task, 3)
		edotest.RequireWoken(t, one, 0)
		edotest.RequireWoken(t, two, 1)
		w.Drop()
		return nil
	})
}

func TestSpawnInAJoinSetWithoutASpawnerTakesNoRoom(t *testing.T) {
	set := edo.NewJoinSet[int](1)
	func() {
		defer func() {
			if err, ok := recover().(error); !ok || !strings.Contains(err.Error(), "nil Spawner") {
				t.Errorf("%v", err)
			}
		}()
		set.TrySpawn(nil, done7{})
	}()
	if set.Len() != 0 {
		t.Errorf("Len is %d", set.Len())
	}
}
