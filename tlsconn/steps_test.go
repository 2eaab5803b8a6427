package tlsconn_test

import (
	"math/rand/v2"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/tlsconn"
)

func TestTheStepFormsDoWhatTheDirectFormsDo(t *testing.T) {
	tasktest.BothFormsAgree(t, func(r *rand.Rand) tasktest.World {
		var a, b *tlsconn.Conn
		run(t, func(task *edo.Task) error {
			a, b = pair(t, task, 64, serverConfig(), clientConfig())
			return nil
		})
		return tasktest.World{
			Ops:    append(connOps("a", a), connOps("b", b)...),
			Events: []func(){func() { a.Close() }, func() {}, func() {}, func() {}},
		}
	})
}

// text is what an operation has read.
type text string

func connOps(name string, c *tlsconn.Conn) []tasktest.Op {
	buf, message := make([]byte, 16), make([]byte, 100)
	return []tasktest.Op{
		tasktest.OpOf("Read "+name,
			func(task *edo.Task) (text, error) { n, err := c.Read(task, buf); return text(buf[:n]), err },
			func(task *edo.Task, st *edo.Step) (bool, text, error) {
				done, n, err := c.ReadStep(task, st, buf)
				return done, text(buf[:n]), err
			}),
		tasktest.OpOf("Write "+name,
			func(task *edo.Task) (int, error) { return c.Write(task, message) },
			func(task *edo.Task, st *edo.Step) (bool, int, error) { return c.WriteStep(task, st, message) }),
		tasktest.OpOfError("CloseWrite "+name, c.CloseWrite, c.CloseWriteStep),
	}
}

// The handshake has a coroutine in both forms.
func TestAHandshakeInStepsIsAHandshake(t *testing.T) {
	for range 3 {
		run(t, func(task *edo.Task) error {
			var a *tlsconn.Conn
			x, y := duplex(5)
			acceptor := tlsconn.NewAcceptor(serverConfig())
			accepts := tasktest.GoFrame(task, func(task *edo.Task, st *edo.Step) (done bool, err error) {
				done, a, err = acceptor.AcceptStep(task, st, x)
				return done, err
			})
			var b *tlsconn.Conn
			connects := tasktest.GoFrame(task, func(task *edo.Task, st *edo.Step) (done bool, err error) {
				done, b, err = tlsconn.ConnectStep(task, st, y, clientConfig())
				return done, err
			})
			if _, err := accepts.Await(task); err != nil {
				return err
			}
			if _, err := connects.Await(task); err != nil {
				return err
			}
			wrote := edo.Go(task, func(task *edo.Task) error { _, err := b.Write(task, []byte("x")); return err })
			p := make([]byte, 2)
			if n, err := a.Read(task, p); string(p[:n]) != "x" || err != nil {
				t.Errorf("Read = %q, %v", p[:n], err)
			}
			if _, err := wrote.Await(task); err != nil {
				return err
			}
			a.Close()
			return b.Close()
		})
	}
}
