package web

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/codec"
)

// Upgrade makes a WebSocket of a request to a server of net/http, by the zero [Acceptor].
func Upgrade(w http.ResponseWriter, r *http.Request) (*Conn, error) {
	return new(Acceptor).Upgrade(w, r)
}

// Upgrade makes a WebSocket of a request to a server of net/http. A request that is refused gets
// its answer, and the error is a [*RefusedError]: the handler then returns.
//
// The Conn is for a task; the handler spawns it, and returns:
//
//	conn, err := web.Upgrade(w, r)
//	if err != nil {
//		return
//	}
//	edo.Go(rt, func(task *edo.Task) error { return serve(task, conn) }, edo.Owns(conn))
//
// When the server's listener is one of [aio.NetListener], the Conn is over the connection below
// that, and needs no goroutine; net/http has forgotten it, so the Shutdown of the server does not
// end it, and the end of the runtime does. Over another listener, or under the TLS of net/http, a
// task that waits costs a goroutine: see [aio.NetReadWriter].
//
// It needs HTTP/1.1: over HTTP/2 the request is refused.
func (a *Acceptor) Upgrade(w http.ResponseWriter, r *http.Request) (*Conn, error) {
	out, terms, refused := a.answer(r)
	if refused != nil {
		return nil, refuse(w, refused)
	}
	conn, brw, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return nil, refuse(w, &RefusedError{http.StatusNotImplemented, fmt.Sprintf("the server cannot upgrade: %v", err)})
	}
	conn.SetDeadline(time.Now().Add(a.handshakeTimeout()))
	if _, err := conn.Write(out); err != nil {
		conn.Close()
		return nil, fmt.Errorf("web: the answer of the handshake: %w", err)
	}
	conn.SetDeadline(time.Time{})
	read, err := buffered(brw)
	if err != nil {
		conn.Close()
		return nil, err
	}
	return newConn(codec.Parts{IO: detach(conn), Read: read}, false, &a.Limits, terms), nil
}

// refuse answers a request that is refused.
func refuse(w http.ResponseWriter, e *RefusedError) error {
	if e.Status == http.StatusUpgradeRequired {
		w.Header().Set("Sec-WebSocket-Version", "13")
		w.Header().Set("Upgrade", "websocket")
		w.Header().Set("Connection", "Upgrade")
	}
	http.Error(w, e.Reason, e.Status)
	return e
}

// buffered returns what the server has read behind the request.
func buffered(brw *bufio.ReadWriter) ([]byte, error) {
	n := brw.Reader.Buffered()
	if n == 0 {
		return nil, nil
	}
	p, err := brw.Reader.Peek(n)
	return append([]byte(nil), p...), err
}

// detach returns the connection below conn, if that is one for tasks.
func detach(conn net.Conn) aio.ReadWriter {
	if of, ok := conn.(interface{ Detach() (aio.Conn, error) }); ok {
		if inner, err := of.Detach(); err == nil {
			return inner
		}
	}
	return aio.NewNetReadWriter(conn)
}
