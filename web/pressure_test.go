package web_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/timer"
	"github.com/edo-go/edo/web"
	"github.com/gobwas/ws"
)

// A peer that sends pings for ever and reads nothing fills no memory, and gets the answer to the
// latest one in the end.
func TestPingsOfAPeerThatDoesNotReadFillNoMemory(t *testing.T) {
	run(t, func(task *edo.Task) error {
		a, b := aio.Duplex(64)
		conn := web.ServerOver(a, web.Limits{})
		defer conn.Drop()
		peer := &raw{Pipe: b, task: task}
		receives := edo.GoValue(task, func(task *edo.Task) (web.Message, error) { return conn.Recv(task) })
		const n = 2000
		pad := strings.Repeat("x", 100)
		for i := range n {
			peer.write(t, masked(true, ws.OpPing, fmt.Sprint(i, pad)))
		}
		var last string
		pongs := 0
		for last != fmt.Sprint(n-1, pad) {
			f := peer.next(t)
			if f.Header.OpCode != ws.OpPong {
				t.Fatalf("opcode %d", f.Header.OpCode)
			}
			last = string(f.Payload)
			pongs++
		}
		if pongs > 100 {
			t.Errorf("%d pongs were kept", pongs)
		}
		peer.write(t, masked(true, ws.OpText, "done"))
		m, err := receives.Await(task)
		if m.String() != "done" {
			t.Errorf("Recv = %q", m.Data)
		}
		return err
	})
}

// The task that receives answers a ping while another one waits to send: the pong goes out behind
// the message, and neither disturbs the other.
func TestAPingIsAnsweredWhileAnotherTaskWaitsToSend(t *testing.T) {
	run(t, func(task *edo.Task) error {
		a, b := aio.Duplex(64)
		conn := web.ServerOver(a, web.Limits{})
		defer conn.Drop()
		peer := &raw{Pipe: b, task: task}
		long := strings.Repeat("x", 20_000)
		sends := edo.Go(task, func(task *edo.Task) error { return conn.Send(task, web.Text(long)) })
		receives := edo.GoValue(task, func(task *edo.Task) (web.Message, error) { return conn.Recv(task) })
		for range 5 {
			if err := edo.Yield(task); err != nil {
				return err
			}
		}
		peer.write(t, masked(true, ws.OpPing, "?"), masked(true, ws.OpText, "hello"))
		if m, err := receives.Await(task); err != nil || m.String() != "hello" {
			t.Errorf("Recv = %q, %v", m.Data, err)
		}
		if f := peer.next(t); string(f.Payload) != long {
			t.Errorf("the first frame has %d bytes", len(f.Payload))
		}
		if f := peer.next(t); f.Header.OpCode != ws.OpPong || string(f.Payload) != "?" {
			t.Errorf("the second frame is %d %q", f.Header.OpCode, f.Payload)
		}
		_, err := sends.Await(task)
		return err
	})
}

// And the other way round: a pong that waits for room does not keep another task from sending.
func TestAPongThatWaitsForRoomDoesNotRefuseTheTaskThatSends(t *testing.T) {
	run(t, func(task *edo.Task) error {
		a, b := aio.Duplex(64)
		conn := web.ServerOver(a, web.Limits{})
		defer conn.Drop()
		peer := &raw{Pipe: b, task: task}
		receives := edo.GoValue(task, func(task *edo.Task) (web.Message, error) { return conn.Recv(task) })
		for range 5 {
			peer.write(t, masked(true, ws.OpPing, strings.Repeat("?", 50)))
		}
		for range 20 {
			if err := edo.Yield(task); err != nil {
				return err
			}
		}
		sends := edo.Go(task, func(task *edo.Task) error { return conn.Send(task, web.Text("hello")) })
		for f := peer.next(t); string(f.Payload) != "hello"; f = peer.next(t) {
			if f.Header.OpCode != ws.OpPong {
				t.Fatalf("opcode %d", f.Header.OpCode)
			}
		}
		if _, err := sends.Await(task); err != nil {
			t.Errorf("Send = %v", err)
		}
		peer.write(t, masked(true, ws.OpText, "x"))
		_, err := receives.Await(task)
		return err
	})
}

