package codec_test

import (
	"errors"
	"io"
	"strings"
	"testing"
	"unsafe"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/codec"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/sim"
)

var (
	_ edo.Stream[string] = (*codec.FramedRead[string])(nil)
	_ edo.Sink[string]   = (*codec.FramedWrite[string])(nil)
	_ edo.Dropper        = (*codec.FramedRead[string])(nil)
	_ edo.Dropper        = (*codec.FramedWrite[string])(nil)

	_ codec.Codec[string, []byte] = codec.Pair(&codec.Lines{}, &codec.LengthDelimited{})
)

func TestFramedReadReceivesAsAFramedDoes(t *testing.T) {
	task := edotest.NewTask()
	conn := edotest.NewScript(t).Wait().
		Read([]byte("\x00\x00\x00\x02\x00")).Read([]byte("\x00\x00\x04\x00\x00\x00\x01")).ReadError(errBroken).
		Read([]byte("\x00\x00\x00\x06\x00")).EOF()
	f := codec.NewFramedRead(conn, words{})
	edotest.RequireNextPending(t, task, f)
	if n := f.Held(); n != 0 {
		t.Errorf("holds %d bytes while it waits", n)
	}
	if w := edotest.WaitsNext(task, f); len(w) != 1 || !strings.HasPrefix(w[0].On, "codec: receive (") || f.Held() != 0 {
		t.Errorf("it waits for %v, and holds %d bytes", w, f.Held())
	}
	conn.Wake()
	edotest.RequireWoken(t, task, 1)
	requireFrames(t, task, f, 2, 4)
	edotest.RequireNextError(t, task, f, errOdd)
	edotest.RequireEnd(t, task, f)
	edotest.RequireNextError(t, task, f, errBroken)
	edotest.RequireEnd(t, task, f)
	if v := edotest.RequireReady(t, task, f.RecvFuture()); v != 6 {
		t.Errorf("received %d, want 6", v)
	}
	edotest.RequireNextError(t, task, f, io.ErrUnexpectedEOF)
	edotest.RequireError(t, task, f.RecvFuture(), io.EOF)
	edotest.RequireEnd(t, task, f)
	if n := f.Held(); n != 0 {
		t.Errorf("holds %d bytes at the end", n)
	}
}

func TestFramedWriteSendsAsAFramedDoes(t *testing.T) {
	task := edotest.NewTask()
	conn := edotest.NewScript(t).Write([]byte("\x00")).Wait().Write([]byte("\x00\x00\x02\x00\x00\x00\x04")).WriteError(errBroken)
	f := codec.NewFramedWrite(conn, words{})
	edotest.RequireReady(t, task, f.FlushFuture()) // nothing to write
	feed(t, task, f, 2)
	if err := f.StartSend(3); err != errOdd {
		t.Errorf("got %v", err)
	}
	send := f.SendFuture(4)
	edotest.RequirePending(t, task, send)
	if w := edotest.Waits(task, send); len(w) != 1 || !strings.HasPrefix(w[0].On, "codec: send (") {
		t.Errorf("it waits for %v", w)
	}
	conn.Wake()
	edotest.RequireWoken(t, task, 1)
	if got := edotest.RequireReady(t, task, send); got != f {
		t.Error("SendFuture gave another sink back")
	}
	if conn.Flushes() != 1 || f.Held() != 0 {
		t.Errorf("flushed %d times and holds %d bytes", conn.Flushes(), f.Held())
	}
	feed(t, task, f, 6)
	edotest.RequireError(t, task, f.CloseFuture(), errBroken)
	conn.Write([]byte("\x00\x00\x00\x06"))
	edotest.RequireReady(t, task, f.CloseFuture())
	edotest.RequireReady(t, task, f.CloseFuture())
	if conn.Shutdowns() != 1 {
		t.Errorf("shut down %d times, want 1", conn.Shutdowns())
	}
	edotest.RequireError(t, task, f.SendFuture(8), edo.ErrClosed)
}

