package sched

import (
	"math/rand/v2"
	"testing"
)

// A registryModel performs each operation on a registry and on a set.
type registryModel struct {
	t     *testing.T
	seed  uint64
	r     *rand.Rand
	rt    *Runtime
	in    map[*Task]bool
	order []*Task // the tasks of in
}

// add registers a task in one of three shards.
func (m *registryModel) add() {
	x := &Task{}
	m.rt.register(x, m.r.IntN(3))
	m.in[x] = true
	m.order = append(m.order, x)
}

// remove unregisters a task: the first, or a random one.
func (m *registryModel) remove() {
	i := m.r.IntN(len(m.order))
	if m.r.IntN(2) == 0 {
		i = 0
	}
	x := m.order[i]
	last := len(m.order) - 1
	m.order[i] = m.order[last]
	m.order = m.order[:last]
	m.rt.unregister(x)
	delete(m.in, x)
	if x.registered() {
		m.t.Fatal("a task that has left is registered")
	}
}

// check compares the two.
func (m *registryModel) check() {
	n := 0
	for x := range m.rt.Tasks {
		n++
		if !m.in[x] {
			m.t.Fatalf("seed %d: a task that has left is listed", m.seed)
		}
	}
	if n != len(m.in) {
		m.t.Fatalf("seed %d: %d tasks instead of %d", m.seed, n, len(m.in))
	}
}

// The registry is compared with a set, while tasks come and go in random order: the
// registry lists each task of the set once, and no other.
func TestRegistryIsASetOfTasks(t *testing.T) {
	for seed := range uint64(20) {
		m := &registryModel{t: t, seed: seed, r: rand.New(rand.NewPCG(seed, 0)), rt: &Runtime{shards: make([]shard, shards)}, in: map[*Task]bool{}}
		for _, growth := range []int{4000, -3900, 3000, -3100} { // so that shards grow, and shrink
			for range 2 * max(growth, -growth) {
				if comes := m.r.IntN(4) != 0; comes == (growth > 0) {
					m.add()
				} else if len(m.order) != 0 {
					m.remove()
				}
			}
			m.check()
		}
		for len(m.order) != 0 {
			m.remove()
		}
		m.check()
		for i := range m.rt.shards {
			if s := &m.rt.shards[i]; s.len() != 0 || len(s.chunks) > 1 {
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
