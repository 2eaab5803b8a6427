package web_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/web"
)

func TestTheStepFormsDoWhatTheDirectFormsDo(t *testing.T) {
	tasktest.BothFormsAgree(t, func(r *rand.Rand) tasktest.World {
		server, client := pair(100)
		ops := append(connOps("server", server), connOps("client", client)...)
		nothing := func() {}
		return tasktest.World{
			Ops:    ops,
			Events: []func(){server.Drop, nothing, nothing, nothing, nothing, nothing},
			End:    func() { server.Drop(); client.Drop() },
		}
	})
}

// connOps returns the operations on a WebSocket.
func connOps(name string, c *web.Conn) (ops []tasktest.Op) {
	for _, text := range []string{"short", strings.Repeat("x", 8000), strings.Repeat("y", 9000), "\xff"} {
		ops = append(ops, tasktest.OpOfError("Send",
			func(task *edo.Task) error { return c.Send(task, web.Text(text)) },
			func(task *edo.Task, st *edo.Step) (bool, error) { return c.SendStep(task, st, web.Text(text)) }))
	}
	recv := tasktest.OpOf("Recv",
		func(task *edo.Task) (string, error) { m, err := c.Recv(task); return m.String(), err },
		func(task *edo.Task, _ *edo.Step) (bool, string, error) {
			done, m, err := c.RecvStep(task)
			return done, m.String(), err
		})
	return append(ops, recv, recv, recv,
		tasktest.OpOfError("Ping", c.Ping, c.PingStep),
		tasktest.OpOfError("Flush", c.Flush, c.FlushStep),
		tasktest.OpOfError("Close",
			func(task *edo.Task) error { return c.Close(task, web.CodeNormal, "bye") },
			func(task *edo.Task, st *edo.Step) (bool, error) { return c.CloseStep(task, st, web.CodeNormal, "bye") }))
}

func TestTheStepFormsOfTheHandshakeDoWhatTheDirectFormsDo(t *testing.T) {
	tasktest.BothFormsAgree(t, func(r *rand.Rand) tasktest.World {
		a, b := aio.Duplex(40)
		acceptor, dialer := new(web.Acceptor), new(web.Dialer)
		drop := func(c *web.Conn, err error) (bool, error) {
			if c != nil {
				c.Drop()
			}
			return c != nil, err
		}
		dropStep := func(done bool, c *web.Conn, err error) (bool, bool, error) {
			ok, err := drop(c, err)
			return done, ok, err
		}
		const url = "ws://example.com/"
		return tasktest.World{
			Ops: []tasktest.Op{
				tasktest.OpOf("Accept",
					func(task *edo.Task) (bool, error) { return drop(acceptor.Accept(task, a)) },
					func(task *edo.Task, st *edo.Step) (bool, bool, error) {
						return dropStep(acceptor.AcceptStep(task, st, a))
					}),
				tasktest.OpOf("Connect",
					func(task *edo.Task) (bool, error) { return drop(dialer.Connect(task, b, url)) },
					func(task *edo.Task, st *edo.Step) (bool, bool, error) {
						return dropStep(dialer.ConnectStep(task, st, b, url))
					}),
			},
			Events: []func(){func() {}},
			End:    func() { a.Close(); b.Close() },
		}
	})
}

func TestADialInStepsIsADial(t *testing.T) {
	address, ends := serve(t, newRuntime(t))
	run(t, func(task *edo.Task) error {
		for range 3 {
			dials := tasktest.GoFrame(task, func(task *edo.Task, st *edo.Step) (bool, error) {
				done, c, err := web.DialStep(task, st, "ws://"+address)
				if done && err == nil {
					c.Drop()
				}
				return done, err
			})
			if _, err := dials.Await(task); err != nil {
				return err
			}
			if err := <-ends; err == nil {
				t.Error("a connection that was dropped has ended without an error")
			}
		}
		fails := tasktest.GoFrame(task, func(task *edo.Task, st *edo.Step) (bool, error) {
			done, _, err := web.DialStep(task, st, "http:")
			return done, err
		})
		if _, err := fails.Await(task); err == nil {
			t.Error("a URL without a host was dialed")
		}
		return nil
	})
}
