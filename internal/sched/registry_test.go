package sched

import (
	"math/rand/v2"
	"testing"
)

// The reference is a set. Blocks have borders at 511 and 1022 tasks, and so on, which the
// number of tasks crosses up and down.
func TestRegistryIsTheSetOfWhatWasRegistered(t *testing.T) {
	for seed := range uint64(20) {
		rng := rand.New(rand.NewPCG(seed, 1))
		rt := &Runtime{}
		reference := map[*Task]bool{}
		var list []*Task
		compare := func() {
			t.Helper()
			seen := 0
			for task := range rt.Tasks {
				if !reference[task] || !task.Listed() {
					t.Fatalf("seed %d: a task is in the registry that should not be", seed)
				}
				seen++
			}
			if seen != len(reference) {
				t.Fatalf("seed %d: %d tasks are in the registry, want %d", seed, seen, len(reference))
			}
			for i := range rt.shards {
				s := &rt.shards[i]
				if room := len(s.blocks) * blockLen; s.len() > room || room > s.len()+2*blockLen {
					t.Fatalf("seed %d: blocks for %d tasks, and there are %d", seed, room, s.len())
				}
			}
		}
		for range 12 {
			grow := rng.IntN(2) == 0
			for range rng.IntN(1200) {
				if grow || len(list) == 0 {
					task := &Task{}
					rt.register(task, rng.IntN(2))
					reference[task] = true
					list = append(list, task)
					continue
				}
				i := rng.IntN(len(list))
				task := list[i]
				list[i] = list[len(list)-1]
				list = list[:len(list)-1]
				rt.unregister(task)
				delete(reference, task)
				if task.Listed() {
					t.Fatalf("seed %d: a task that was taken out is listed", seed)
				}
			}
			compare()
		}
		for _, task := range list {
			rt.unregister(task)
		}
		clear(reference)
		compare()
	}
}
