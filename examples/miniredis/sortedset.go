package main

import (
	"cmp"
	"slices"
	"sort"
)

// A sortedSet has members in the order of their scores, and those of one score in the order
// of their names. The zero sortedSet is empty and ready.
//
// The members are in chunks of bounded length, each sorted and all before the next. A
// search looks for the chunk first and then in it, by halves; an insertion moves the rest of
// one chunk. A rank takes a step for each chunk before it.
type sortedSet struct {
	scores dict[float64]
	chunks [][]member // none is empty
}

type member struct {
	score float64
	name  string
}

const maxMembers = 256 // of a chunk

func compareMembers(a, b member) int {
	return cmp.Or(cmp.Compare(a.score, b.score), cmp.Compare(a.name, b.name))
}

func (z *sortedSet) len() int { return z.scores.len() }

// score returns the score of a member.
func (z *sortedSet) score(name []byte) (score float64, ok bool) {
	if i := z.scores.find(name); i >= 0 {
		return z.scores.items[i].value, true
	}
	return 0, false
}

// put sets the score of a member, and reports whether it is new.
func (z *sortedSet) put(name []byte, score float64) (isNew bool) {
	i, isNew := z.scores.put(name)
	it := &z.scores.items[i]
	if !isNew {
		if it.value == score {
			return false
		}
		z.unlink(member{it.value, it.key})
	}
	it.value = score
	z.link(member{score, it.key})
	return isNew
}

// remove removes a member, and reports whether it was there.
func (z *sortedSet) remove(name []byte) bool {
	i := z.scores.find(name)
	if i < 0 {
		return false
	}
	z.unlink(member{z.scores.items[i].value, z.scores.items[i].key})
	z.scores.removeAt(i)
	return true
}

// chunkOf returns the chunk that m is in, or would be inserted into.
func (z *sortedSet) chunkOf(m member) int {
	after := sort.Search(len(z.chunks), func(i int) bool { return compareMembers(z.chunks[i][0], m) > 0 })
	return max(after-1, 0)
}

func (z *sortedSet) link(m member) {
	if len(z.chunks) == 0 {
		z.chunks = append(z.chunks, []member{m})
		return
	}
	i := z.chunkOf(m)
	c := z.chunks[i]
	at, _ := slices.BinarySearchFunc(c, m, compareMembers)
	if len(c) == maxMembers { // split it, with room in both halves
		right := append(make([]member, 0, maxMembers), c[maxMembers/2:]...)
		clear(c[maxMembers/2:])
		c = c[:maxMembers/2]
		z.chunks[i] = c
		z.chunks = slices.Insert(z.chunks, i+1, right)
		if at > len(c) {
			i, at, c = i+1, at-len(c), right
		}
	}
	z.chunks[i] = slices.Insert(c, at, m)
}

func (z *sortedSet) unlink(m member) {
	i := z.chunkOf(m)
	at, _ := slices.BinarySearchFunc(z.chunks[i], m, compareMembers)
	if z.chunks[i] = slices.Delete(z.chunks[i], at, at+1); len(z.chunks[i]) == 0 {
		z.chunks = slices.Delete(z.chunks, i, i+1)
	}
}

// rank returns how many members are before m.
func (z *sortedSet) rank(m member) int {
	if len(z.chunks) == 0 {
		return 0
	}
	i := z.chunkOf(m)
	rank, _ := slices.BinarySearchFunc(z.chunks[i], m, compareMembers)
	for _, c := range z.chunks[:i] {
		rank += len(c)
	}
	return rank
}

// at returns the members from rank from up to rank to.
func (z *sortedSet) at(from, to int) []member {
	found := make([]member, 0, to-from)
	for _, c := range z.chunks {
		if from < len(c) && to > 0 {
			found = append(found, c[max(from, 0):min(to, len(c))]...)
		}
		from, to = from-len(c), to-len(c)
	}
	return found
}

// end returns the first or the last member. The set must have one.
func (z *sortedSet) end(first bool) member {
	if first {
		return z.chunks[0][0]
	}
	last := z.chunks[len(z.chunks)-1]
	return last[len(last)-1]
}
