package aio_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/invariant"
)

// suspended starts fn in direct style and requires that it waits.
func suspended(t *testing.T, task *edotest.Task, fn func(*edo.Task) (string, error)) edo.Future[string] {
	t.Helper()
	f := edo.Async(fn)
	edotest.RequirePending(t, task, f)
	return f
}

// asText returns the result of a call as a string, and its error.
func asText(v any, err error) (string, error) {
	if p, ok := v.([]byte); ok {
		v = string(p)
	}
	return fmt.Sprint(v), err
}

func TestDirectStyleIsTheFutureAwaited(t *testing.T) {
	for _, c := range []struct {
		name   string
		script func(*edotest.Script)
		call   func(*edo.Task, *edotest.Script) (string, error)
		want   string
		err    error
	}{
		{"Read", func(s *edotest.Script) { s.Read([]byte("abc")) },
			func(task *edo.Task, s *edotest.Script) (string, error) {
				return asText(aio.Read(task, s, make([]byte, 9)))
			}, "3", nil},
		{"Read at the end", func(s *edotest.Script) { s.EOF() },
			func(task *edo.Task, s *edotest.Script) (string, error) {
				return asText(aio.Read(task, s, make([]byte, 9)))
			}, "0", io.EOF},
		{"ReadFull", func(s *edotest.Script) { s.Read([]byte("abc")).Read([]byte("d")) },
			func(task *edo.Task, s *edotest.Script) (string, error) {
				return asText(aio.ReadFull(task, s, make([]byte, 4)))
			}, "4", nil},
		{"ReadFull at the end", func(s *edotest.Script) { s.Read([]byte("abc")).EOF() },
			func(task *edo.Task, s *edotest.Script) (string, error) {
				return asText(aio.ReadFull(task, s, make([]byte, 4)))
			}, "3", io.ErrUnexpectedEOF},
		{"ReadAll", func(s *edotest.Script) { s.Read([]byte("abc")).Read([]byte("d")).EOF() },
			func(task *edo.Task, s *edotest.Script) (string, error) {
				return asText(aio.ReadAll(task, s, []byte(".")))
			}, ".abcd", nil},
		{"ReadAll of what breaks", func(s *edotest.Script) { s.Read([]byte("abc")).ReadError(errBroken) },
			func(task *edo.Task, s *edotest.Script) (string, error) { return asText(aio.ReadAll(task, s, nil)) }, "abc", errBroken},
		{"Write", func(s *edotest.Script) { s.Write([]byte("ab")) },
			func(task *edo.Task, s *edotest.Script) (string, error) {
				return asText(aio.Write(task, s, []byte("abc")))
			}, "2", nil},
		{"WriteAll", func(s *edotest.Script) { s.Write([]byte("ab")).Write([]byte("c")) },
			func(task *edo.Task, s *edotest.Script) (string, error) {
				return asText(aio.WriteAll(task, s, []byte("abc")))
			}, "3", nil},
		{"WriteAll to what takes no more", func(s *edotest.Script) { s.Write([]byte("ab")).Write(nil) },
			func(task *edo.Task, s *edotest.Script) (string, error) {
				return asText(aio.WriteAll(task, s, []byte("abc")))
			}, "2", io.ErrShortWrite},
		{"Copy", func(s *edotest.Script) { s.Read([]byte("abc")).Write([]byte("abc")).EOF() },
			func(task *edo.Task, s *edotest.Script) (string, error) { return asText(aio.Copy(task, s, s)) }, "3", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			task, conn := edotest.NewTask(), edotest.NewScript(t).Wait()
			c.script(conn)
			f := suspended(t, task, func(task *edo.Task) (string, error) { return c.call(task, conn) })
			conn.Wake()
			edotest.RequireWoken(t, task, 1)
			got, p, err := edotest.Poll(task, f)
			if got != c.want || p != edo.Ready || err != c.err {
				t.Fatalf("got %q, %v, %v; want %q, %v", got, p, err, c.want, c.err)
			}
		})
	}
}

func TestDirectFlushAndShutdown(t *testing.T) {
	conn := edotest.NewScript(t)
	edotest.RequireReady(t, edotest.NewTask(), edo.Async(func(task *edo.Task) (edo.Unit, error) {
		return edo.Unit{}, errors.Join(aio.Flush(task, conn), aio.Shutdown(task, conn))
	}))
	if conn.Flushes() != 1 || conn.Shutdowns() != 1 {
		t.Fatalf("flushed %d times, shut down %d times; want 1 and 1", conn.Flushes(), conn.Shutdowns())
	}
}

func TestCancelledCallSaysHowFarItCame(t *testing.T) {
	for _, c := range []struct {
		name   string
		script *edotest.Script
		call   func(*edo.Task, *edotest.Script) (string, error)
		want   string
	}{
		{"Read", edotest.NewScript(t).Wait(),
			func(task *edo.Task, s *edotest.Script) (string, error) {
				return asText(aio.Read(task, s, make([]byte, 9)))
			}, "0"},
		{"ReadFull", edotest.NewScript(t).Read([]byte("ab")).Wait(),
			func(task *edo.Task, s *edotest.Script) (string, error) {
				return asText(aio.ReadFull(task, s, make([]byte, 4)))
			}, "2"},
		{"ReadAll", edotest.NewScript(t).Read([]byte("ab")).Wait(),
			func(task *edo.Task, s *edotest.Script) (string, error) { return asText(aio.ReadAll(task, s, nil)) }, "ab"},
		{"WriteAll", edotest.NewScript(t).Write([]byte("ab")).Wait(),
			func(task *edo.Task, s *edotest.Script) (string, error) {
				return asText(aio.WriteAll(task, s, []byte("abc")))
			}, "2"},
		{"Copy", edotest.NewScript(t).Read([]byte("abc")).Write([]byte("ab")).Wait(),
			func(task *edo.Task, s *edotest.Script) (string, error) { return asText(aio.Copy(task, s, s)) }, "2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			task := edotest.NewTask()
			var got string
			var err error
			f := suspended(t, task, func(task *edo.Task) (string, error) {
				got, err = c.call(task, c.script)
				return got, err
			})
			edo.Drop(f)
			for err == nil {
				edotest.Poll(task, f)
			}
			if got != c.want || err != edo.ErrCancelled {
				t.Fatalf("got %q, %v; want %q and ErrCancelled", got, err, c.want)
			}
		})
	}
}

func TestDirectStyleAllocatesNothing(t *testing.T) {
	if invariant.Enabled {
		t.Skip("under the race detector a sync.Pool drops values on purpose")
	}
	a, b := aio.Duplex(4096)
	p, q := bytes.Repeat([]byte("x"), 100), make([]byte, 100)
	buf := make([]byte, 0, 1024)
	failed := 0
	check := func(err error) {
		if err != nil {
			failed++
		}
	}
	n, _ := drive(edo.Async(func(task *edo.Task) (float64, error) {
		n := testing.AllocsPerRun(1000, func() {
			_, err := aio.WriteAll(task, a, p)
			check(err)
			_, err = aio.ReadFull(task, b, q)
			check(err)
			_, err = aio.Write(task, b, p)
			check(err)
			_, err = aio.Read(task, a, q)
			check(err)
			check(aio.Flush(task, a))
		})
		check(aio.Shutdown(task, a))
		return n + testing.AllocsPerRun(100, func() {
			_, err := aio.ReadAll(task, b, buf)
			check(err)
			_, err = aio.Copy(task, b, b)
			check(err)
		}), nil
	}))
	if n != 0 || failed != 0 {
		t.Fatalf("%v allocations and %d errors, want none", n, failed)
	}
}
