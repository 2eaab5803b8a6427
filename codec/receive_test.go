package codec_test

import (
	"encoding/binary"
	"errors"
	"io"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/codec"
	"github.com/edo-go/edo/edotest"
)

var (
	errBroken = errors.New("broken")
	errOdd    = errors.New("odd")
)

// words is a codec of numbers of four bytes. It refuses odd numbers, after it has removed
// them from the input or appended them to the output.
type words struct{}

func (words) Decode(buf *codec.Buffer, end bool) (uint32, bool, error) {
	if buf.Len() < 4 {
		return 0, false, nil
	}
	v := binary.BigEndian.Uint32(buf.Bytes())
	buf.Discard(4)
	if v%2 == 1 {
		return 0, false, errOdd
	}
	return v, true, nil
}

func (words) Encode(v uint32, buf *codec.Buffer) error {
	buf.Write(binary.BigEndian.AppendUint32(nil, v))
	if v%2 == 1 {
		return errOdd
	}
	return nil
}

// newWords returns conn as a connection of numbers.
func newWords(conn *edotest.Script) *codec.Framed[uint32, uint32] {
	return codec.NewFramed(conn, words{})
}

// requireFrames requires that the next items of s are want, and ready.
func requireFrames[T comparable](t *testing.T, task *edotest.Task, s edo.Stream[T], want ...T) {
	t.Helper()
	for _, w := range want {
		if got := edotest.RequireNext(t, task, s); got != w {
			t.Fatalf("received %v, want %v", got, w)
		}
	}
}

func TestFramedReceivesSeveralFramesOfOneRead(t *testing.T) {
	task := edotest.NewTask()
	f := newWords(edotest.NewScript(t).Read([]byte("\x00\x00\x00\x02\x00\x00\x00\x04\x00\x00\x00\x06")).EOF())
	requireFrames(t, task, f, 2, 4, 6)
	edotest.RequireEnd(t, task, f)
	edotest.RequireEnd(t, task, f)
}

func TestFramedReceivesAFrameOverManyReads(t *testing.T) {
	task := edotest.NewTask()
	conn := edotest.NewScript(t).Read([]byte("\x00")).Read([]byte("\x00\x00")).Wait().Read([]byte("\x02\x00\x00")).Wait().
		Read([]byte("\x00\x04")).EOF()
	f := newWords(conn)
	edotest.RequireNextPending(t, task, f)
	conn.Wake()
	edotest.RequireWoken(t, task, 1)
	requireFrames(t, task, f, 2)
	edotest.RequireNextPending(t, task, f)
	conn.Wake()
	edotest.RequireWoken(t, task, 1)
	requireFrames(t, task, f, 4)
	edotest.RequireEnd(t, task, f)
}

func TestFramedDoesNotReadWhileItHasAFrame(t *testing.T) {
	task := edotest.NewTask()
	f := newWords(edotest.NewScript(t).Read([]byte("\x00\x00\x00\x02\x00\x00\x00\x04")))
	requireFrames(t, task, f, 2, 4) // a further read is not in the script
}

func TestFramedReportsWhatIsLeftAtTheEnd(t *testing.T) {
	task := edotest.NewTask()
	f := newWords(edotest.NewScript(t).Read([]byte("\x00\x00\x00\x02\x00")).EOF())
	requireFrames(t, task, f, 2)
	edotest.RequireNextError(t, task, f, io.ErrUnexpectedEOF)
	for range 3 {
		edotest.RequireEnd(t, task, f)
	}
}

func TestFramedEndsOnceAfterAnErrorOfTheConnectionAndGoesOn(t *testing.T) {
	task := edotest.NewTask()
	f := newWords(edotest.NewScript(t).
		Read([]byte("\x00\x00")).ReadError(errBroken).
		Read([]byte("\x00\x02")).EOF())
	edotest.RequireNextError(t, task, f, errBroken)
	edotest.RequireEnd(t, task, f)
	requireFrames(t, task, f, 2)
	edotest.RequireEnd(t, task, f)
}

func TestFramedEndsOnceAfterAnErrorOfTheCodecAndGoesOnWithWhatItHas(t *testing.T) {
	task := edotest.NewTask()
	conn := edotest.NewScript(t).Read([]byte("\x00\x00\x00\x01\x00\x00\x00\x02")).Wait()
	f := newWords(conn)
	edotest.RequireNextError(t, task, f, errOdd)
	edotest.RequireEnd(t, task, f)
	requireFrames(t, task, f, 2)
	edotest.RequireNextPending(t, task, f)
}

func TestFramedGoesOnAfterAnErrorOfTheCodecAtTheEnd(t *testing.T) {
	task := edotest.NewTask()
	f := codec.NewFramed(edotest.NewScript(t).Read([]byte("1")).EOF(), &lastWords{})
	edotest.RequireNextError(t, task, f, errOdd)
	edotest.RequireEnd(t, task, f)
	requireFrames(t, task, f, 10, 11)
	edotest.RequireEnd(t, task, f)
	edotest.RequireEnd(t, task, f)
}

