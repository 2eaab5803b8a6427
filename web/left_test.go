package web_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/web"
)

// leaves is a page that goes to the next one when its WebSocket has got a message.
const leaves = `<!doctype html><script>
const ws = new WebSocket("ws://127.0.0.1:%d/");
ws.onopen = () => ws.send("here");
ws.onmessage = () => location.href = "/next";
</script>`

// next goes back when the answer to its request has come.
const next = `<!doctype html><script>
onload = () => fetch("/arrived", {method: "POST"}).then(() => history.back());
</script>`

// heard counts the bytes that come.
type heard struct {
	*socket.Conn
	n atomic.Int64
}

func (h *heard) PollRead(cx *edo.Context, p []byte) (int, edo.Poll, error) {
	n, poll, err := h.Conn.PollRead(cx, p)
	h.n.Add(int64(n))
	return n, poll, err
}

// left opens the page in a browser. When the next page is there, whileAway gets the WebSocket; then the
// browser goes back. It returns how the WebSocket has ended.
func left(t *testing.T, cacheControl string, whileAway func(task *edo.Task, conn *web.Conn, h *heard) error) (ended *web.CloseError) {
	t.Helper()
	rt := newRuntime(t)
	listen := func() *socket.Listener {
		l, err := socket.Listen(rt, "tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	pages, sockets := listen(), listen()
	port := func(l *socket.Listener) int { return l.Addr().(*net.TCPAddr).Port }

	arrived, goBack := make(chan struct{}, 1), make(chan struct{})
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", cacheControl)
		fmt.Fprintf(w, leaves, port(sockets))
	})
	mux.HandleFunc("GET /next", func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, next) })
	mux.HandleFunc("POST /arrived", func(w http.ResponseWriter, r *http.Request) {
		arrived <- struct{}{}
		<-goBack
	})
	server := &http.Server{Handler: mux}
	defer server.Close()
	go server.Serve(aio.NetListener(rt, pages))

	away := make(chan error, 1)
	ends := edo.GoValue(rt, func(task *edo.Task) (*web.CloseError, error) {
		defer sockets.Close()
		tcp, err := sockets.Accept(task)
		if err != nil {
			return nil, err
		}
		h := &heard{Conn: tcp}
		conn, err := (&web.Acceptor{Origins: []string{"*"}}).Accept(task, h)
		if err != nil {
			return nil, err
		}
		defer conn.Drop()
		if _, err := conn.Recv(task); err != nil {
			return nil, err
		}
		if err := conn.Send(task, web.Text("go")); err != nil {
			return nil, err
		}
		checks := edo.Go(task, func(task *edo.Task) error {
			_, err := edo.Call(task, func(ctx context.Context) (edo.Unit, error) {
				select {
				case <-arrived:
					return edo.Unit{}, nil
				case <-ctx.Done():
					return edo.Unit{}, ctx.Err()
				}
			})
			if err == nil {
				away <- whileAway(task, conn, h)
			}
			return err
		})
		for err == nil {
			_, err = conn.Recv(task) // and answers
		}
		_, err = checks.Await(task)
		return conn.Status(), err
	})
	exited := browse(t, "http://127.0.0.1:"+strconv.Itoa(port(pages))+"/")
	select {
	case err := <-away:
		if err != nil {
			t.Error(err)
		}
	case err := <-exited:
		t.Fatalf("the browser has ended: %v", err)
	case <-time.After(3 * time.Minute):
		t.Fatal("no page was left for three minutes")
	}
	close(goBack)
	err := edo.Block(rt, t.Context(), func(task *edo.Task) (err error) {
		ended, err = ends.Await(task)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return ended
}

// What the documentation recommends.
func TestAPageThatIsNotStoredClosesItsWebSocketWhenItIsLeft(t *testing.T) {
	ended := left(t, "no-store", func(task *edo.Task, conn *web.Conn, _ *heard) error {
		for conn.Status() == nil {
			if err := edo.Yield(task); err != nil {
				return err
			}
		}
		return nil
	})
	if ended.Code != web.CodeGoingAway {
		t.Errorf("it has ended by %v", ended)
	}
}

// What the documentation warns of: the connection of a page that was left looks as one that is used.
func TestAPageThatIsKeptAnswersPingsUntilItIsShownAgain(t *testing.T) {
	wasKept := true
	ended := left(t, "", func(task *edo.Task, conn *web.Conn, h *heard) error {
		for range 2 { // what comes first may be a close frame, and nothing comes after that
			before := h.n.Load()
			if err := conn.Ping(task); err != nil && !errors.Is(err, edo.ErrClosed) {
				return err
			}
			for h.n.Load() == before && conn.Status() == nil {
				if err := edo.Yield(task); err != nil {
					return err
				}
			}
			if wasKept = conn.Status() == nil; !wasKept {
				return nil
			}
		}
		if err := conn.Send(task, web.Text("to no script")); err != nil {
			return err
		}
		if conn.Status() != nil {
			return errors.New("it has ended at a message")
		}
		return nil
	})
	if !wasKept {
		t.Skip("needs a browser that keeps a page with a WebSocket")
	}
	if ended == nil || ended.Code != web.CodeGoingAway && ended.Code != web.CodeAbnormal {
		t.Errorf("it has ended by %v", ended)
	}
}
