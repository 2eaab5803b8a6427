package poller

import "sync/atomic"

const chunkSize = 512

// sourceTable finds the source of a descriptor: an array by the descriptor's number, in
// chunks that do not move.
//
// Rules:
//
//  1. entry takes no lock. set is called under the poller's lock. It alone replaces the
//     list of chunks, by a longer copy with the same chunks. So no entry moves while
//     another goroutine uses it.
//  2. An entry is cleared before its descriptor is closed, and so before the same number
//     can be set again.
type sourceTable struct {
	chunks atomic.Pointer[[]*chunk]
}

type chunk [chunkSize]atomic.Pointer[Source]

// entry returns the entry of fd, or nil when there is no chunk for it.
func (t *sourceTable) entry(fd int32) *atomic.Pointer[Source] {
	chunks := t.chunks.Load()
	if i := int(fd / chunkSize); fd >= 0 && chunks != nil && i < len(*chunks) && (*chunks)[i] != nil {
		return &(*chunks)[i][fd%chunkSize]
	}
	return nil
}

// set makes s the source of fd.
func (t *sourceTable) set(fd int32, s *Source) {
	e := t.entry(fd)
	if e == nil {
		t.addChunk(int(fd / chunkSize))
		e = t.entry(fd)
	}
	e.Store(s)
}

// addChunk adds chunk i.
func (t *sourceTable) addChunk(i int) {
	var longer []*chunk
	if chunks := t.chunks.Load(); chunks != nil {
		longer = append(longer, *chunks...)
	}
	for len(longer) <= i {
		longer = append(longer, nil)
	}
	longer[i] = new(chunk)
	t.chunks.Store(&longer)
}

// clear removes the source of fd.
func (t *sourceTable) clear(fd int32) { t.entry(fd).Store(nil) }

// forEach calls fn with every source.
func (t *sourceTable) forEach(fn func(s *Source)) {
	chunks := t.chunks.Load()
	if chunks == nil {
		return
	}
	for _, c := range *chunks {
		if c == nil {
			continue
		}
		for i := range c {
			if s := c[i].Load(); s != nil {
				fn(s)
			}
		}
	}
}
