package poller

import "sync/atomic"

const chunkSize = 512

// table finds the source of a descriptor: a dense array by its number, in chunks
// that stay where they are.
//
// Rules: get and clear take no lock. put is called under the poller's lock, alone
// replaces the list of chunks, by a longer copy with the same chunks, and so
// never moves an entry that somebody else may be looking at. An entry is cleared
// before its descriptor is closed, and so before the same number can be put again.
type table struct {
	chunks atomic.Pointer[[]*chunk]
}

type chunk [chunkSize]atomic.Pointer[Source]

// get returns the source of fd, or nil.
func (t *table) get(fd int32) *Source {
	if c := t.chunk(fd); c != nil {
		return c[fd%chunkSize].Load()
	}
	return nil
}

func (t *table) chunk(fd int32) *chunk {
	chunks := t.chunks.Load()
	if i := int(fd / chunkSize); fd >= 0 && chunks != nil && i < len(*chunks) {
		return (*chunks)[i]
	}
	return nil
}

func (t *table) put(fd int32, s *Source) {
	c := t.chunk(fd)
	if c == nil {
		i := int(fd / chunkSize)
		var longer []*chunk
		if chunks := t.chunks.Load(); chunks != nil {
			longer = append(longer, *chunks...)
		}
		for len(longer) <= i {
			longer = append(longer, nil)
		}
		c = new(chunk)
		longer[i] = c
		t.chunks.Store(&longer)
	}
	c[fd%chunkSize].Store(s)
}

func (t *table) clear(fd int32) { t.chunk(fd)[fd%chunkSize].Store(nil) }

// all calls fn with every source.
func (t *table) all(fn func(s *Source)) {
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
