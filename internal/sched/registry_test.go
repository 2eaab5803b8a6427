package sched

import (
	"math/rand/v2"
	"testing"
)

// The registry is compared with a set, while tasks come and go in random order: the
// registry lists each task of the set once, and no other.
func TestRegistryIsASetOfTasks(t *testing.T) {
	for seed := range uint64(20) {
		r := rand.New(rand.NewPCG(seed, 0))
		rt := &Runtime{}
		in := map[*Task]bool{}
		var order []*Task
		check := func() {
			n := 0
			for x := range rt.Tasks {
				n++
				if !in[x] {
					t.Fatalf("seed %d: a task that has left is listed", seed)
				}
			}
			if n != len(in) {
				t.Fatalf("seed %d: %d tasks instead of %d", seed, n, len(in))
			}
		}
		for _, growth := range []int{4000, -3900, 3000, -3100} { // so that shards grow, and shrink
			for range 2 * max(growth, -growth) {
				comes := r.IntN(4) != 0
				if growth < 0 {
					comes = !comes
				}
				switch {
				case comes:
					x := &Task{}
					rt.register(x, r.IntN(3))
					in[x] = true
					order = append(order, x)
				case len(order) != 0:
					i := r.IntN(len(order))
					if r.IntN(2) == 0 {
						i = 0
					}
					x := order[i]
					order[i] = order[len(order)-1]
					order = order[:len(order)-1]
					rt.unregister(x)
					delete(in, x)
					if x.registered() {
						t.Fatal("a task that has left is registered")
					}
				}
			}
			check()
		}
		for _, x := range order {
			rt.unregister(x)
			delete(in, x)
		}
		check()
		for i := range rt.shards {
			if s := &rt.shards[i]; s.len() != 0 || len(s.chunks) > 1 {
				t.Fatalf("seed %d: an empty shard keeps room for %d", seed, len(s.chunks)*chunkLen)
			}
		}
	}
}

// A worker that has parked keeps no task that has ended.
func TestTasksThatHaveEndedLeaveTheRegistryWhenTheWorkerParks(t *testing.T) {
	onWorkers(t, func(t *testing.T, n int) {
		run(t, n, func(cx *Context) bool { // run checks the shards at the end
			for range 1000 {
				waited := false
				cx.Spawn(&newTask(func(cx *Context) bool {
					if !waited {
						waited = true
						cx.Task().Wake()
						return false
					}
					return true
				}).Task)
			}
			return true
		})
	})
}
