package web

import (
	"sync"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/internal/budget"
)

// lingerBytes and lingerTime limit what a client may still send when its handshake was refused. It may
// have more to send than the head, because it believes that it is accepted, or speaks another protocol.
const lingerBytes = 256 << 10

var lingerTime = 2 * time.Second // changed by a test with a real client

// linger returns the future that reads to the end of a connection whose writing side is shut down, and
// then drops it: one with unread input would be reset, and that may overtake the answer. It takes as much
// as the limits, and then drops the connection all the same.
func linger(inner aio.ReadWriter) edo.Future[edo.Unit] {
	return future.Timeout(lingerTime, edo.Future[edo.Unit](&lingering{inner: inner, left: lingerBytes}))
}

type lingering struct {
	inner aio.ReadWriter // nil: it has ended
	left  int            // bytes that may still come
}

// discards is where to the bytes are read.
var discards = sync.Pool{New: func() any { return new([4 << 10]byte) }}

// Poll reads until the end, an error, or the limit.
func (l *lingering) Poll(cx *edo.Context) (none edo.Unit, poll edo.Poll, err error) {
	p := discards.Get().(*[4 << 10]byte)
	defer discards.Put(p)
	for l.inner != nil && l.left > 0 {
		turn := budget.Begin(cx)
		if turn.GivesWay(cx) {
			return none, edo.Pending, nil
		}
		n, poll, err := l.inner.PollRead(cx, p[:])
		turn.End(cx)
		if poll == edo.Pending {
			return none, edo.Pending, nil
		}
		if l.left -= n; n == 0 || err != nil {
			break
		}
	}
	l.Drop()
	return none, edo.Ready, nil
}

// Drop drops the connection.
func (l *lingering) Drop() {
	if l.inner != nil {
		edo.Drop(l.inner)
		l.inner = nil
	}
}
