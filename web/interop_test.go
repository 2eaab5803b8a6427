package web_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	coder "github.com/coder/websocket"
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/web"
	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"
	"github.com/gorilla/websocket"
)

// echo sends back what comes, closes, and reports how the connection has ended.
func echo(task *edo.Task, conn *web.Conn) error {
	err := echoAll(task, conn)
	conn.Close(task, web.CodeNormal, "")
	return err
}

func echoAll(task *edo.Task, conn *web.Conn) error {
	for {
		m, err := conn.Recv(task)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if err := conn.Send(task, m); err != nil {
			return err
		}
	}
}

// serve starts a server that echoes, over sockets, and returns its address. ends gets how each
// connection has ended.
func serve(t *testing.T, rt *edo.Runtime) (address string, ends chan error) {
	return serveBy(t, rt, &web.Acceptor{Subprotocols: []string{"echo"}, Limits: web.Limits{Message: 1 << 22}})
}

// serveCompressed is serve for clients that offer compression.
func serveCompressed(t *testing.T, rt *edo.Runtime) (address string, ends chan error) {
	return serveBy(t, rt, &web.Acceptor{Subprotocols: []string{"echo"}, Compress: true, Limits: web.Limits{Message: 1 << 22}})
}

func serveBy(t *testing.T, rt *edo.Runtime, a *web.Acceptor) (address string, ends chan error) {
	t.Helper()
	var l *socket.Listener
	ends = make(chan error, 10)
	err := edo.Block(rt, t.Context(), func(task *edo.Task) (err error) {
		l, err = socket.Listen(task, "tcp", "127.0.0.1:0")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	edo.Go(rt, func(task *edo.Task) error {
		for {
			tcp, err := l.Accept(task)
			if err != nil {
				return nil
			}
			edo.Go(task.Runtime(), func(task *edo.Task) error {
				conn, err := a.Accept(task, tcp)
				if err == nil {
					defer conn.Drop()
					err = echo(task, conn)
				}
				ends <- err
				return nil
			})
		}
	}, edo.Owns(l))
	t.Cleanup(func() { l.Close() })
	return l.Addr().String(), ends
}

// serveHTTP starts a server of net/http over a listener of edo, with a page and an echo.
func serveHTTP(t *testing.T, rt *edo.Runtime) (address string, ends chan error) {
	t.Helper()
	var l *socket.Listener
	ends = make(chan error, 10)
	err := edo.Block(rt, t.Context(), func(task *edo.Task) (err error) {
		l, err = socket.Listen(task, "tcp", "127.0.0.1:0")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return l.Addr().String(), serveOn(t, rt, aio.NetListener(rt, l), ends)
}

// serveOn starts a server of net/http on l.
func serveOn(t *testing.T, rt *edo.Runtime, l net.Listener, ends chan error) chan error {
	a := &web.Acceptor{Subprotocols: []string{"echo"}, Limits: web.Limits{Message: 1 << 22}}
	mux := http.NewServeMux()
	mux.HandleFunc("/page", func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "a page") })
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		conn, err := a.Upgrade(w, r)
		if err != nil {
			ends <- err
			return
		}
		edo.Go(rt, func(task *edo.Task) error {
			ends <- echo(task, conn)
			return nil
		}, edo.Owns(conn))
	})
	server := &http.Server{Handler: mux}
	go server.Serve(l)
	t.Cleanup(func() { server.Close() })
	return ends
}

// servers are the ways to serve.
var servers = []struct {
	name  string
	start func(*testing.T, *edo.Runtime) (string, chan error)
}{{"Accept", serve}, {"Upgrade", serveHTTP}, {"compressed", serveCompressed}}

// payloads are messages of the lengths at which frames change.
func payloads() (all []string) {
	for _, n := range []int{0, 1, 125, 126, 65535, 65536, 1 << 20, 3_000_000} {
		all = append(all, strings.Repeat("é", n/2)+strings.Repeat("x", n%2))
	}
	return all
}

