package lock

import (
	"sync"

	"github.com/edo-go/edo"
)

// wakers are the wakers to wake after the latch is released. The zero value has none. It
// has room for one waker. More of them are rare, and are in a slice from a pool.
type wakers struct {
	first  edo.Waker
	others *[]edo.Waker
}

var wakerSlices = sync.Pool{New: func() any { return new([]edo.Waker) }}

// maxPooledWakers is the capacity up to which a slice returns to the pool.
const maxPooledWakers = 4096

func (ws *wakers) add(w edo.Waker) {
	switch {
	case w.IsZero():
	case ws.first.IsZero():
		ws.first = w
	default:
		if ws.others == nil {
			ws.others = wakerSlices.Get().(*[]edo.Waker)
		}
		*ws.others = append(*ws.others, w)
	}
}

// wakeAll wakes all, by cx unless that is nil.
func (ws *wakers) wakeAll(cx *edo.Context) {
	ws.first.WakeBy(cx)
	if ws.others == nil {
		return
	}
	for _, w := range *ws.others {
		w.WakeBy(cx)
	}
	clear(*ws.others)
	if cap(*ws.others) <= maxPooledWakers {
		*ws.others = (*ws.others)[:0]
		wakerSlices.Put(ws.others)
	}
}
