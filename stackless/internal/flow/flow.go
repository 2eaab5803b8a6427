// Package flow has the dataflow analyses of lowered functions: which variables are live, and
// which may hold something.
//
// A function is a list of nodes, each a step of it in the order of its text. A node names the
// nodes that may come next. Variables are small numbers.
package flow

import "math/bits"

// A Node is one step of a function. It reads the variables Uses first, and writes Defs last.
type Node struct {
	Uses, Defs []int
	Next       []int // numbers of nodes
	IsAtomic   bool  // it has read all before it writes: what it reads last and what it writes may share a place
}

// A Set is a set of variables.
type Set []uint64

func newSet(n int) Set { return make(Set, (n+63)/64) }

// Has reports whether v is in the set.
func (s Set) Has(v int) bool { return s[v/64]&(1<<(v%64)) != 0 }

func (s Set) add(v int)    { s[v/64] |= 1 << (v % 64) }
func (s Set) remove(v int) { s[v/64] &^= 1 << (v % 64) }

// Len is the number of variables in the set.
func (s Set) Len() (n int) {
	for _, w := range s {
		n += bits.OnesCount64(w)
	}
	return n
}

// union adds the variables of t, and reports whether any was new.
func (s Set) union(t Set) (grown bool) {
	for i, w := range t {
		if w&^s[i] != 0 {
			s[i] |= w
			grown = true
		}
	}
	return grown
}

// Live returns, for each node, the variables whose values before the node may be read, by it or
// later.
func Live(nodes []Node, variables int) []Set {
	in := make([]Set, len(nodes))
	for i := range in {
		in[i] = newSet(variables)
	}
	for grown := true; grown; {
		grown = false
		for i := len(nodes) - 1; i >= 0; i-- {
			live := newSet(variables)
			for _, next := range nodes[i].Next {
				live.union(in[next])
			}
			for _, v := range nodes[i].Defs {
				live.remove(v)
			}
			for _, v := range nodes[i].Uses {
				live.add(v)
			}
			grown = in[i].union(live) || grown
		}
	}
	return in
}

// Written returns, for each node that may be reached, the variables that may have been written
// before it. Those of entry are written before the first node. It is nil for nodes that cannot
// be reached.
func Written(nodes []Node, variables int, entry []int) []Set {
	in := make([]Set, len(nodes))
	if len(nodes) == 0 {
		return in
	}
	in[0] = newSet(variables)
	for _, v := range entry {
		in[0].add(v)
	}
	for work := []int{0}; len(work) > 0; {
		i := work[len(work)-1]
		work = work[:len(work)-1]
		out := newSet(variables)
		out.union(in[i])
		for _, v := range nodes[i].Defs {
			out.add(v)
		}
		for _, next := range nodes[i].Next {
			isNew := in[next] == nil
			if isNew {
				in[next] = newSet(variables)
			}
			if in[next].union(out) || isNew {
				work = append(work, next)
			}
		}
	}
	return in
}

// Conflicts returns, for each variable, those with which it cannot share a place: one of them is
// written at a node where the other is read, written too, or live after it. The variables of
// entry are written at the same time.
func Conflicts(nodes []Node, live []Set, variables int, entry []int) []Set {
	conflicts := make([]Set, variables)
	for v := range conflicts {
		conflicts[v] = newSet(variables)
	}
	add := func(v, w int) {
		if v != w {
			conflicts[v].add(w)
			conflicts[w].add(v)
		}
	}
	for i, v := range entry {
		for _, w := range entry[:i] {
			add(v, w)
		}
	}
	for _, n := range nodes {
		for i, d := range n.Defs {
			if !n.IsAtomic {
				for _, v := range n.Uses {
					add(d, v)
				}
			}
			for _, v := range n.Defs[:i] {
				add(d, v)
			}
			for _, next := range n.Next {
				for v := range variables {
					if live[next].Has(v) {
						add(d, v)
					}
				}
			}
		}
	}
	return conflicts
}
