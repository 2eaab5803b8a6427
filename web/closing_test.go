package web_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/web"
	"github.com/gobwas/ws"
)

// pair returns both sides of a WebSocket over a connection of size bytes.
func pair(size int) (server, client *web.Conn) {
	a, b := aio.Duplex(size)
	return web.ServerOver(a, web.Limits{}), web.ClientOver(b, web.Limits{})
}

func TestCloseTellsTheOtherSideAndWaitsForItsAnswer(t *testing.T) {
	for _, code := range []web.Code{web.CodeNormal, web.CodeGoingAway, web.CodeInternal, 4000, web.CodeNone} {
		run(t, func(task *edo.Task) error {
			server, client := pair(10)
			defer client.Drop()
			receives := edo.GoValue(task, func(task *edo.Task) (web.Message, error) {
				wantMessage(t, task, client, web.Text("a last message"))
				return client.Recv(task)
			})
			if err := server.Send(task, web.Text("a last message")); err != nil {
				return err
			}
			h := edo.Go(task, func(task *edo.Task) error { return server.Close(task, code, "") })
			_, err := receives.Await(task)
			if s := client.Status(); s == nil || s.Code != code {
				t.Errorf("%d: the client's status is %v", code, s)
			}
			if (err == io.EOF) != (code == 1000 || code == 1001 || code == web.CodeNone) {
				t.Errorf("%d: the client's Recv = %v", code, err)
			}
			client.Drop()
			if _, err := h.Await(task); err != nil {
				t.Errorf("%d: Close = %v", code, err)
			}
			if err := server.Send(task, web.Text("x")); !errors.Is(err, edo.ErrClosed) {
				t.Errorf("%d: Send after Close = %v", code, err)
			}
			return nil
		})
	}
}

func TestBothSidesMayCloseAtTheSameTime(t *testing.T) {
	run(t, func(task *edo.Task) error {
		server, client := pair(10)
		h := edo.Go(task, func(task *edo.Task) error { return server.Close(task, web.CodeNormal, "me") })
		if err := client.Close(task, web.CodeGoingAway, "me too"); err != nil {
			t.Errorf("the client: %v", err)
		}
		if _, err := h.Await(task); err != nil {
			t.Errorf("the server: %v", err)
		}
		return nil
	})
}

// Both sides have sent more than the connection holds, and neither has read.
func TestCloseReadsWhileItWaitsForRoom(t *testing.T) {
	run(t, func(task *edo.Task) error {
		server, client := pair(10)
		sends := func(c *web.Conn) *edo.JoinHandle[edo.Unit] {
			return edo.Go(task, func(task *edo.Task) error {
				if err := c.StartSend(web.Text(strings.Repeat("x", 1000))); err != nil {
					return err
				}
				return c.Close(task, web.CodeNormal, "")
			})
		}
		a, b := sends(server), sends(client)
		if _, err := a.Await(task); err != nil {
			t.Error(err)
		}
		if _, err := b.Await(task); err != nil {
			t.Error(err)
		}
		return nil
	})
}