func TestClientsOfGorillaAreServed(t *testing.T) {
	for _, s := range servers {
		t.Run(s.name, func(t *testing.T) {
			address, ends := s.start(t, newRuntime(t))
			d := websocket.Dialer{Subprotocols: []string{"none", "echo"}, EnableCompression: true}
			c, _, err := d.Dial("ws://"+address, nil)
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			if c.Subprotocol() != "echo" {
				t.Errorf("the subprotocol is %q", c.Subprotocol())
			}
			pongs := 0
			c.SetPongHandler(func(s string) error { pongs++; return nil })
			for _, text := range payloads() {
				for _, kind := range []int{websocket.TextMessage, websocket.BinaryMessage} {
					if err := c.WriteControl(websocket.PingMessage, []byte("?"), noTime); err != nil {
						t.Fatal(err)
					}
					if err := c.WriteMessage(kind, []byte(text)); err != nil {
						t.Fatal(err)
					}
					got, p, err := c.ReadMessage()
					if err != nil || got != kind || string(p) != text {
						t.Fatalf("%d bytes: %d, %d bytes, %v", len(text), got, len(p), err)
					}
				}
			}
			if pongs != 2*len(payloads()) {
				t.Errorf("%d pongs", pongs)
			}
			// Fragments: gorilla sends a frame for each buffer.
			w, err := c.NextWriter(websocket.TextMessage)
			if err != nil {
				t.Fatal(err)
			}
			for range 3000 {
				io.WriteString(w, "0123456")
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			if _, p, err := c.ReadMessage(); err != nil || len(p) != 21000 {
				t.Errorf("of 21000 bytes in fragments came %d, %v", len(p), err)
			}
			c.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(1000, "bye"), noTime)
			if _, _, err := c.ReadMessage(); !websocket.IsCloseError(err, 1000) {
				t.Errorf("at the end: %v", err)
			}
			if err := <-ends; err != nil {
				t.Errorf("the server: %v", err)
			}
		})
	}
}

func TestClientsOfCoderAreServed(t *testing.T) {
	for _, s := range servers {
		t.Run(s.name, func(t *testing.T) {
			address, ends := s.start(t, newRuntime(t))
			ctx := t.Context()
			c, _, err := coder.Dial(ctx, "ws://"+address, &coder.DialOptions{
				Subprotocols: []string{"echo"}, CompressionMode: coder.CompressionContextTakeover,
			})
			if err != nil {
				t.Fatal(err)
			}
			defer c.CloseNow()
			c.SetReadLimit(-1)
			for _, text := range payloads() {
				if err := c.Write(ctx, coder.MessageText, []byte(text)); err != nil {
					t.Fatal(err)
				}
				kind, p, err := c.Read(ctx)
				if err != nil || kind != coder.MessageText || string(p) != text {
					t.Fatalf("%d bytes: %v, %d bytes, %v", len(text), kind, len(p), err)
				}
			}
			read := make(chan error, 1)
			go func() { _, _, err := c.Read(ctx); read <- err }()
			if err := c.Ping(ctx); err != nil {
				t.Errorf("Ping: %v", err)
			}
			if err := c.Write(ctx, coder.MessageText, []byte("to end the read")); err != nil {
				t.Error(err)
			}
			if err := <-read; err != nil {
				t.Error(err)
			}
			if err := c.Close(4321, "bye"); err != nil && !errors.Is(err, context.DeadlineExceeded) { // a busy machine may not answer within 5 s
				t.Errorf("Close: %v", err)
			}
			if err := <-ends; fmt.Sprint(err) != `web: closed with code 4321 ("bye")` {
				t.Errorf("the server: %v", err)
			}
		})
	}
}

func TestClientsOfGobwasAreServed(t *testing.T) {
	for _, s := range servers {
		t.Run(s.name, func(t *testing.T) {
			address, ends := s.start(t, newRuntime(t))
			c, _, _, err := ws.Dial(t.Context(), "ws://"+address)
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			for _, text := range payloads() {
				if err := wsutil.WriteClientText(c, []byte(text)); err != nil {
					t.Fatal(err)
				}
				p, err := wsutil.ReadServerText(c)
				if err != nil || string(p) != text {
					t.Fatalf("%d bytes: %d bytes, %v", len(text), len(p), err)
				}
			}
			ws.WriteFrame(c, ws.MaskFrame(ws.NewCloseFrame(ws.NewCloseFrameBody(1001, ""))))
			f, err := readFrame(c)
			if err != nil || f.Header.OpCode != ws.OpClose || !bytes.Equal(f.Payload, []byte{3, 233}) {
				t.Errorf("at the end: %+v, %v", f, err)
			}
			if err := <-ends; err != nil {
				t.Errorf("the server: %v", err)
			}
		})
	}
}

// A client that sends its first frame together with the request, and one that sends single bytes.
func TestAFrameInTheSegmentOfTheRequestIsServed(t *testing.T) {
	input := request + "\r\n" + string(masked(true, ws.OpText, "early"))
	for _, s := range servers {
		for _, pieces := range [][]string{{input}, strings.Split(input, "")} {
			t.Run(fmt.Sprintf("%s in %d", s.name, len(pieces)), func(t *testing.T) {
				address, _ := s.start(t, newRuntime(t))
				c, err := net.Dial("tcp", address)
				if err != nil {
					t.Fatal(err)
				}
				defer c.Close()
				for _, piece := range pieces {
					if _, err := io.WriteString(c, piece); err != nil {
						t.Fatal(err)
					}
				}
				var got []byte
				for !bytes.HasSuffix(got, unmasked(true, ws.OpText, "early")) {
					p := make([]byte, 1000)
					n, err := c.Read(p)
					if err != nil {
						t.Fatalf("after %q: %v", got, err)
					}
					got = append(got, p[:n]...)
				}
			})
		}
	}
}

