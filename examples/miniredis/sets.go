package main

import "math"

func setAdd(c *client, args [][]byte) {
	s, ok := getOrMake[set](c, args[1])
	if !ok {
		return
	}
	added := 0
	for _, v := range args[2:] {
		if _, isNew := s.put(v); isNew {
			added++
		}
	}
	if added > 0 {
		c.db().changed(args[1])
	}
	c.out.integer(added)
}

func setRemove(c *client, args [][]byte) {
	s, ok := get[set](c, args[1])
	if !ok {
		return
	}
	removed := 0
	if s != nil {
		for _, v := range args[2:] {
			if s.remove(v) {
				removed++
			}
		}
	}
	if removed > 0 {
		c.shrunk(args[1], s.len())
	}
	c.out.integer(removed)
}

func setHas(c *client, args [][]byte) {
	if s, ok := get[set](c, args[1]); ok {
		c.out.flag(s != nil && s.has(args[2]))
	}
}

func setHasMany(c *client, args [][]byte) {
	s, ok := get[set](c, args[1])
	if !ok {
		return
	}
	c.out.array(len(args) - 2)
	for _, v := range args[2:] {
		c.out.flag(s != nil && s.has(v))
	}
}

func setLen(c *client, args [][]byte) {
	switch s, ok := get[set](c, args[1]); {
	case !ok:
	case s == nil:
		c.out.integer(0)
	default:
		c.out.integer(s.len())
	}
}

func setMembers(c *client, args [][]byte) { setUnion(c, args) }

// setPop is SPOP.
func setPop(c *client, args [][]byte) {
	if len(args) > 3 {
		c.out.fail(syntaxError)
		return
	}
	count := int64(1)
	if len(args) == 3 {
		var ok bool
		if count, ok = parseInt(args[2]); !ok || count < 0 {
			c.out.fail(outOfRange)
			return
		}
	}
	s, ok := get[set](c, args[1])
	switch {
	case !ok:
		return
	case s == nil && len(args) == 3:
		c.out.set(0)
		return
	case s == nil:
		c.out.null()
		return
	}
	n := int(min(count, int64(s.len())))
	if len(args) == 3 {
		c.out.set(n)
	}
	for range n {
		i := c.server.rand.IntN(s.len())
		c.out.text(s.items[i].key)
		s.removeAt(i)
	}
	if n > 0 {
		c.shrunk(args[1], s.len())
	}
}

// setRandom is SRANDMEMBER.
func setRandom(c *client, args [][]byte) {
	if len(args) > 3 {
		c.out.fail(syntaxError)
		return
	}
	count := int64(1)
	if len(args) == 3 {
		var ok bool
		if count, ok = parseInt(args[2]); !ok || count < -math.MaxInt64/2 || count > math.MaxInt64/2 {
			c.out.fail(notInteger)
			return
		}
	}
	s, ok := get[set](c, args[1])
	switch {
	case !ok:
	case s == nil && len(args) == 3:
		c.out.array(0)
	case s == nil:
		c.out.null()
	case len(args) == 2:
		c.out.text(s.items[c.server.rand.IntN(s.len())].key)
	default:
		chosen := draw(c, s.len(), count)
		c.out.array(len(chosen))
		for _, i := range chosen {
			c.out.text(s.items[i].key)
		}
	}
}

// maxDrawn is how many elements a negative count may draw.
const maxDrawn = 1 << 20

// draw draws count of n elements, each once, or with a negative count any so often.
func draw(c *client, n int, count int64) []int {
	if count < 0 {
		drawn := make([]int, min(-count, maxDrawn))
		for i := range drawn {
			drawn[i] = c.server.rand.IntN(n)
		}
		return drawn
	}
	return c.server.rand.Perm(n)[:min(count, int64(n))]
}

// sets returns the sets of some keys, nil where there is none, or replies with an error.
func sets(c *client, keys [][]byte) (found []*set, ok bool) {
	for _, key := range keys {
		s, ok := get[set](c, key)
		if !ok {
			return nil, false
		}
		found = append(found, s)
	}
	return found, true
}

func setUnion(c *client, args [][]byte) {
	found, ok := sets(c, args[1:])
	if !ok {
		return
	}
	if len(found) == 1 {
		c.replySet(found[0])
		return
	}
	union := new(set)
	for _, s := range found {
		if s != nil {
			for i := range s.items {
				union.put([]byte(s.items[i].key))
			}
		}
	}
	c.replySet(union)
}

func setInter(c *client, args [][]byte) {
	if found, ok := sets(c, args[1:]); ok {
		c.replySet(filter(found, true))
	}
}

func setDiff(c *client, args [][]byte) {
	if found, ok := sets(c, args[1:]); ok {
		c.replySet(filter(found, false))
	}
}

// filter returns the members of the first set that all others have, or that none of them has.
func filter(found []*set, wanted bool) *set {
	result := new(set)
	if found[0] == nil {
		return result
	}
members:
	for i := range found[0].items {
		key := []byte(found[0].items[i].key)
		for _, s := range found[1:] {
			if has := s != nil && s.has(key); has != wanted {
				continue members
			}
		}
		result.put(key)
	}
	return result
}

func (c *client) replySet(s *set) {
	if s == nil {
		c.out.set(0)
		return
	}
	c.out.set(s.len())
	for i := range s.items {
		c.out.text(s.items[i].key)
	}
}
