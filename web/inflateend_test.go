package web_test

import (
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
