package web

import (
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
)

// lingerBytes and lingerTime limit what a client may still send when its handshake was refused. It may
// have more to send than the head, because it believes that it is accepted, or speaks another protocol.
const lingerBytes = 256 << 10

var lingerTime = 2 * time.Second // changed by a test with a real client

// linger returns the future that reads to the end of inner, and then drops it: one with unread input
// would be reset, and that may overtake the answer.
func linger(inner aio.ReadWriter) edo.Future[edo.Unit] {
	return aio.CloseLingeringFuture(dropped{inner}, lingerTime, lingerBytes)
}

// dropped is a connection whose Close drops it.
type dropped struct{ aio.ReadWriter }

func (d dropped) Close() error {
	edo.Drop(d.ReadWriter)
	return nil
}

func (d dropped) AbandonRead(w edo.Waker)  { aio.AbandonRead(d.ReadWriter, w) }
func (d dropped) AbandonWrite(w edo.Waker) { aio.AbandonWrite(d.ReadWriter, w) }