func TestCloseEndsAfterItsLimitWithoutAnAnswer(t *testing.T) {
	err := sim.Run(1, func(task *edo.Task) error {
		a, b := aio.Duplex(100)
		conn := web.ServerOver(a, web.Limits{})
		if err := conn.Close(task, web.CodeNormal, ""); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Close = %v", err)
		}
		p, err := aio.ReadAll(task, b, nil)
		if string(p) != string(ws.CompiledCloseNormalClosure) {
			t.Errorf("sent % x", p)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestACancelledCloseDropsTheConnection(t *testing.T) {
	run(t, func(task *edo.Task) error {
		a, b := aio.Duplex(100)
		conn := web.ServerOver(a, web.Limits{})
		h := edo.Go(task, func(task *edo.Task) error { return conn.Close(task, web.CodeNormal, "") })
		if err := edo.Yield(task); err != nil {
			return err
		}
		h.Abort()
		if _, err := h.Await(task); !errors.Is(err, edo.ErrCancelled) {
			t.Errorf("Close = %v", err)
		}
		_, err := aio.ReadAll(task, b, nil)
		return err
	})
}

func TestTheTaskThatReceivesGetsTheAnswerToAClose(t *testing.T) {
	run(t, func(task *edo.Task) error {
		conn, peer := server(task, web.Limits{})
		defer conn.Drop()
		receives := edo.GoValue(task, func(task *edo.Task) (web.Message, error) { return conn.Recv(task) })
		if err := edo.Yield(task); err != nil {
			return err
		}
		if err := conn.Close(task, web.CodeNormal, ""); err != nil {
			return err
		}
		peer.wantClose(t, web.CodeNormal)
		peer.write(t, masked(true, ws.OpText, "still"), masked(true, ws.OpClose, "\x03\xe8"))
		if m, err := receives.Await(task); err != nil || m.String() != "still" {
			t.Errorf("Recv = %q, %v", m.Data, err)
		}
		if _, err := conn.Recv(task); err != io.EOF {
			t.Errorf("Recv = %v", err)
		}
		return nil
	})
}

func TestCloseRefusesWhatACloseFrameMustNotHave(t *testing.T) {
	run(t, func(task *edo.Task) error {
		conn, peer := server(task, web.Limits{})
		defer conn.Drop()
		for _, code := range []web.Code{0, 999, 1004, 1006, 1015, 1016, 2999, 5000} {
			if err := conn.Close(task, code, ""); err == nil {
				t.Errorf("the code %d was sent", code)
			}
		}
		for _, reason := range []string{strings.Repeat("x", 124), "\xff"} {
			if err := conn.Close(task, web.CodeNormal, reason); err == nil {
				t.Errorf("the reason %q was sent", reason)
			}
		}
		peer.write(t, masked(true, ws.OpText, "goes on"))
		wantMessage(t, task, conn, web.Text("goes on"))
		return nil
	})
}

// A TCP connection that is closed with unread input is reset, which may overtake the close frame.
func TestCloseAfterAnErrorReadsToTheEnd(t *testing.T) {
	run(t, func(task *edo.Task) error {
		conn, peer := server(task, web.Limits{Message: 10})
		peer.write(t, masked(true, ws.OpText, strings.Repeat("x", 100)))
		wantEnd(t, task, conn, web.CodeTooBig)
		closes := edo.Go(task, func(task *edo.Task) error { return conn.Close(task, web.CodeNormal, "") })
		peer.wantClose(t, web.CodeTooBig)
		if n, err := aio.Read(task, peer.Pipe, make([]byte, 1)); err != io.EOF {
			t.Errorf("after the close frame came %d bytes, %v", n, err)
		}
		peer.write(t, masked(true, ws.OpText, "the server still reads"))
		peer.Close()
		if _, err := closes.Await(task); !errors.Is(err, conn.Status()) {
			t.Errorf("Close = %v, want that error", err)
		}
		return nil
	})
}

func TestACancelledCloseLeavesTheConnectionToTheTaskThatReceives(t *testing.T) {
	run(t, func(task *edo.Task) error {
		a, b := aio.Duplex(2)
		conn := web.ServerOver(a, web.Limits{})
		defer conn.Drop()
		peer := &raw{Pipe: b, task: task}
		receives := edo.GoValue(task, func(task *edo.Task) (web.Message, error) { return conn.Recv(task) })
		closes := edo.Go(task, func(task *edo.Task) error { return conn.Close(task, web.CodeNormal, "") })
		for range 5 {
			if err := edo.Yield(task); err != nil {
				return err
			}
		}
		closes.Abort()
		if _, err := closes.Await(task); !errors.Is(err, edo.ErrCancelled) {
			t.Errorf("Close = %v", err)
		}
		peer.write(t, masked(true, ws.OpText, "hello"))
		if m, err := receives.Await(task); err != nil || m.String() != "hello" {
			t.Errorf("Recv = %q, %v", m.Data, err)
		}
		return nil
	})
}