// lastWords decodes nothing before the end of the input. At the end it removes all bytes,
// returns an error, and then returns two more frames.
type lastWords struct {
	words
	n uint32
}

func (d *lastWords) Decode(buf *codec.Buffer, end bool) (uint32, bool, error) {
	switch {
	case !end || d.n == 2:
		return 0, false, nil
	case buf.Len() > 0:
		buf.Discard(buf.Len())
		return 0, false, errOdd
	}
	d.n++
	return 9 + d.n, true, nil
}

// stubborn fails and removes nothing from the input.
type stubborn struct{ words }

func (stubborn) Decode(buf *codec.Buffer, end bool) (uint32, bool, error) { return 0, false, errOdd }

func TestFramedEndsForGoodWhenTheCodecIsStuckAtTheEnd(t *testing.T) {
	task := edotest.NewTask()
	f := codec.NewFramed(edotest.NewScript(t).EOF(), stubborn{})
	edotest.RequireNextError(t, task, f, errOdd)
	for range 3 {
		edotest.RequireEnd(t, task, f)
	}
}

func TestFramedReportsAReaderThatReadsNothing(t *testing.T) {
	task := edotest.NewTask()
	f := codec.NewFramed(stuck{}, words{})
	edotest.RequireNextError(t, task, f, io.ErrNoProgress)
	edotest.RequireEnd(t, task, f)
}

// stuck is a connection that reads and writes 0 bytes, without an error.
type stuck struct{}

func (stuck) PollRead(*edo.Context, []byte) (int, edo.Poll, error)  { return 0, edo.Ready, nil }
func (stuck) PollWrite(*edo.Context, []byte) (int, edo.Poll, error) { return 0, edo.Ready, nil }
func (stuck) PollFlush(*edo.Context) (edo.Poll, error)              { return edo.Ready, nil }
func (stuck) PollShutdown(*edo.Context) (edo.Poll, error)           { return edo.Ready, nil }

func TestRecvFutureIsTheNextFrameAndThenEOF(t *testing.T) {
	task := edotest.NewTask()
	conn := edotest.NewScript(t).Wait().Read([]byte("\x00\x00\x00\x02\x00\x00\x00\x03")).EOF()
	f := newWords(conn)
	next := f.RecvFuture()
	edotest.RequirePending(t, task, next)
	conn.Wake()
	edotest.RequireWoken(t, task, 1)
	if v := edotest.RequireReady(t, task, next); v != 2 {
		t.Fatalf("received %d, want 2", v)
	}
	edotest.RequireError(t, task, f.RecvFuture(), errOdd)
	edotest.RequireError(t, task, f.RecvFuture(), io.EOF)
	edotest.RequireError(t, task, f.RecvFuture(), io.EOF)
}

func TestIdleFramedHoldsNoBuffer(t *testing.T) {
	task := edotest.NewTask()
	conn := edotest.NewScript(t).Wait().
		Read([]byte("\x00\x00\x00\x02\x00")).Wait().
		Read([]byte("\x00\x00\x04")).Write([]byte("\x00\x00\x00\x06")).Wait()
	f := newWords(conn)
	edotest.RequireNextPending(t, task, f)
	if n := f.Held(); n != 0 {
		t.Fatalf("holds %d bytes before the first frame", n)
	}
	conn.Wake()
	requireFrames(t, task, f, 2)
	edotest.RequireNextPending(t, task, f)
	if n := f.Held(); n == 0 {
		t.Fatal("has lost the beginning of a frame")
	}
	conn.Wake()
	requireFrames(t, task, f, 4)
	if n := f.Held(); n != 0 {
		t.Fatalf("holds %d bytes while the receiver is at its last frame", n)
	}
	edotest.RequireReady(t, task, f.SendFuture(6))
	edotest.RequireNextPending(t, task, f)
	if n := f.Held(); n != 0 {
		t.Fatalf("holds %d bytes between frames", n)
	}
}

// dropCounter is a connection that counts the calls of Drop.
type dropCounter struct {
	*edotest.Script
	n int
}

func (d *dropCounter) Drop() { d.n++ }

func TestFramedDropDropsTheConnectionOnceAndEndsEverything(t *testing.T) {
	task := edotest.NewTask()
	conn := &dropCounter{Script: edotest.NewScript(t).Read([]byte("\x00\x00\x00\x02\x00\x00\x00\x04"))}
	f := codec.NewFramed(conn, words{})
	requireFrames(t, task, f, 2)
	if err := f.StartSend(6); err != nil {
		t.Fatal(err)
	}
	f.Drop()
	f.Drop()
	if conn.n != 1 || f.Held() != 0 {
		t.Fatalf("dropped the connection %d times, and holds %d bytes", conn.n, f.Held())
	}
	edotest.RequireEnd(t, task, f)
	edotest.RequireError(t, task, f.SendFuture(8), edo.ErrClosed)
	edotest.RequireReady(t, task, f.FlushFuture())
	edotest.RequireReady(t, task, f.CloseFuture())
	if err := f.StartSend(8); !errors.Is(err, edo.ErrClosed) {
		t.Fatalf("sent after Drop: %v", err)
	}
}
