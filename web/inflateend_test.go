package web_test

import (
	"errors"
	"fmt"
	"io"
	"runtime"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/web"
	"github.com/gobwas/ws"
)

// decompresses has a task receive data, a compressed message, and returns when that has begun.
func decompresses(t *testing.T, task *edo.Task, data string) (conn *web.Conn, receives *edo.JoinHandle[edo.Unit]) {
	conn, peer := compressed(task, web.Limits{})
	peer.write(t, marked(true, ws.OpBinary, data))
	receives = edo.Go(task, func(task *edo.Task) error {
		_, err := conn.Recv(task)
		return err
	})
	for web.Inflating() == 0 {
		if receives.Finished() {
			t.Fatal("the message was decompressed in one poll")
		}
		if err := edo.Yield(task); err != nil {
			t.Fatal(err)
		}
	}
	return conn, receives
}

func TestDecompressingEndsWhateverEndsIt(t *testing.T) {
	const size = 1 << 18
	whole := costly(size)
	for name, end := range map[string]func(task *edo.Task, conn *web.Conn, receives *edo.JoinHandle[edo.Unit]){
		"the connection is dropped": func(task *edo.Task, conn *web.Conn, receives *edo.JoinHandle[edo.Unit]) {
			receives.Abort()
			receives.Await(task)
			if web.Inflating() != 1 {
				t.Error("a Recv that was given up does not go on in the next")
			}
			conn.Drop()
		},
		"another Recv goes on": func(task *edo.Task, conn *web.Conn, receives *edo.JoinHandle[edo.Unit]) {
			receives.Abort()
			receives.Await(task)
			if m, err := conn.Recv(task); err != nil || len(m.Data) != 0 {
				t.Errorf("Recv after one that was given up = %d bytes, %v", len(m.Data), err)
			}
			conn.Drop()
		},
		"it is whole": func(task *edo.Task, conn *web.Conn, receives *edo.JoinHandle[edo.Unit]) {
			if _, err := receives.Await(task); err != nil {
				t.Error(err)
			}
			if web.Inflating() != 0 {
				t.Error("a message was received, and decompressing has not ended")
			}
			conn.Drop()
		},
	} {
		t.Run(name, func(t *testing.T) {
			run(t, func(task *edo.Task) error {
				conn, receives := decompresses(t, task, whole)
				end(task, conn, receives)
				if n := web.Inflating(); n != 0 {
					t.Errorf("%d coroutines are left", n)
				}
				return nil
			})
		})
	}
	t.Run("it is broken", func(t *testing.T) {
		run(t, func(task *edo.Task) error {
			conn, receives := decompresses(t, task, whole+"\xff\xff")
			defer conn.Drop()
			if _, err := receives.Await(task); err == nil || web.Inflating() != 0 {
				t.Errorf("Recv: %v; %d coroutines are left", err, web.Inflating())
			}
			return nil
		})
	})
}

// The connection below is still known here: the collector closes one that is not, by itself.
func TestDecompressingEndsWhenItsConnectionIsForgotten(t *testing.T) {
	run(t, func(task *edo.Task) error {
		a, b := aio.Duplex(1 << 20)
		defer a.Drop()
		defer b.Drop()
		if _, err := aio.WriteAll(task, b, marked(true, ws.OpBinary, costly(1<<18))); err != nil {
			return err
		}
		forget := func() {
			conn := web.CompressedServerOver(a, web.Limits{})
			receives := edo.Go(task, func(task *edo.Task) error {
				_, err := conn.Recv(task)
				return err
			})
			for web.Inflating() == 0 && !receives.Finished() {
				edo.Yield(task)
			}
			receives.Abort()
			receives.Await(task)
		}
		forget()
		if web.Inflating() == 0 {
			t.Error("decompressing did not begin")
		}
		for web.Inflating() != 0 {
			runtime.GC()
			runtime.Gosched()
		}
		return nil
	})
}

// panics is a reader of package flate that panics after some reads.
type panics struct {
	in    io.Reader
	reads int // before the panic
}

func (p *panics) Reset(r io.Reader, _ []byte) error {
	p.in = r
	return nil
}

func (p *panics) Read(b []byte) (int, error) {
	if p.reads == 0 {
		panic("planted")
	}
	p.reads--
	return p.in.Read(b[:min(len(b), 100)])
}

func (p *panics) Close() error { return nil }

// wantPanicEnds requires that conn, which decompresses by p, ends by a panic, and that no later step
// begins the message anew.
func wantPanicEnds(t *testing.T, task *edo.Task, conn *web.Conn, peer *raw, p *panics) {
	t.Helper()
	peer.write(t, masked(true, ws.OpPing, ""))
	_, err := conn.Recv(task)
	var closed *web.CloseError
	var panicked *edo.PanicError
	if !errors.As(err, &closed) || closed.Code != web.CodeInternal || !errors.As(err, &panicked) || panicked.Value != "planted" {
		t.Errorf("Recv = %v, want code 1011 and the panic", err)
	}
	if f := peer.next(t); f.Header.OpCode != ws.OpClose || string(f.Payload) != "\x03\xf3" {
		t.Errorf("the other side got %v %q, want a close frame with code 1011 alone", f.Header.OpCode, f.Payload)
	}
	if _, err := conn.Recv(task); err != io.EOF {
		t.Errorf("the next Recv = %v, want the end", err)
	}
	if n := web.Inflating(); n != 0 {
		t.Errorf("%d coroutines are left", n)
	}
	if web.KeepsInflater(p) {
		t.Error("what has panicked will be used again")
	}
}

func TestAPanicWhileAMessageIsDecompressedEndsItsConnection(t *testing.T) {
	for _, size := range []int{10, 1 << 18} { // without a coroutine, and with one
		for _, reads := range []int{0, 1, 200} {
			if size < 100*reads {
				continue
			}
			t.Run(fmt.Sprintf("%d bytes, after %d reads", size, reads), func(t *testing.T) {
				run(t, func(task *edo.Task) error {
					conn, peer := compressed(task, web.Limits{})
					defer conn.Drop()
					p := &panics{reads: reads}
					conn.Decompresses(p, make([]byte, size))
					wantPanicEnds(t, task, conn, peer, p)
					return nil
				})
			})
		}
	}
}

// A coroutine that is told to end may panic as well: Drop must not.
func TestAPanicWhileDecompressingIsGivenUpIsNotThatOfDrop(t *testing.T) {
	run(t, func(task *edo.Task) error {
		conn, peer := compressed(task, web.Limits{})
		p := &panics{reads: 1000}
		conn.Decompresses(p, make([]byte, 1<<18))
		peer.write(t, masked(true, ws.OpPing, ""))
		receives := edo.Go(task, func(task *edo.Task) error {
			_, err := conn.Recv(task)
			return err
		})
		for web.Inflating() == 0 {
			if err := edo.Yield(task); err != nil {
				return err
			}
		}
		receives.Abort()
		receives.Await(task)
		p.reads = 0
		conn.Drop()
		if n := web.Inflating(); n != 0 {
			t.Errorf("%d coroutines are left", n)
		}
		if web.KeepsInflater(p) {
			t.Error("what has panicked will be used again")
		}
		return nil
	})
}
