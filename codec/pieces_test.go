package codec_test

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/codec"
	"github.com/edo-go/edo/edotest"
)

// pieces is a connection. Its input comes in pieces, and it keeps its output.
type pieces struct {
	in, out bytes.Buffer
	sizes   []byte // how many bytes each of the next reads and writes moves; 0: it is pending
}

// nextSize returns how many bytes the current read or write may move, or false when it is
// pending.
func (c *pieces) nextSize(cx *edo.Context) (int, bool) {
	if len(c.sizes) == 0 {
		return 1 << 20, true
	}
	n := int(c.sizes[0])
	c.sizes = c.sizes[1:]
	if n == 0 {
		cx.Waker().WakeBy(cx)
	}
	return n, n != 0
}

func (c *pieces) PollRead(cx *edo.Context, p []byte) (int, edo.Poll, error) {
	n, ok := c.nextSize(cx)
	if !ok {
		return 0, edo.Pending, nil
	}
	n, err := c.in.Read(p[:min(n, len(p))])
	return n, edo.Ready, err
}

func (c *pieces) PollWrite(cx *edo.Context, p []byte) (int, edo.Poll, error) {
	n, ok := c.nextSize(cx)
	if !ok {
		return 0, edo.Pending, nil
	}
	n, err := c.out.Write(p[:min(n, len(p))])
	return n, edo.Ready, err
}

func (c *pieces) PollFlush(*edo.Context) (edo.Poll, error)    { return edo.Ready, nil }
func (c *pieces) PollShutdown(*edo.Context) (edo.Poll, error) { return edo.Ready, nil }

// items receives to the end, and continues after errors. The result has an element for each
// frame, as show shows it, and for each error.
func items[T any](t testing.TB, conn *pieces, d codec.Decoder[T], show func(T) string) (got []string) {
	t.Helper()
	task, f := edotest.NewTask(), codec.NewFramedRead(conn, d)
	failed := false
	for {
		frame, p, err := edotest.PollNext(task, f)
		switch {
		case errors.Is(err, codec.ErrTooLong):
			got = append(got, "too long")
		case errors.Is(err, codec.ErrNotText):
			got = append(got, "not text")
		case errors.Is(err, codec.ErrNotJSON):
			got = append(got, "not JSON")
		case err != nil:
			t.Fatal(err)
		case p == edo.Ready:
			got = append(got, "<"+show(frame)+">")
		case p == edo.End && !failed:
			return got
		}
		if p != edo.Pending {
			failed = err != nil
		}
	}
}

// run is how sameInAnyPieces receives.
type run[T any] struct {
	decoder func() (d codec.Decoder[T], limit int) // a new one, and the largest length of a frame
	show    func(T) string
	stops   bool // at the first error
}

// receive receives to the end. The result has an element for each frame and for each error.
// It checks how much memory is held, and that the end is reached.
func (r run[T]) receive(t *testing.T, wire []byte, sizes []byte) (got []string) {
	t.Helper()
	d, limit := r.decoder()
	conn := &pieces{sizes: sizes}
	conn.in.Write(wire)
	task, f := edotest.NewTask(), codec.NewFramedRead(conn, d)
	failed := false
	for polls := 0; ; polls++ {
		frame, p, err := edotest.PollNext(task, f)
		switch {
		case err != nil:
			got = append(got, "error: "+err.Error())
		case p == edo.Ready:
			got = append(got, "<"+r.show(frame)+">")
		}
		if held := f.Held(); held > max(codec.ChunkSize, limit+2) {
			t.Fatalf("holds %d bytes, the limit is %d", held, limit)
		}
		if err != nil && r.stops || p == edo.End && !failed {
			return got
		}
		if p != edo.Pending {
			failed = err != nil
		}
		if len(got) > len(wire) || polls > 3*len(wire)+len(sizes)+3 {
			t.Fatalf("%d items in %d polls out of %d bytes", len(got), polls, len(wire))
		}
	}
}

// sameInAnyPieces receives wire whole, in pieces of the given sizes, and byte by byte, and
// requires the same items. It returns these.
func sameInAnyPieces[T any](t *testing.T, wire, sizes []byte, r run[T]) []string {
	t.Helper()
	whole := r.receive(t, wire, nil)
	if got := r.receive(t, wire, sizes); !slices.Equal(got, whole) {
		t.Fatalf("in pieces of %v: got %q, and whole %q", sizes, got, whole)
	}
	if len(wire) < 2000 {
		if got := r.receive(t, wire, bytes.Repeat([]byte{1}, len(wire))); !slices.Equal(got, whole) {
			t.Fatalf("byte by byte: got %q, and whole %q", got, whole)
		}
	}
	return whole
}

// repeated returns wire, and if again is one of the largest 16 numbers wire so often that it is
// longer than a chunk: most runs are short, and a few make a buffer grow.
func repeated(wire []byte, again uint8) []byte {
	if again < 240 || len(wire) == 0 {
		return wire
	}
	return bytes.Repeat(wire, 1+(codec.ChunkSize+100*int(again-240))/len(wire))
}

// sendAndReceive sends frames over a connection that moves pieces of the given sizes, and
// requires that want is received.
func sendAndReceive[T any](t *testing.T, sizes []byte, c codec.Codec[T, T], show func(T) string, frames []T, want []string) {
	t.Helper()
	task, conn := edotest.NewTask(), &pieces{sizes: sizes}
	f := codec.NewFramed(conn, c)
	for _, frame := range frames {
		if err := f.StartSend(frame); err != nil {
			t.Fatal(err)
		}
	}
	for {
		if _, p, err := edotest.Poll(task, f.CloseFuture()); err != nil {
			t.Fatal(err)
		} else if p == edo.Ready {
			break
		}
	}
	io.Copy(&conn.in, &conn.out)
	got := []string{}
	for {
		frame, p, err := edotest.PollNext(task, f)
		switch {
		case err != nil:
			t.Fatalf("after %d frames: %v", len(got), err)
		case p == edo.Ready:
			got = append(got, show(frame))
		case p == edo.End:
			if !slices.Equal(got, want) {
				t.Fatalf("sent %q, received %q", want, got)
			}
			return
		}
	}
}

// inPieces returns a connection with the input wire, in pieces of size bytes; 0: whole.
func inPieces(wire string, size int) *pieces {
	conn := &pieces{}
	conn.in.WriteString(wire)
	for range wire {
		if size > 0 {
			conn.sizes = append(conn.sizes, byte(size), 0)
		}
	}
	return conn
}

// asString shows a frame.
func asString(frame []byte) string { return string(frame) }