func TestASecondTaskThatReceivesIsRefused(t *testing.T) {
	run(t, func(task *edo.Task) error {
		conn, peer := server(task, web.Limits{})
		defer conn.Drop()
		first := edo.GoValue(task, func(task *edo.Task) (web.Message, error) { return conn.Recv(task) })
		if err := edo.Yield(task); err != nil {
			return err
		}
		var busy *edo.BusyError
		if _, err := conn.Recv(task); !errors.As(err, &busy) {
			t.Errorf("a second Recv = %v", err)
		}
		peer.write(t, masked(true, ws.OpText, "x"))
		if m, err := first.Await(task); err != nil || m.String() != "x" {
			t.Errorf("the first Recv = %q, %v", m.Data, err)
		}
		return nil
	})
}

// The sender waits while the receiver does not read, and every message comes in order.
func TestASenderWaitsForAReceiverThatIsSlow(t *testing.T) {
	run(t, func(task *edo.Task) error {
		server, client := pair(100)
		defer server.Drop()
		sent := 0
		sends := edo.Go(task, func(task *edo.Task) error {
			defer client.Drop()
			for sent < 200 {
				if err := client.Send(task, web.Binary(bytes.Repeat([]byte{byte(sent)}, 500))); err != nil {
					return err
				}
				sent++
			}
			return client.Close(task, web.CodeNormal, "")
		})
		for range 50 {
			if err := edo.Yield(task); err != nil {
				return err
			}
		}
		if sent > 2 {
			t.Errorf("%d messages of 500 bytes were sent into a connection of 100", sent)
		}
		for i := range 200 {
			wantMessage(t, task, server, web.Binary(bytes.Repeat([]byte{byte(i)}, 500)))
		}
		if _, err := server.Recv(task); err != io.EOF {
			t.Errorf("at the end: %v", err)
		}
		server.Drop()
		_, err := sends.Await(task)
		return err
	})
}

