package web_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/web"
	"github.com/gobwas/ws"
)

// run runs fn in a runtime of its own, with one worker: a task that was spawned waits after some
// yields.
func run(t *testing.T, fn func(task *edo.Task) error) {
	t.Helper()
	if err := edo.Run(fn, edo.WithConfig(edo.Config{CurrentThread: true, OnError: func(error) {}})); err != nil {
		t.Error(err)
	}
}

// newRuntime returns a runtime that ends with the test.
func newRuntime(t *testing.T) *edo.Runtime {
	t.Helper()
	rt, err := edo.New(edo.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := rt.Shutdown(t.Context()); err != nil && !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
	return rt
}

// raw is the other side of a connection, as bytes.
type raw struct {
	*aio.Pipe
	task *edo.Task
	in   bytes.Buffer // read and not taken
}

// server returns a server's side, and the client's as bytes.
func server(task *edo.Task, limits web.Limits) (*web.Conn, *raw) {
	a, b := aio.Duplex(1 << 22)
	return web.ServerOver(a, limits), &raw{Pipe: b, task: task}
}

// client returns a client's side, and the server's as bytes.
func client(task *edo.Task, limits web.Limits) (*web.Conn, *raw) {
	a, b := aio.Duplex(1 << 22)
	return web.ClientOver(a, limits), &raw{Pipe: b, task: task}
}

// write writes frames as they are.
func (r *raw) write(t *testing.T, frames ...[]byte) {
	t.Helper()
	if _, err := aio.WriteAll(r.task, r.Pipe, bytes.Join(frames, nil)); err != nil {
		t.Fatal(err)
	}
}

// next returns the next frame, unmasked.
func (r *raw) next(t *testing.T) ws.Frame {
	t.Helper()
	for {
		in := bytes.NewReader(r.in.Bytes())
		f, err := readFrame(in)
		if err == nil {
			r.in.Next(r.in.Len() - in.Len())
			return ws.UnmaskFrame(f)
		}
		p := make([]byte, 1<<16)
		n, err := aio.Read(r.task, r.Pipe, p)
		if err != nil {
			t.Fatalf("no frame: %v", err)
		}
		r.in.Write(p[:n])
	}
}

// wantClose requires that the next frame is a close frame with code.
func (r *raw) wantClose(t *testing.T, code web.Code) {
	t.Helper()
	f := r.next(t)
	if f.Header.OpCode != ws.OpClose {
		t.Fatalf("a frame with opcode %d (%q), want a close frame", f.Header.OpCode, f.Payload)
	}
	got, reason := ws.ParseCloseFrameData(f.Payload)
	if code == web.CodeNone && len(f.Payload) == 0 {
		return
	}
	if web.Code(got) != code {
		t.Errorf("closed with %d (%q), want %d", got, reason, code)
	}
}

// masked returns a frame of a client.
func masked(fin bool, op ws.OpCode, data string) []byte {
	return ws.MustCompileFrame(ws.MaskFrame(ws.NewFrame(op, fin, []byte(data)))) //edo:allow simulated the other side takes the mask off
}

// unmasked returns a frame of a server.
func unmasked(fin bool, op ws.OpCode, data string) []byte {
	return ws.MustCompileFrame(ws.NewFrame(op, fin, []byte(data)))
}

// wantMessage requires a message.
func wantMessage(t *testing.T, task *edo.Task, c *web.Conn, want web.Message) {
	t.Helper()
	m, err := c.Recv(task)
	if err != nil || m.IsText != want.IsText || !bytes.Equal(m.Data, want.Data) {
		t.Fatalf("Recv = %.40q (text: %v), %v; want %.40q", m.Data, m.IsText, err, want.Data)
	}
}

// wantEnd requires that the stream ends with code, and then stays at its end.
func wantEnd(t *testing.T, task *edo.Task, c *web.Conn, code web.Code) *web.CloseError {
	t.Helper()
	m, err := c.Recv(task)
	var e *web.CloseError
	if !errors.As(err, &e) || e.Code != code {
		t.Fatalf("Recv = %q, %v; want an end with %d", m.Data, err, code)
	}
	if _, err := c.Recv(task); err != io.EOF {
		t.Errorf("after the error, Recv = %v, want EOF", err)
	}
	return e
}

// read fills p.
func (r *raw) read(t *testing.T, p []byte) (int, error) {
	t.Helper()
	return aio.ReadFull(r.task, r.Pipe, p)
}

// noTime is no deadline.
var noTime time.Time

// readFrame reads a frame.
func readFrame(r io.Reader) (f ws.Frame, err error) {
	if f.Header, err = ws.ReadHeader(r); err != nil {
		return f, err
	}
	f.Payload = make([]byte, f.Header.Length)
	_, err = io.ReadFull(r, f.Payload)
	return f, err
}
