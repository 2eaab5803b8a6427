package web_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"runtime"
	"testing"

	"github.com/gobwas/ws"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/web"
)

// net/http reads and writes a connection through two buffers of 4 KiB. An upgraded connection keeps
// neither, though one of them may have had its first message; nor the goroutine of the request.
func TestAnUpgradedConnectionKeepsNothingOfTheServer(t *testing.T) {
	if invariant.Enabled {
		t.Skip("under the race detector allocations are larger")
	}
	rt := newRuntime(t)
	l, err := socket.Listen(rt, "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, err := web.Upgrade(w, r)
		if err != nil {
			t.Error(err)
			return
		}
		edo.Spawn(rt, edo.Future[edo.Unit](&echoing{conn: conn}), edo.Owns(conn))
	})}
	defer server.Close()
	go server.Serve(aio.NetListener(rt, l))

	const n = 500
	message := masked(true, ws.OpText, "early")
	answer := make([]byte, len(unmasked(true, ws.OpText, "early")))
	dial := func() net.Conn {
		c, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(c, request+"\r\n"+string(message)); err != nil {
			t.Fatal(err)
		}
		for p := []byte{0}; ; { // to the end of the head, byte by byte: the client has no buffer
			if _, err := io.ReadFull(c, p); err != nil {
				t.Fatal(err)
			}
			if answer = append(answer[1:], p...); string(answer) == string(unmasked(true, ws.OpText, "early")) {
				return c
			}
		}
	}
	dial().Close() // makes what belongs to all
	goroutines, before := runtime.NumGoroutine(), heapInUse()
	conns := make([]net.Conn, n)
	for i := range conns {
		conns[i] = dial()
	}
	for runtime.NumGoroutine() > goroutines+20 { // those of requests that have just been answered
		runtime.Gosched()
	}
	each := float64(heapInUse()-before) / n
	t.Logf("%.0f bytes each, with the connection of package net at the other end", each)
	if each > 3000 {
		t.Errorf("an upgraded connection takes %.0f bytes", each)
	}
	for _, c := range conns {
		c.Close()
	}
	if err := rt.Shutdown(context.Background()); err != nil {
		t.Error(err)
	}
}

// echoing is an echo as a future. It ends without an error.
type echoing struct{ conn *web.Conn }

func (e *echoing) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	for {
		if poll, err := e.conn.PollFlush(cx); poll == edo.Pending || err != nil {
			return edo.Unit{}, poll, nil
		}
		m, poll, err := e.conn.PollNext(cx)
		if poll == edo.Pending {
			return edo.Unit{}, edo.Pending, nil
		}
		if poll == edo.End || err != nil || e.conn.StartSend(m) != nil {
			return edo.Unit{}, edo.Ready, nil
		}
	}
}
