package disk

import "slices"

// A change is what a call has done to a file: a write, or a change of its size.
type change struct {
	at   int64
	data []byte // not nil: a write
	size int64  // otherwise
}

func (c change) end() int64 {
	if c.data == nil {
		return c.size
	}
	return c.at + int64(len(c.data))
}

const (
	page   = 4096 // what the system writes at once
	sector = 512  // what a disk writes at once

	mostSize = 1 << 30 // of a file: all of it is in memory
)

// apply returns data after c.
func (c change) apply(data []byte) []byte {
	if c.data == nil {
		return resize(data, c.size)
	}
	if end := c.end(); end > int64(len(data)) {
		data = resize(data, end)
	}
	copy(data[c.at:], c.data)
	return data
}

// resize returns data with another length. What comes is zero.
func resize(data []byte, size int64) []byte {
	if n := size - int64(len(data)); n > 0 {
		data = slices.Grow(data, int(n))
		old := len(data)
		data = data[:size]
		clear(data[old:])
		return data
	}
	return data[:size]
}

// settle makes all that was done to a file durable.
func (n *node) settle() {
	for _, c := range n.pending {
		n.safe = c.apply(n.safe)
	}
	n.pending = nil
}

// record does c, as the program sees it.
func (d *Disk) record(n *node, c change) {
	if len(n.pending) == 0 {
		d.dirty = append(d.dirty, n)
	}
	before := len(n.data)
	n.data = c.apply(n.data)
	n.changed = d.now()
	n.pending = append(n.pending, c)
	d.size += int64(len(n.data) - before)
}

// clean takes n out of the files that have changes. The caller does something about these.
func (d *Disk) clean(n *node) {
	if len(n.pending) != 0 {
		d.dirty = slices.DeleteFunc(d.dirty, func(o *node) bool { return o == n })
	}
}
