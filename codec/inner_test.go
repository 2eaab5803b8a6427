package codec_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/codec"
	"github.com/edo-go/edo/edotest"
)

// The bytes in the buffers are not seen by who uses the connection itself: Parts has them.
func TestInnerIsTheConnectionWithoutTheBytesInTheBuffers(t *testing.T) {
	task := edotest.NewTask()
	a, b := aio.Duplex(100)
	defer b.Close()
	f := codec.NewFramed(a, &codec.Lines{})
	if f.Inner() != aio.ReadWriter(a) {
		t.Fatalf("Inner is %v", f.Inner())
	}
	edotest.RequireReady(t, task, aio.WriteAllFuture(b, []byte("one\ntwo\nthr")))
	edotest.RequireNext(t, task, f)
	edotest.RequirePending(t, task, aio.ReadFuture(f.Inner(), make([]byte, 9))) // f has read ahead
	if err := f.StartSend("later"); err != nil {
		t.Fatal(err)
	}
	edotest.RequireReady(t, task, aio.WriteAllFuture(f.Inner(), []byte("first ")))
	edotest.RequireReady(t, task, f.FlushFuture())
	p := make([]byte, 100)
	n := edotest.RequireReady(t, task, aio.ReadFuture(b, p))
	if got := string(p[:n]); got != "first later\n" {
		t.Errorf("the other side reads %q", got)
	}
	parts := f.Parts()
	if string(parts.Read) != "two\nthr" || f.Inner() != nil {
		t.Errorf("Parts has %q, and Inner is %v", parts.Read, f.Inner())
	}
	a.Close()
}

func TestInnerOfAHalf(t *testing.T) {
	a, b := aio.Duplex(100)
	defer a.Close()
	defer b.Close()
	r, w := codec.NewFramedRead(a, &codec.Lines{}), codec.NewFramedWrite(b, &codec.Lines{})
	if r.Inner() != aio.Reader(a) || w.Inner() != aio.Writer(b) {
		t.Error("Inner is another one")
	}
	r.Drop()
	w.Drop()
	if r.Inner() != nil || w.Inner() != nil {
		t.Error("after Drop there is one")
	}
}

func TestTheLimitOfLinesHoldsInBothDirections(t *testing.T) {
	task := edotest.NewTask()
	a, b := aio.Duplex(100)
	defer a.Close()
	defer b.Close()
	f := codec.NewFramed(a, &codec.Lines{Max: 5})
	for _, n := range []int{5, 6} {
		line := strings.Repeat("x", n)
		if err := f.StartSend(line); errors.Is(err, codec.ErrTooLong) != (n > 5) {
			t.Errorf("sent %d bytes: %v", n, err)
		}
		edotest.RequireReady(t, task, aio.WriteAllFuture(b, []byte(line+"\n")))
		if _, _, err := edotest.Poll(task, f.RecvFuture()); errors.Is(err, codec.ErrTooLong) != (n > 5) {
			t.Errorf("received %d bytes: %v", n, err)
		}
	}
}
