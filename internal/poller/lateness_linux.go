package poller

import (
	"sync/atomic"
	"time"
)

// lateness decides from the last wakes whether a wait without a source is parked, or in epoll.
//
// A goroutine that wakes a parked waiter mostly waits soon itself, and the waiter runs next. When
// it computes on, or all processors are busy, the waiter stands behind it: another thread takes
// it after 50 µs at best, and the kernel would have run it in 10. On a machine with few
// processors the kernel may be the slower one all the same. So both are measured:
//
//	a parked wait ended             the next waits are
//	in time                         parked
//	late, and epoll is sooner       in epoll: eight, and twice as many each time, as long as
//	                                it is
//	late, and epoll is no sooner    parked; sixteen times, and then epoll is tried again
//
// An average is of the last sixteen or so. After hundreds of waits in epoll that of the parked ones is old,
// and a single one says little: a few are on trial, and of these one that ends sooner has half of the weight.
// Otherwise the waits of a machine that was slow for a while would be in the slower way for tens of
// thousands more, and for ever where the first one is always late. All but calledAt belongs to the waiter.
type lateness struct {
	calledAt atomic.Int64 // instant of the Wake that ends the wait under way; 0: none is known
	parked   int64        // how much later than their causes parked waits have ended, on average; 0: nothing is known
	inEpoll  int64        // the same of waits in epoll
	trial    int          // parked waits that move nothing
	rest     int          // waits in epoll until one may be parked
	again    int          // late ones until epoll is tried again
	spell    int          // what rest was last, and an eighth less with each wait that ended in time
}

const (
	late       = int64(20 * time.Microsecond)
	mostLate   = 16 * late // more counts as this
	firstSpell = 8         // waits in epoll after the first that ended late
	lastSpell  = 1024
	tryAgain   = 16
	onTrial    = 256 // of so many waits in epoll, one parked one afterwards
)

// begin begins a wait that a Wake will end.
func (l *lateness) begin() { l.calledAt.Store(0) }

// mayPark reports whether the next wait may be parked.
func (l *lateness) mayPark() bool {
	if l.rest == 0 {
		return true
	}
	l.rest--
	return false
}

// noteParked notes how much later than its cause a parked wait has ended.
func (l *lateness) noteParked(after int64) {
	if l.trial > 0 && after < l.parked {
		l.parked = (l.parked + after) / 2
	} else {
		l.parked = average(l.parked, after)
	}
	switch {
	case l.trial > 0:
		l.trial--
	case after < late:
		l.spell -= (l.spell + 7) / 8
	case l.inEpoll <= l.parked: // or nothing is known
		l.spell = min(max(2*l.spell, firstSpell), lastSpell)
		l.rest, l.again, l.trial = l.spell, tryAgain, l.spell/onTrial
	default:
		l.spell = 0
		if l.again--; l.again <= 0 {
			l.inEpoll = 0
		}
	}
}

// noteInEpoll notes how much later than its Wake a wait in epoll has ended.
func (l *lateness) noteInEpoll(after int64) {
	if l.inEpoll = average(l.inEpoll, after); l.inEpoll > l.parked {
		l.rest = 0
	}
}

// average returns the average of and one more. 0: there is none yet. A Wake that was delayed may have written its
// instant after the waiter has read the clock: then more is less than nothing.
func average(of, more int64) int64 {
	more = min(max(more, 1), mostLate)
	if of == 0 {
		return more
	}
	return of + (more-of)/16
}
