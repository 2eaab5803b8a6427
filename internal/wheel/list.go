package wheel

import "math"

// chunkLen entries of a pointer and a deadline make a chunk of 1 KB.
const chunkLen = 62

// A chunk is a piece of a list: arrays instead of linked nodes take half the
// time, and the entries' owners need no room for links.
type chunk[E any] struct {
	next *chunk[E]
	n    int
	e    [chunkLen]entry[E]
}

// A list is a queue of entries in chunks. It points to the last chunk, and the
// last chunk to the first: a slot is one pointer.
type list[E any] struct{ last *chunk[E] }

// push appends an entry.
func (l *list[E]) push(p *pool[E], e E, when int64) {
	c := l.last
	if c == nil || c.n == chunkLen {
		c = l.grow(p)
	}
	c.e[c.n] = entry[E]{e, when}
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

// drain calls fn for every entry, first to last, and gives the chunks back as it
// goes. fn may push to other lists.
func (l *list[E]) drain(p *pool[E], fn func(e E, when int64)) {
	c := l.last.next
	l.last.next = nil
	l.last = nil
	for c != nil {
		for i := range c.e[:c.n] {
			fn(c.e[i].e, c.e[i].when)
		}
		next := c.next
		p.put(c)
		c = next
	}
}

// earliest returns the earliest deadline in a list that is not empty.
func (l *list[E]) earliest() int64 {
	at := int64(math.MaxInt64)
	for c := l.last.next; ; c = c.next {
		for i := range c.e[:c.n] {
			at = min(at, c.e[i].when)
		}
		if c == l.last {
			return at
		}
	}
}

// A pool keeps free chunks: as many as are in use, and a few, so that a wheel
// whose entries come and go does not allocate, and one that was large once does
// not stay so.
type pool[E any] struct {
	free   *chunk[E]
	frees  int
	inUses int
}

// spare is how many free chunks are kept when none is in use.
const spare = 64

func (p *pool[E]) get() *chunk[E] {
	p.inUses++
	c := p.free
	if c == nil {
		return new(chunk[E])
	}
	p.free = c.next
	p.frees--
	return c
}

// put frees a chunk. It is cleared, for the collector would follow what is left in
// it.
func (p *pool[E]) put(c *chunk[E]) {
	clear(c.e[:c.n])
	c.n = 0
	c.next = p.free
	p.free = c
	p.frees++
	p.inUses--
	for p.frees > p.inUses+spare {
		p.free = p.free.next
		p.frees--
	}
}
