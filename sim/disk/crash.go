package disk

import "slices"

// In each draw the number 0 is the case without a fault.

// chance draws how probable it is, in one crash, that a change was written: a machine that was
// idle has written all, one that was busy nothing, and most are in between.
func (d *Disk) chance() float64 {
	return [...]float64{1, 0, 1. / 2, 1. / 2, 1. / 8, 7. / 8}[d.draw.Uint64()%6]
}

// happens throws a die.
func (d *Disk) happens(probability float64) bool {
	return float64(d.draw.Uint64()>>11)/(1<<53) >= 1-probability
}

// crashFiles makes some of the changes of files durable, and forgets the others. names are those of the
// files.
func (d *Disk) crashFiles(names map[*node]string) {
	for _, n := range d.dirty {
		c := crash{disk: d, node: n, keeps: d.chance()}
		c.tell(names[n], c.file)
	}
	d.dirty = nil
}

// A crash decides what remains of one file. The changes since the last sync are numbered, and
// moment k is the one after the first k of them. The size of the file is that of moment
// sizeAt. A page is that of a moment too, from first to last: a change of the size that
// cuts something off is written with the size, so no page has the data from before one that
// was written, or from after one that was not.
type crash struct {
	disk        *Disk
	node        *node
	keeps       float64
	first, last int
}

// file decides.
func (c *crash) file() {
	n := c.node
	all := len(n.pending)
	sizeAt := c.moment(0, all)
	c.first, c.last = 0, all
	size := int64(len(n.safe))
	sizeThen := size
	for i, ch := range n.pending {
		before := size
		if ch.data == nil || ch.end() > size {
			size = ch.end()
		}
		if i < sizeAt {
			sizeThen = size
		}
		if size < before { // something was cut off
			if i < sizeAt {
				c.first = i + 1
			} else {
				c.last = min(c.last, i)
			}
		}
	}
	n.safe = c.data(sizeThen, sizeAt)
	n.pending = nil
}

// moment draws a moment from first to last.
func (c *crash) moment(first, last int) int {
	switch {
	case first == last || c.keeps == 0:
		return first
	case c.keeps == 1 || c.disk.happens(c.keeps):
		return last
	}
	return last - int(c.disk.draw.Uint64()%uint64(last-first+1))
}

// data returns what remains of the data of a file, whose size is size, that of the moment sizeAt.
// With a journal the size grows with what was written instead.
func (c *crash) data(size int64, sizeAt int) []byte {
	n := c.node
	data := slices.Clone(n.safe)
	for _, ch := range n.pending[:c.first] {
		data = ch.apply(data)
	}
	changes := n.pending[c.first:c.last]
	written, longest := int64(len(data)), int64(len(data))
	for i, ch := range changes {
		longest = max(longest, ch.end())
		if ch.data == nil && c.first+i < sizeAt {
			written = max(written, ch.size)
		}
	}
	data = resize(data, longest)
	writes := writesOfPages(changes)
	for at := int64(0); at < longest; at += page {
		if w := writes[at/page]; w != nil {
			written = max(written, c.page(data, changes, w, at))
		}
	}
	if c.disk.config.Journal {
		size = written
	}
	return resize(data, size)
}

// writesOfPages returns the numbers of the changes that write to each page, in their order. So a crash costs as much
// as the changes and the pages, and not as much as all changes for each page.
func writesOfPages(changes []change) map[int64][]int {
	writes := map[int64][]int{}
	for i, ch := range changes {
		if ch.data == nil {
			continue
		}
		for p := ch.at / page; p*page < ch.end(); p++ {
			writes[p] = append(writes[p], i)
		}
	}
	return writes
}

// page writes the page at from, to which the changes with the numbers writes have written, as it was at
// some moment, or torn between two, and returns the end of what it has written.
func (c *crash) page(data []byte, changes []change, writes []int, from int64) (written int64) {
	to := min(from+page, int64(len(data)))
	one := c.moment(0, len(changes))
	other := one
	isTorn := c.keeps != 0 && c.keeps != 1 && c.disk.happens(1./4)
	if isTorn {
		other = c.moment(0, len(changes))
	}
	for at := from; at < to; at += sector {
		moment := one
		if other != one && c.disk.happens(1./2) {
			moment = other
		}
		for _, i := range writes {
			if i >= moment {
				break
			}
			written = max(written, changes[i].overlay(data, at, min(at+sector, to)))
		}
	}
	return written
}

// overlay does the part of a write that is between from and to, and returns its end; 0: there is
// none.
func (c change) overlay(data []byte, from, to int64) (end int64) {
	from, to = max(from, c.at), min(to, c.end())
	if from >= to {
		return 0
	}
	copy(data[from:to], c.data[from-c.at:])
	return to
}
