package web

import (
	"sync"
	"sync/atomic"

	"github.com/edo-go/edo"
)

// flags are what the two directions of a Conn know of each other. A message looks at them, and takes no
// lock. Above the bits is the number of answers that the receiving side has put into the output.
type flags struct{ bits atomic.Uint32 }

const (
	hasEnded  uint32 = 1 << iota // the receiving side: see rare.status
	isTold                       // the stream has returned that
	owes                         // the receiving side has sent something, which may not be flushed
	hasPong                      // an answer had no room: see rare.pong
	hasDebtor                    // see rare.debtor
	hasIdle                      // SetIdleTimeout was called
	isAsked                      // a ping was sent because the connection is idle, and nothing has come since
	skipsEnd                     // the next end of framed is that after the error of an idle read
	anAnswer                     // one answer more
)

// has reports whether a bit is set.
func (f *flags) has(bit uint32) bool { return f.bits.Load()&bit != 0 }

// set sets bits, or clears them. When nothing changes nothing is written.
func (f *flags) set(bits uint32, to bool) {
	switch now := f.bits.Load(); {
	case to && now&bits != bits:
		f.bits.Or(bits)
	case !to && now&bits != 0:
		f.bits.And(^bits)
	}
}

// owe notes that an answer was put into the output.
func (f *flags) owe() {
	for {
		now := f.bits.Load()
		if f.bits.CompareAndSwap(now, (now|owes)+anAnswer) {
			return
		}
	}
}

// settle notes that all answers were flushed, unless there was another one since the flags were before.
func (f *flags) settle(before uint32) (isSettled bool) {
	for {
		switch now := f.bits.Load(); {
		case now&owes == 0:
			return true
		case now/anAnswer != before/anAnswer:
			return false
		case f.bits.CompareAndSwap(now, now&^owes):
			return true
		}
	}
}

// rare is the state that most connections do not have: it takes no memory of an idle one.
type rare struct {
	protocol string // does not change

	mu     sync.Mutex  // guards the following; held for no poll
	status *CloseError // how the receiving side has ended
	pong   []byte      // the answer to the latest ping, if there was no room for it
	debtor edo.Waker   // the task that receives, when it has left the flush to one that sends
}

// locked returns the rare state, locked.
func (c *Conn) locked() *rare {
	r := c.rare.Load()
	if r == nil {
		c.rare.CompareAndSwap(nil, new(rare))
		r = c.rare.Load()
	}
	r.mu.Lock()
	return r
}

// endOf returns how the receiving side has ended, and whether the stream has said so.
func (c *Conn) endOf() (status *CloseError, told bool) {
	if !c.flags.has(hasEnded) {
		return nil, false
	}
	r := c.locked()
	defer r.mu.Unlock()
	return r.status, c.flags.has(isTold)
}

// end sets how the receiving side has ended, if it has not ended before.
func (c *Conn) end(status *CloseError, told bool) {
	r := c.locked()
	defer r.mu.Unlock()
	if r.status == nil {
		r.status = status
	}
	c.flags.set(hasEnded, true)
	if told {
		c.flags.set(isTold, true)
	}
}