func TestAnIdleConnectionIsAskedAndThenEnded(t *testing.T) {
	err := sim.Run(1, func(task *edo.Task) error {
		a, b := aio.Duplex(1000)
		conn := web.ServerOver(aio.NewTimed(task, a), web.Limits{})
		defer conn.Drop()
		peer := &raw{Pipe: b, task: task}
		if err := conn.SetIdleTimeout(time.Minute); err != nil {
			return err
		}
		began := timer.Now(task)
		receives := edo.GoValue(task, func(task *edo.Task) (web.Message, error) { return conn.Recv(task) })
		for range 3 { // it answers three times
			if f := peer.next(t); f.Header.OpCode != ws.OpPing {
				t.Fatalf("opcode %d", f.Header.OpCode)
			}
			peer.write(t, masked(true, ws.OpPong, ""))
		}
		_, err := receives.Await(task)
		var e *web.CloseError
		if !errors.As(err, &e) || e.Code != web.CodeAbnormal || !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("Recv = %v", err)
		}
		if took := timer.Now(task).Sub(began); took < 5*time.Minute || took > 5*time.Minute+time.Second {
			t.Errorf("it took %v, want 5 minutes", took)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestAConnectionWithoutAnIdleTimeoutSaysSo(t *testing.T) {
	a, _ := pair(10)
	if err := a.SetIdleTimeout(time.Second); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("SetIdleTimeout over a Duplex = %v", err)
	}
}

func TestACancelledRecvLosesNothing(t *testing.T) {
	run(t, func(task *edo.Task) error {
		conn, peer := server(task, web.Limits{})
		defer conn.Drop()
		whole := append(masked(false, ws.OpText, "in "), masked(true, ws.OpContinuation, "pieces")...)
		for i := range whole {
			h := edo.GoValue(task, func(task *edo.Task) (web.Message, error) { return conn.Recv(task) })
			if i > 0 {
				peer.write(t, whole[i-1:i])
			}
			for range 3 {
				if err := edo.Yield(task); err != nil {
					return err
				}
			}
			h.Abort()
			if _, err := h.Await(task); !errors.Is(err, edo.ErrCancelled) {
				t.Fatalf("at byte %d: %v", i, err)
			}
		}
		peer.write(t, whole[len(whole)-1:])
		wantMessage(t, task, conn, web.Text("in pieces"))
		return nil
	})
}

func TestACancelledSendStaysWhole(t *testing.T) {
	run(t, func(task *edo.Task) error {
		a, b := aio.Duplex(64)
		conn := web.ServerOver(a, web.Limits{})
		defer conn.Drop()
		peer := &raw{Pipe: b, task: task}
		h := edo.Go(task, func(task *edo.Task) error { return conn.Send(task, web.Text(strings.Repeat("a", 1000))) })
		for range 3 {
			if err := edo.Yield(task); err != nil {
				return err
			}
		}
		h.Abort()
		if _, err := h.Await(task); !errors.Is(err, edo.ErrCancelled) {
			t.Errorf("Send = %v", err)
		}
		next := edo.Go(task, func(task *edo.Task) error { return conn.Send(task, web.Text("b")) })
		if f := peer.next(t); string(f.Payload) != strings.Repeat("a", 1000) {
			t.Errorf("the first message has %d bytes", len(f.Payload))
		}
		if f := peer.next(t); string(f.Payload) != "b" {
			t.Errorf("the second message is %q", f.Payload)
		}
		_, err := next.Await(task)
		return err
	})
}

// The pong of the task that receives is behind a message, and the task that would have written both
// gives up: the first one goes on with them.
func TestAPingIsAnsweredAfterATaskThatSendsHasGivenUp(t *testing.T) {
	run(t, func(task *edo.Task) error {
		a, b := aio.Duplex(64)
		conn := web.ServerOver(a, web.Limits{})
		defer conn.Drop()
		peer := &raw{Pipe: b, task: task}
		long := strings.Repeat("x", 20_000)
		sends := edo.Go(task, func(task *edo.Task) error { return conn.Send(task, web.Text(long)) })
		receives := edo.GoValue(task, func(task *edo.Task) (web.Message, error) { return conn.Recv(task) })
		peer.write(t, masked(true, ws.OpPing, "?"))
		for range 20 {
			if err := edo.Yield(task); err != nil {
				return err
			}
		}
		sends.Abort()
		if _, err := sends.Await(task); !errors.Is(err, edo.ErrCancelled) {
			t.Errorf("Send = %v", err)
		}
		if f := peer.next(t); string(f.Payload) != long {
			t.Errorf("the first frame has %d bytes", len(f.Payload))
		}
		if f := peer.next(t); f.Header.OpCode != ws.OpPong || string(f.Payload) != "?" {
			t.Errorf("the second frame is %d %q", f.Header.OpCode, f.Payload)
		}
		peer.write(t, masked(true, ws.OpText, "x"))
		_, err := receives.Await(task)
		return err
	})
}

// A ping comes while another task sends, on another worker. The answer goes out without a message behind
// it.
func TestAPingIsAnsweredWhileAnotherTaskSends(t *testing.T) {
	rt := newRuntime(t)
	err := edo.Block(rt, t.Context(), func(task *edo.Task) error {
		a, b := aio.Duplex(1 << 12)
		conn := web.ServerOver(a, web.Limits{})
		defer conn.Drop()
		peer := &raw{Pipe: b, task: task}
		receives := edo.Go(rt, func(task *edo.Task) error { _, err := conn.Recv(task); return err })
		for range 20_000 {
			sends := edo.Go(rt, func(task *edo.Task) error { return conn.Send(task, web.Text("x")) })
			peer.write(t, masked(true, ws.OpPing, "?"))
			peer.next(t)
			peer.next(t) // the message and the pong, in any order
			if _, err := sends.Await(task); err != nil {
				return err
			}
		}
		peer.write(t, masked(true, ws.OpText, "end"))
		_, err := receives.Await(task)
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
