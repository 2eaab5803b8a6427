package aio

import "sync"

// page is a small buffer of the pool.
type page [4 << 10]byte

var pages = sync.Pool{New: func() any { return new(page) }}

// takeBuffer returns a buffer of size bytes. Up to the size of a chunk it is from a pool.
func takeBuffer(size int) []byte {
	switch {
	case size <= len(page{}):
		return pages.Get().(*page)[:size]
	case size <= len(chunk{}):
		return chunks.Get().(*chunk)[:size]
	}
	return make([]byte, size)
}

// giveBuffer gives back what takeBuffer has returned.
func giveBuffer(b []byte) {
	switch size := len(b); {
	case size <= len(page{}):
		pages.Put((*page)(b[:len(page{})]))
	case size <= len(chunk{}):
		chunks.Put((*chunk)(b[:len(chunk{})]))
	}
}

// defaultBuffer is the size of a buffer if the program names none.
const defaultBuffer = len(page{})