func TestPagesBesideTheWebSocketAreServed(t *testing.T) {
	address, ends := serveHTTP(t, newRuntime(t))
	for path, want := range map[string]int{"/page": 200, "/": 426} {
		r, err := http.Get("http://" + address + path)
		if err != nil {
			t.Fatal(err)
		}
		r.Body.Close()
		if r.StatusCode != want {
			t.Errorf("%s: %s, want %d", path, r.Status, want)
		}
	}
	<-ends
}

// Over a listener of package net a WebSocket works as well.
func TestUpgradeWorksOverAnyListener(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	rt := newRuntime(t)
	ends := serveOn(t, rt, l, make(chan error, 1))
	err = edo.Block(rt, t.Context(), func(task *edo.Task) error { return talk(t, task, false, "ws://"+l.Addr().String()) })
	if err != nil {
		t.Error(err)
	}
	if err := <-ends; err != nil {
		t.Error(err)
	}
}

// talk sends and receives as a client, and closes.
func talk(t *testing.T, task *edo.Task, isCompressed bool, url string) error {
	d := &web.Dialer{Subprotocols: []string{"echo"}, Compress: isCompressed, Limits: web.Limits{Message: 1 << 22}}
	conn, err := d.Dial(task, url)
	if err != nil {
		return err
	}
	defer conn.Drop()
	if conn.IsCompressed() != isCompressed {
		t.Errorf("IsCompressed = %v", conn.IsCompressed())
	}
	for _, text := range payloads() {
		for _, m := range []web.Message{web.Text(text), web.Binary([]byte(text))} {
			sends := edo.Go(task, func(task *edo.Task) error { return conn.Send(task, m) })
			wantMessage(t, task, conn, m)
			if _, err := sends.Await(task); err != nil {
				return err
			}
		}
	}
	return conn.Close(task, web.CodeNormal, "bye")
}

func TestServersOfOthersServeUs(t *testing.T) {
	for name, handler := range map[string]http.HandlerFunc{
		"gorilla": func(w http.ResponseWriter, r *http.Request) {
			u := websocket.Upgrader{Subprotocols: []string{"echo"}, EnableCompression: true}
			c, err := u.Upgrade(w, r, nil)
			if err != nil {
				return
			}
			defer c.Close()
			for {
				kind, p, err := c.ReadMessage()
				if err != nil {
					return
				}
				c.WriteMessage(kind, p)
			}
		},
		"coder": func(w http.ResponseWriter, r *http.Request) {
			c, err := coder.Accept(w, r, &coder.AcceptOptions{
				Subprotocols: []string{"echo"}, CompressionMode: coder.CompressionContextTakeover,
			})
			if err != nil {
				return
			}
			defer c.CloseNow()
			c.SetReadLimit(-1)
			for {
				kind, p, err := c.Read(context.Background())
				if err != nil {
					return
				}
				c.Write(context.Background(), kind, p)
			}
		},
		"gobwas": func(w http.ResponseWriter, r *http.Request) {
			c, _, _, err := ws.UpgradeHTTP(r, w)
			if err != nil {
				return
			}
			defer c.Close()
			for {
				p, op, err := wsutil.ReadClientData(c)
				if err != nil {
					return
				}
				wsutil.WriteServerMessage(c, op, p)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(handler)
			defer server.Close()
			for _, isCompressed := range []bool{false, name != "gobwas"} {
				run(t, func(task *edo.Task) error {
					return talk(t, task, isCompressed, strings.Replace(server.URL, "http", "ws", 1)+"/path?q=1")
				})
			}
		})
	}
}

// Over a listener of edo an upgraded connection is its socket: no goroutine reads for it.
func TestAnUpgradedConnectionIsItsSocket(t *testing.T) {
	rt := newRuntime(t)
	var l *socket.Listener
	err := edo.Block(rt, t.Context(), func(task *edo.Task) (err error) {
		l, err = socket.Listen(task, "tcp", "127.0.0.1:0")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	upgraded := make(chan aio.ReadWriter, 1)
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, err := web.Upgrade(w, r)
		if err != nil {
			t.Error(err)
			upgraded <- nil
			return
		}
		upgraded <- conn.Inner()
		conn.Drop()
	})}
	defer server.Close()
	go server.Serve(aio.NetListener(rt, l))
	c, _, err := websocket.DefaultDialer.Dial("ws://"+l.Addr().String(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if inner, ok := (<-upgraded).(*socket.Conn); !ok {
		t.Errorf("the connection below is a %T", inner)
	}
}