func TestFramedWriteFlushesFirstWhenTheBoundaryIsReached(t *testing.T) {
	task, conn := edotest.NewTask(), edotest.NewScript(t)
	f := codec.NewFramedWrite(conn, codec.Bytes{})
	long := make([]byte, codec.Boundary)
	feed(t, task, edo.Sink[[]byte](f), long)
	conn.Wait()
	edotest.RequirePending(t, task, sinkReady[[]byte]{f})
	conn.Write(long)
	conn.Wake()
	edotest.RequireReady(t, task, sinkReady[[]byte]{f})
}

// plain is a connection with a count of its drops.
type plain struct {
	quiet
	drops int
}

func (p *plain) Drop() { p.drops++ }

func TestDroppedHalfDropsItsSideOnceAndHasEnded(t *testing.T) {
	task, r, w := edotest.NewTask(), &plain{}, &plain{}
	in, out := codec.NewFramedRead(r, words{}), codec.NewFramedWrite(w, words{})
	feed(t, task, out, 2)
	in.Drop()
	in.Drop()
	out.Drop()
	out.Drop()
	if r.drops != 1 || w.drops != 1 || out.Held() != 0 {
		t.Errorf("dropped %d and %d times, and %d bytes are held", r.drops, w.drops, out.Held())
	}
	edotest.RequireEnd(t, task, in)
	edotest.RequireError(t, task, out.SendFuture(4), edo.ErrClosed)
}

func TestHalvesAreSmall(t *testing.T) {
	r, w := unsafe.Sizeof(codec.FramedRead[string]{}), unsafe.Sizeof(codec.FramedWrite[string]{})
	if r > 64 || w > 64 {
		t.Errorf("a FramedRead is %d bytes and a FramedWrite %d, want at most 64", r, w)
	}
}

func TestSecondTaskOfAHalfGetsABusyErrorAndTheFirstGoesOn(t *testing.T) {
	err := sim.Run(1, func(task *edo.Task) error {
		a, b := aio.Duplex(50)
		in, out := codec.NewFramedRead(b, &codec.Lines{}), codec.NewFramedWrite(a, &codec.Lines{})
		busy := func(err error) {
			if _, ok := errors.AsType[*edo.BusyError](err); !ok {
				t.Errorf("got %v", err)
			}
		}
		receives := edo.Go(task, func(task *edo.Task) error { _, err := in.Recv(task); return err })
		for range 3 {
			edo.Yield(task)
		}
		_, err := in.Recv(task)
		busy(err)
		if err := out.Send(task, "first"); err != nil {
			return err
		}
		_, err = receives.Await(task)
		sends := edo.Go(task, func(task *edo.Task) error { return out.Send(task, longLine) })
		for range 3 {
			edo.Yield(task)
		}
		busy(out.Send(task, "late"))
		if line, err := in.Recv(task); line != longLine || err != nil {
			t.Errorf("received %q, %v", line, err)
		}
		_, err2 := sends.Await(task)
		out.Drop()
		if line, end := in.Recv(task); end != io.EOF {
			t.Errorf("more was sent: %q, %v", line, end)
		}
		in.Drop()
		return errors.Join(err, err2)
	}, sim.WithConfig(sim.Config{Quiet: true}))
	if err != nil {
		t.Error(err)
	}
}

func TestPairDecodesWithOneCodecAndEncodesWithTheOther(t *testing.T) {
	task := edotest.NewTask()
	conn := edotest.NewScript(t).Read([]byte("get 2\n")).Write([]byte("\x00\x00\x00\x02")).EOF()
	f := codec.NewFramed(conn, codec.Pair[string, uint32](&codec.Lines{}, words{}))
	requireFrames(t, task, f, "get 2")
	edotest.RequireReady(t, task, f.SendFuture(2))
	edotest.RequireEnd(t, task, f)
}
