package aio

import "sync"

// chunk is what bytes pass through. One is borrowed for as long as there are
// bytes in it, or to offer to a reader during one poll.
type chunk [32 << 10]byte

var chunks = sync.Pool{New: func() any { return new(chunk) }}
