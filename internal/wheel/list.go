package wheel

import "math"

// chunkLen entries of a pointer and the lower half of a deadline make a chunk of
// 1 KB: 1,008 bytes, and the 8 that the allocator adds to an object with pointers that is
// larger than 512 bytes.
const chunkLen = 82

// A chunk is a piece of a list: arrays take half the time of linked nodes, and entries
// need no room for links.
//
// A chunk holds the lower 32 bits of each deadline. The upper bits of all deadlines in a
// slot are equal, and the wheel knows them, up to the level whose blocks are 2^30 ms long.
// On the levels above, of which the first begins in two years, a chunk holds the upper
// halves as well.
type chunk[E any] struct {
	next *chunk[E]
	high *[chunkLen]uint32 // nil below level wide
	n    int
	e    [chunkLen]E
	low  [chunkLen]uint32
}

// wide is the lowest level whose blocks are too long for 32 bits.
const wide = 6

// when returns the deadline of entry i of a chunk of the slot that begins at at.
func (c *chunk[E]) when(i int, at uint64) int64 {
	if c.high != nil {
		return int64(c.high[i])<<32 | int64(c.low[i])
	}
	return int64(at + uint64(c.low[i]-uint32(at)))
}

// A list is a queue of entries in chunks. It points to the last chunk, and the
// last chunk to the first: a slot is one pointer.
type list[E any] struct{ last *chunk[E] }

// push appends an entry to the list of a slot of a level.
func (l *list[E]) push(p *pool[E], e E, when int64, level uint) {
	c := l.last
	if c == nil || c.n == chunkLen {
		c = l.grow(p)
		if level >= wide {
			c.high = new([chunkLen]uint32)
		}
	}
	c.e[c.n], c.low[c.n] = e, uint32(when)
	if c.high != nil {
		c.high[c.n] = uint32(when >> 32)
	}
	c.n++
}

// grow appends an empty chunk.
func (l *list[E]) grow(p *pool[E]) *chunk[E] {
	c := p.get()
	if l.last == nil {
		c.next = c
	} else {
		c.next = l.last.next
		l.last.next = c
	}
	l.last = c
	return c
}

// drain empties the list: it calls fn for every chunk, first to last, and frees the chunk
// after the call. fn may push to other lists.
func (l *list[E]) drain(p *pool[E], fn func(c *chunk[E])) {
	c := l.last.next
	l.last.next = nil
	l.last = nil
	for c != nil {
		fn(c)
		next := c.next
		p.put(c)
		c = next
	}
}

// earliest returns the earliest deadline in a list that is not empty, of the slot
// that begins at at.
func (l *list[E]) earliest(at uint64) int64 {
	first := int64(math.MaxInt64)
	for c := l.last.next; ; c = c.next {
		for i := range c.n {
			first = min(first, c.when(i, at))
		}
		if c == l.last {
			return first
		}
	}
}

// A pool keeps free chunks: as many as are in use, and a few more. So a wheel whose entries
// come and go does not allocate, and one that was large once does not stay large.
type pool[E any] struct {
	free  *chunk[E]
	nfree int
	nused int
}

// spare is how many more free chunks are kept than are in use.
const spare = 64

func (p *pool[E]) get() *chunk[E] {
	p.nused++
	c := p.free
	if c == nil {
		return new(chunk[E])
	}
	p.free = c.next
	p.nfree--
	return c
}

// put frees a chunk. It clears the chunk, for the collector would follow the pointers in
// it.
func (p *pool[E]) put(c *chunk[E]) {
	clear(c.e[:c.n])
	c.n, c.high = 0, nil
	c.next = p.free
	p.free = c
	p.nfree++
	p.nused--
	for p.nfree > p.nused+spare {
		p.free = p.free.next
		p.nfree--
	}
}
