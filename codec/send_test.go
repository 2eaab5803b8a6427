package codec_test

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/codec"
	"github.com/edo-go/edo/edotest"
)

var _ interface {
	edo.Sink[[]byte]
	edo.Stream[[]byte]
	edo.Dropper
} = (*codec.Framed[[]byte, []byte])(nil)

// sinkReady is PollReady as a future.
type sinkReady[T any] struct{ edo.Sink[T] }

func (s sinkReady[T]) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	p, err := s.PollReady(cx)
	return edo.Unit{}, p, err
}

// feed requires that s accepts v now, and does not flush.
func feed[T any](t *testing.T, task *edotest.Task, s edo.Sink[T], v T) {
	t.Helper()
	edotest.RequireReady(t, task, sinkReady[T]{s})
	if err := s.StartSend(v); err != nil {
		t.Fatal(err)
	}
}

func TestFramedWritesNothingBeforeAFlush(t *testing.T) {
	task, conn := edotest.NewTask(), edotest.NewScript(t)
	f := newWords(conn)
	feed(t, task, f, 2)
	feed(t, task, f, 4)
	if conn.Flushes() != 0 {
		t.Fatal("flushed") // and a write is not in the script yet
	}
	conn.Write([]byte("\x00\x00\x00\x02\x00\x00\x00\x04"))
	edotest.RequireReady(t, task, f.FlushFuture())
	if conn.Flushes() != 1 {
		t.Fatalf("flushed %d times, want 1", conn.Flushes())
	}
}

func TestFramedFlushOfNothingDoesNoIO(t *testing.T) {
	task, conn := edotest.NewTask(), edotest.NewScript(t)
	f := newWords(conn)
	edotest.RequireReady(t, task, f.FlushFuture())
	conn.Write([]byte("\x00\x00\x00\x02"))
	edotest.RequireReady(t, task, f.SendFuture(2))
	edotest.RequireReady(t, task, f.FlushFuture())
	if conn.Flushes() != 1 {
		t.Fatalf("flushed %d times, want 1", conn.Flushes())
	}
}

func TestFramedFlushResumesWhereItWasInterrupted(t *testing.T) {
	task := edotest.NewTask()
	conn := edotest.NewScript(t).Write([]byte("\x00\x00")).Wait().Write([]byte("\x00")).Pending().Write([]byte("\x02"))
	f := newWords(conn)
	send := f.SendFuture(2)
	edotest.RequirePending(t, task, send)
	edotest.RequireWoken(t, task, 0)
	conn.Wake()
	edotest.RequireWoken(t, task, 1)
	edotest.RequirePending(t, task, send)
	edotest.RequireWoken(t, task, 1)
	if conn.Flushes() != 0 {
		t.Fatal("flushed before everything was written")
	}
	if got := edotest.RequireReady(t, task, send); got != f {
		t.Fatal("SendFuture gave another sink back")
	}
	if conn.Flushes() != 1 {
		t.Fatalf("flushed %d times, want 1", conn.Flushes())
	}
}

func TestFramedFlushesFirstWhenTheBoundaryIsReached(t *testing.T) {
	task, conn := edotest.NewTask(), edotest.NewScript(t)
	f := newWords(conn)
	var want []byte
	for range codec.Boundary / 4 {
		feed(t, task, f, 2) // room until 8 KiB wait
		want = append(want, "\x00\x00\x00\x02"...)
	}
	conn.Wait()
	edotest.RequirePending(t, task, sinkReady[uint32]{f})
	conn.Write(want)
	conn.Wake()
	edotest.RequireWoken(t, task, 1)
	edotest.RequireReady(t, task, sinkReady[uint32]{f})
	if conn.Flushes() != 1 || f.Held() != 0 {
		t.Fatalf("flushed %d times and holds %d bytes, want 1 and 0", conn.Flushes(), f.Held())
	}
	feed(t, task, f, 4)
}

func TestFramedHasRoomAgainAsSoonAsLessThanTheBoundaryWaits(t *testing.T) {
	task, conn := edotest.NewTask(), edotest.NewScript(t)
	f := codec.NewFramed(conn, &codec.LengthDelimited{})
	long := bytes.Repeat([]byte("x"), codec.Boundary-4)
	feed(t, task, f, long)
	conn.Write([]byte("\x00")).Wait()
	edotest.RequirePending(t, task, sinkReady[[]byte]{f})
	feed(t, task, f, []byte("y"))
	conn.Write([]byte("\x00\x1f\xfc" + string(long) + "\x00\x00\x00\x01y"))
	conn.Wake()
	edotest.RequireReady(t, task, f.FlushFuture())
}

