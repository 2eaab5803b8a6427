package report

import (
	"fmt"
	"hash/fnv"
	"slices"
)

// Group is a set of tasks that are alike: their names, spawn places and waits differ only in
// numbers, such as an address.
type Group struct {
	Key       string   `json:"key"` // the same in every grouping
	Count     int      `json:"count"`
	Name      string   `json:"name"`
	Spawned   string   `json:"spawned,omitempty"`
	State     string   `json:"state"`
	Cancelled bool     `json:"cancelled,omitempty"`
	Waits     []string `json:"waits,omitempty"` // each as the text of a [Wait], with the ranges of numbers
}

// MaxKinds is how many groups a [Grouping] has at the most.
const MaxKinds = 5_000

// Grouping puts tasks into groups, one task after the other, as Snapshot.String does for many
// tasks. The zero value is empty. Its size does not depend on the number of tasks: when there are
// MaxKinds groups, a task that belongs to none of them is only counted. It takes about a
// microsecond for each task. One goroutine at a time may use it.
type Grouping struct {
	groups *grouper
	tasks  int
	beyond int // tasks without a group
}

// Add puts t into its group, and returns that one's index, in the order in which the groups came;
// -1: there are too many groups.
func (g *Grouping) Add(t *Task) (index int) {
	if g.groups == nil {
		g.groups = &grouper{groups: map[string]*group{}, parents: map[uint64]*group{}}
	}
	g.tasks++
	g.groups.setKey(t, nil)
	if g.groups.groups[string(g.groups.key)] == nil && len(g.groups.order) == MaxKinds {
		g.beyond++
		return -1
	}
	return g.groups.put(t, nil).index
}

// Len returns how many tasks were added.
func (g *Grouping) Len() int { return g.tasks }

// Largest returns the n largest groups, the largest first, with their indexes as Add has returned
// them. left counts the tasks of the others.
func (g *Grouping) Largest(n int) (groups []Group, indexes []int, left int) {
	left = g.tasks
	if g.groups == nil {
		return nil, nil, 0
	}
	for _, one := range largest(slices.Clone(g.groups.order), n) {
		name, waits := one.text(false)
		groups = append(groups, Group{
			Key: keyText(one.key), Count: one.count, Name: name, Spawned: one.sample.Spawned,
			State: one.sample.State, Cancelled: one.sample.Cancelled, Waits: waits,
		})
		indexes = append(indexes, one.index)
		left -= one.count
	}
	return groups, indexes, left
}

// keyText returns a key as a short text.
func keyText(key string) string {
	h := fnv.New64a()
	h.Write([]byte(key))
	return fmt.Sprintf("%016x", h.Sum64())
}
