package sched

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
)

// A line and a slice, which is the naive form of it, do the same.
func TestALineFindsTheEntryAtAnIndexAndTheHighestRank(t *testing.T) {
	for seed := range uint64(30) {
		r := rand.New(rand.NewPCG(seed, 0))
		var l line
		var naive []*Task
		most, grows := 200, 3
		if seed%2 == 0 {
			most, grows = shortLine/2, 2 // a short line has room for as many
		}
		at := map[*Task]int{}
		rank := map[*Task]uint64{}
		moved := func(e *entry, to int) { at[e.task] = to }
		highest := func() (best *Task) {
			for _, x := range naive {
				if best == nil || rank[x] > rank[best] {
					best = x
				}
			}
			return best
		}
		for range 2000 {
			switch n := len(naive); {
			case n == 0 || r.IntN(5) < grows && n < most:
				x := &Task{}
				naive = append(naive, x)
				rank[x] = uint64(r.IntN(5))
				if l.isFull() {
					l.pack(moved)
				}
				*l.room() = entry{task: x, rank: rank[x]}
				at[x] = l.add()
			case r.IntN(3) == 0:
				x := naive[r.IntN(n)]
				rank[x] = uint64(r.IntN(5))
				l.setRank(at[x], rank[x])
			default:
				i := r.IntN(n)
				if l.entries[l.at(i)].task != naive[i] {
					t.Fatal("another task is at the index")
				}
				l.remove(l.at(i))
				naive = slices.Delete(naive, i, i+1)
			}
			if l.len() != len(naive) {
				t.Fatalf("%d entries, want %d", l.len(), len(naive))
			}
			for i, x := range naive {
				if l.at(i) != at[x] || l.index(at[x]) != i || l.entries[at[x]].task != x {
					t.Fatalf("the entry %d is at %d, with the index %d", i, l.at(i), l.index(at[x]))
				}
			}
			if len(naive) > 0 && l.entries[l.highest()].task != highest() {
				t.Fatal("another task has the highest rank")
			}
		}
		if l.isShort() != (seed%2 == 0) {
			t.Fatalf("a line of at most %d entries is short: %t", most, l.isShort())
		}
		l.clear()
		if l.len() != 0 || !l.isShort() || l.next != 0 {
			t.Fatal("a line that was cleared is not empty")
		}
	}
}

// BenchmarkLine chooses one of n entries and puts it back.
func BenchmarkLine(b *testing.B) {
	for _, n := range []int{4, 1000, 100_000} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			var l line
			add := func(t *Task) {
				if l.isFull() {
					l.pack(func(*entry, int) {})
				}
				l.room().task = t
				l.add()
			}
			for range n {
				add(&Task{})
			}
			r := rand.New(rand.NewPCG(1, 2))
			for b.Loop() {
				at := l.at(r.IntN(n))
				t := l.entries[at].task
				l.remove(at)
				add(t)
			}
		})
	}
}