func TestFramedTakesAFrameBelowTheBoundaryHoweverLong(t *testing.T) {
	task, conn := edotest.NewTask(), edotest.NewScript(t)
	f := codec.NewFramed(conn, &codec.LengthDelimited{})
	feed(t, task, f, []byte("abc"))
	long := bytes.Repeat([]byte("x"), 100_000)
	feed(t, task, f, long)
	conn.Write([]byte("\x00\x00\x00\x03abc\x00\x01\x86\xa0" + string(long)))
	edotest.RequireReady(t, task, f.FlushFuture())
}

func TestFramedTakesBackWhatAFailedEncodeWrote(t *testing.T) {
	task, conn := edotest.NewTask(), edotest.NewScript(t)
	f := newWords(conn)
	if err := f.StartSend(1); err != errOdd || f.Held() != 0 {
		t.Fatalf("got %v and holds %d bytes", err, f.Held())
	}
	edotest.RequireReady(t, task, f.FlushFuture()) // nothing to write
	feed(t, task, f, 2)
	edotest.RequireError(t, task, f.SendFuture(3), errOdd)
	feed(t, task, f, 4)
	conn.Write([]byte("\x00\x00\x00\x02\x00\x00\x00\x04"))
	edotest.RequireReady(t, task, f.FlushFuture())
}

func TestFramedFlushGoesOnAfterAnErrorWithWhatWasNotWritten(t *testing.T) {
	task := edotest.NewTask()
	conn := edotest.NewScript(t).Write([]byte("\x00")).WriteError(errBroken).Write(nil).Write([]byte("\x00\x00\x02"))
	f := newWords(conn)
	feed(t, task, f, 2)
	edotest.RequireError(t, task, f.FlushFuture(), errBroken)
	edotest.RequireError(t, task, f.FlushFuture(), io.ErrShortWrite)
	edotest.RequireReady(t, task, f.FlushFuture())
}

func TestFramedCloseFlushesAndShutsDownOnce(t *testing.T) {
	task := edotest.NewTask()
	conn := edotest.NewScript(t).Wait().Write([]byte("\x00\x00\x00\x02")).Read([]byte("\x00\x00\x00\x04")).EOF()
	f := newWords(conn)
	feed(t, task, f, 2)
	edotest.RequirePending(t, task, f.CloseFuture())
	if conn.Shutdowns() != 0 {
		t.Fatal("shut down before everything was written")
	}
	conn.Wake()
	edotest.RequireWoken(t, task, 1)
	edotest.RequireReady(t, task, f.CloseFuture())
	edotest.RequireReady(t, task, f.CloseFuture())
	if conn.Flushes() != 1 || conn.Shutdowns() != 1 {
		t.Fatalf("flushed %d times, shut down %d times; want 1 and 1", conn.Flushes(), conn.Shutdowns())
	}
	edotest.RequireError(t, task, sinkReady[uint32]{f}, edo.ErrClosed)
	if err := f.StartSend(4); !errors.Is(err, edo.ErrClosed) {
		t.Fatalf("sent after Close: %v", err)
	}
	requireFrames(t, task, f, 4) // receiving goes on
	edotest.RequireEnd(t, task, f)
}

func TestFramedCloseThatCannotFlushDoesNotShutDown(t *testing.T) {
	task := edotest.NewTask()
	conn := edotest.NewScript(t).WriteError(errBroken)
	f := newWords(conn)
	feed(t, task, f, 2)
	edotest.RequireError(t, task, f.CloseFuture(), errBroken)
	if conn.Shutdowns() != 0 {
		t.Fatal("shut down")
	}
}

func TestSendFutureWaitsForRoomFirst(t *testing.T) {
	task, conn := edotest.NewTask(), edotest.NewScript(t)
	f := codec.NewFramed(conn, &codec.LengthDelimited{})
	long := bytes.Repeat([]byte("x"), codec.Boundary)
	feed(t, task, f, long)
	conn.Wait().Write([]byte("\x00\x00\x20\x00" + string(long))).Write([]byte("\x00\x00\x00\x01y"))
	send := f.SendFuture([]byte("y"))
	edotest.RequirePending(t, task, send)
	conn.Wake()
	edotest.RequireReady(t, task, send)
	if conn.Flushes() != 2 {
		t.Fatalf("flushed %d times, want 2", conn.Flushes())
	}
}
