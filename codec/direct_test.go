package codec_test

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/codec"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/invariant"
)

// direct returns a future that runs fn in direct style.
func direct(fn func(*edo.Task) error) edo.Future[edo.Unit] {
	return edo.Async(func(task *edo.Task) (edo.Unit, error) { return edo.Unit{}, fn(task) })
}

func TestRecvAndSendWaitForTheConnection(t *testing.T) {
	task := edotest.NewTask()
	conn := edotest.NewScript(t).Wait().Read([]byte("\x00\x00\x00\x02")).
		Write([]byte("\x00\x00\x00")).Wait().Write([]byte("\x04")).EOF()
	framed := newWords(conn)
	f := direct(func(task *edo.Task) error {
		for {
			v, err := framed.Recv(task)
			if err != nil {
				return err
			}
			if err := framed.Send(task, 2*v); err != nil {
				return err
			}
		}
	})
	for range 2 {
		edotest.RequirePending(t, task, f)
		edotest.RequireWoken(t, task, 0)
		conn.Wake()
		edotest.RequireWoken(t, task, 1)
	}
	edotest.RequireError(t, task, f, io.EOF)
}

func TestFeedWritesWithTheNextFlush(t *testing.T) {
	conn := edotest.NewScript(t).Write([]byte("\x00\x00\x00\x02\x00\x00\x00\x04\x00\x00\x00\x06"))
	framed := newWords(conn)
	edotest.RequireError(t, edotest.NewTask(), direct(func(task *edo.Task) error {
		err := errors.Join(framed.Feed(task, 2), framed.Feed(task, 4))
		if conn.Flushes() != 0 {
			t.Error("Feed flushed")
		}
		err = errors.Join(err, framed.Send(task, 6), framed.Feed(task, 3))
		if conn.Flushes() != 1 {
			t.Errorf("flushed %d times, want 1", conn.Flushes())
		}
		return err
	}), errOdd)
}

func TestDirectFlushAndClose(t *testing.T) {
	conn := edotest.NewScript(t).Write([]byte("\x00\x00\x00\x02")).Write([]byte("\x00\x00\x00\x04"))
	framed := newWords(conn)
	edotest.RequireError(t, edotest.NewTask(), direct(func(task *edo.Task) error {
		if err := errors.Join(framed.Feed(task, 2), framed.Flush(task), framed.Feed(task, 4), framed.Close(task), framed.Close(task)); err != nil {
			t.Error(err)
		}
		return framed.Send(task, 6)
	}), edo.ErrClosed)
	if conn.Flushes() != 2 || conn.Shutdowns() != 1 {
		t.Fatalf("flushed %d times, shut down %d times; want 2 and 1", conn.Flushes(), conn.Shutdowns())
	}
}

func TestCancelledSendKeepsTheFrame(t *testing.T) {
	task := edotest.NewTask()
	conn := edotest.NewScript(t).Write([]byte("\x00\x00")).Wait().Write([]byte("\x00\x02"))
	framed := newWords(conn)
	var err error
	f := direct(func(task *edo.Task) error {
		err = framed.Send(task, 2)
		return err
	})
	edotest.RequirePending(t, task, f)
	edo.Drop(f)
	for err == nil {
		edotest.Poll(task, f)
	}
	if err != edo.ErrCancelled {
		t.Fatalf("got %v, want ErrCancelled", err)
	}
	conn.Wake()
	edotest.RequireReady(t, task, framed.FlushFuture())
}

// requireAllocs runs fn, in direct style, and requires n allocations each time.
func requireAllocs(t *testing.T, n float64, fn func(task *edo.Task) error) {
	t.Helper()
	if invariant.Enabled {
		t.Skip("under the race detector a sync.Pool drops values on purpose")
	}
	var err error
	task, f := edotest.NewTask(), edo.Async(func(task *edo.Task) (float64, error) {
		return testing.AllocsPerRun(1000, func() { err = errors.Join(err, fn(task)) }), nil
	})
	for {
		got, p, _ := edotest.Poll(task, f)
		if p == edo.Pending {
			continue // its budget is used up
		}
		if got != n || err != nil {
			t.Fatalf("%v allocations, want %v; %v", got, n, err)
		}
		return
	}
}

func TestSendAllocatesNothing(t *testing.T) {
	a, b := aio.Duplex(4096)
	framed, frame, sink := codec.NewFramed(a, &codec.LengthDelimited{}), make([]byte, 100), make([]byte, 104)
	requireAllocs(t, 0, func(task *edo.Task) error {
		if err := framed.Send(task, frame); err != nil {
			return err
		}
		_, err := aio.ReadFull(task, b, sink)
		return err
	})
}

func TestRecvAllocatesTheFrameAlone(t *testing.T) {
	for size, want := range map[int]float64{0: 0, 100: 1} {
		a, b := aio.Duplex(4096)
		wire := append([]byte{0, 0, 0, byte(size)}, bytes.Repeat([]byte("x"), size)...)
		framed := codec.NewFramed(a, &codec.LengthDelimited{})
		requireAllocs(t, want, func(task *edo.Task) error {
			if _, err := aio.WriteAll(task, b, wire); err != nil {
				return err
			}
			_, err := framed.Recv(task)
			return err
		})
	}
}

func TestRecvAllocatesThePieceAlone(t *testing.T) {
	a, b := aio.Duplex(4096)
	lines := codec.NewFramed(a, &codec.Lines{})
	requireAllocs(t, 1, recvOf(lines.Recv, b, "a line of text, and its end\r\n"))
	a, b = aio.Duplex(4096)
	fields := codec.NewFramed(a, &codec.AnyDelimiter{})
	requireAllocs(t, 1, recvOf(fields.Recv, b, "a field;"))
	a, b = aio.Duplex(4096)
	pieces := codec.NewFramedRead(a, codec.Bytes{})
	requireAllocs(t, 1, recvOf(pieces.Recv, b, "some bytes"))
}

// recvOf returns a function that writes wire to the other end, and then receives.
func recvOf[T any](recv func(task *edo.Task) (T, error), other *aio.Pipe, wire string) func(task *edo.Task) error {
	p := []byte(wire)
	return func(task *edo.Task) error {
		if _, err := aio.WriteAll(task, other, p); err != nil {
			return err
		}
		_, err := recv(task)
		return err
	}
}

func TestIdleFramedPollsWithoutAllocating(t *testing.T) {
	if invariant.Enabled {
		t.Skip("under the race detector a sync.Pool drops values on purpose")
	}
	task := edotest.NewTask()
	a, b := aio.Duplex(4096)
	framed, wire := codec.NewFramed(a, words{}), []byte("\x00\x00\x00\x02")
	n := testing.AllocsPerRun(1000, func() {
		task.Enter(func(cx *edo.Context) {
			framed.PollNext(cx)
			b.PollWrite(cx, wire)
			framed.PollNext(cx)
		})
	})
	if n != 0 {
		t.Fatalf("%v allocations a frame, want none", n)
	}
}
