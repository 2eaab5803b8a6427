package mpsc

import "math/bits"

// segment is a ring of slots for messages with consecutive indices: message i is
// in slot i modulo the length, which is a power of two.
//
// A channel begins with a small segment. When that is full, it goes on to a larger one,
// without copying: the receiver reads the old one to its end, then the next. So a channel
// that is hardly used stays small, and no sender moves a message that the receiver reads.
type segment[T any] struct {
	slots []T
	start uint64      // index of its first message
	end   uint64      // index after its last one; endless while it has no next
	next  *segment[T] // guarded by the channel's lock, as is end
}

const (
	endless      = ^uint64(0)
	firstSegment = 4

	// An unbounded channel does not go beyond this, so that it becomes small again
	// after it was long.
	largestUnbounded = 1024
)

// largestSegment returns the length of the largest segment that a channel needs.
func largestSegment(capacity uint64) uint64 {
	if capacity == unbounded {
		return largestUnbounded
	}
	return 1 << bits.Len64(capacity-1)
}

// slot returns where message i is.
func (s *segment[T]) slot(i uint64) *T {
	return &s.slots[i&uint64(len(s.slots)-1)]
}

// appendSegment appends a segment that begins with the next message. Locked.
func (c *channel[T]) appendSegment() {
	size := min(firstSegment, largestSegment(c.limit))
	old := c.tailSegment
	if old != nil {
		size = min(2*uint64(len(old.slots)), largestSegment(c.limit))
	}
	var s *segment[T]
	if c.coldPart != nil {
		s, c.coldPart.spareSegment = c.coldPart.spareSegment, nil
	}
	if s == nil || uint64(len(s.slots)) < size {
		s = &segment[T]{slots: make([]T, size)}
	}
	s.start, s.end, s.next = c.tail, endless, nil
	c.tailSegment = s
	if old == nil {
		c.headSegment = s
	} else {
		old.end, old.next = c.tail, s
	}
}

// updateSeen sets seen to tail, or to the end of the segment that head is in. Locked, by the
// receiver.
func (c *channel[T]) updateSeen() {
	if c.headSegment == nil {
		return
	}
	for c.head == c.headSegment.end {
		read := c.headSegment
		c.headSegment = read.next
		if len(read.slots) == largestUnbounded && c.limit == unbounded {
			c.cold().spareSegment = read
		}
	}
	c.seen = min(c.tail, c.headSegment.end)
}
