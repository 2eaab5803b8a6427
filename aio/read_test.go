package aio_test

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/edotest"
)

// edotest does not import this package: a Script only has the same methods.
var _ aio.ReadWriter = (*edotest.Script)(nil)

var errBroken = errors.New("broken")

// stuck breaks the contract: it reads and writes 0 bytes, without an error.
type stuck struct{}

func (stuck) PollRead(*edo.Context, []byte) (int, edo.Poll, error)  { return 0, edo.Ready, nil }
func (stuck) PollWrite(*edo.Context, []byte) (int, edo.Poll, error) { return 0, edo.Ready, nil }
func (stuck) PollFlush(*edo.Context) (edo.Poll, error)              { return edo.Ready, nil }
func (stuck) PollShutdown(*edo.Context) (edo.Poll, error)           { return edo.Ready, nil }

func TestReadTakesWhatThereIs(t *testing.T) {
	task, p := edotest.NewTask(), make([]byte, 8)
	conn := edotest.NewScript(t).Wait().Read([]byte("abc")).ReadError(errBroken).EOF()
	f := aio.ReadFuture(conn, p)
	edotest.RequirePending(t, task, f)
	conn.Wake()
	edotest.RequireWoken(t, task, 1)
	if n := edotest.RequireReady(t, task, f); string(p[:n]) != "abc" {
		t.Fatalf("read %q, want %q", p[:n], "abc")
	}
	edotest.RequireError(t, task, aio.ReadFuture(conn, p), errBroken)
	edotest.RequireError(t, task, aio.ReadFuture(conn, p), io.EOF)
}

func TestReadFullGoesOnUntilItIsFull(t *testing.T) {
	task, p := edotest.NewTask(), make([]byte, 6)
	conn := edotest.NewScript(t).Read([]byte("ab")).Wait().Read([]byte("c")).Pending().Read([]byte("defgh"))
	f := aio.ReadFullFuture(conn, p)
	edotest.RequirePending(t, task, f)
	edotest.RequireWoken(t, task, 0)
	conn.Wake()
	edotest.RequireWoken(t, task, 1)
	edotest.RequirePending(t, task, f)
	edotest.RequireWoken(t, task, 1)
	if n := edotest.RequireReady(t, task, f); n != 6 || string(p) != "abcdef" {
		t.Fatalf("read %d, %q", n, p)
	}
	if n := edotest.RequireReady(t, task, aio.ReadFullFuture(conn, p[:2])); n != 2 || string(p[:2]) != "gh" {
		t.Fatalf("the rest is %q", p[:2])
	}
}

func TestReadFullAtTheEndIsUnexpectedEOF(t *testing.T) {
	for _, before := range []string{"", "abc"} {
		task, p := edotest.NewTask(), make([]byte, 4)
		conn := edotest.NewScript(t)
		if before != "" {
			conn.Read([]byte(before))
		}
		conn.EOF()
		n := edotest.RequireError(t, task, aio.ReadFullFuture(conn, p), io.ErrUnexpectedEOF)
		if string(p[:n]) != before {
			t.Fatalf("read %q, want %q", p[:n], before)
		}
	}
}

func TestReadFullStopsAtAnErrorAndSaysHowMuchItRead(t *testing.T) {
	conn := edotest.NewScript(t).Read([]byte("ab")).ReadError(errBroken)
	if n := edotest.RequireError(t, edotest.NewTask(), aio.ReadFullFuture(conn, make([]byte, 4)), errBroken); n != 2 {
		t.Fatalf("read %d, want 2", n)
	}
}

func TestReadFullOfNothingDoesNotRead(t *testing.T) {
	edotest.RequireReady(t, edotest.NewTask(), aio.ReadFullFuture(edotest.NewScript(t), nil))
}

func TestReaderThatReadsNothingIsReported(t *testing.T) {
	task := edotest.NewTask()
	edotest.RequireError(t, task, aio.ReadFullFuture(stuck{}, make([]byte, 1)), io.ErrNoProgress)
	edotest.RequireError(t, task, aio.ReadAllFuture(stuck{}, nil), io.ErrNoProgress)
	edotest.RequireError(t, task, aio.CopyFuture(stuck{}, stuck{}), io.ErrNoProgress)
}

func TestReadAllAppends(t *testing.T) {
	task := edotest.NewTask()
	conn := edotest.NewScript(t).Read([]byte("def")).Wait().Read([]byte("ghi")).EOF()
	f := aio.ReadAllFuture(conn, []byte("abc"))
	edotest.RequirePending(t, task, f)
	conn.Wake()
	edotest.RequireWoken(t, task, 1)
	if got := edotest.RequireReady(t, task, f); string(got) != "abcdefghi" {
		t.Fatalf("got %q", got)
	}
}

func TestReadAllOfNothingAllocatesNothing(t *testing.T) {
	conn := edotest.NewScript(t).Wait().EOF()
	task, f := edotest.NewTask(), aio.ReadAllFuture(conn, nil)
	edotest.RequirePending(t, task, f)
	conn.Wake()
	if got := edotest.RequireReady(t, task, f); got != nil {
		t.Fatalf("got %q with room for %d, want nil", got, cap(got))
	}
}

func TestReadAllDoesNotMoveWhatFits(t *testing.T) {
	for _, room := range []int{6, 4096} {
		buf := make([]byte, 0, room)
		conn := edotest.NewScript(t).Read([]byte("abc")).Read([]byte("def")).EOF()
		got := edotest.RequireReady(t, edotest.NewTask(), aio.ReadAllFuture(conn, buf))
		if string(got) != "abcdef" || cap(got) != room || &got[0] != &buf[:1][0] {
			t.Fatalf("got %q with room for %d, in another place: %v", got, cap(got), &got[0] != &buf[:1][0])
		}
	}
}

func TestReadAllReadsALot(t *testing.T) {
	conn, want := edotest.NewScript(t), []byte(nil)
	for i := range 300 {
		piece := bytes.Repeat([]byte{byte(i)}, 1+i*7%1000)
		conn.Read(piece)
		want = append(want, piece...)
	}
	task, f := edotest.NewTask(), aio.ReadAllFuture(conn.EOF(), nil)
	for {
		got, p, err := edotest.Poll(task, f)
		if p == edo.Pending {
			edotest.RequireWoken(t, task, 1) // its budget is used up
			continue
		}
		if err != nil || !bytes.Equal(got, want) {
			t.Fatalf("got %d bytes, %v; want %d", len(got), err, len(want))
		}
		return
	}
}

func TestReadAllReturnsWhatCameBeforeAnError(t *testing.T) {
	conn := edotest.NewScript(t).Read([]byte("abc")).ReadError(errBroken)
	got := edotest.RequireError(t, edotest.NewTask(), aio.ReadAllFuture(conn, nil), errBroken)
	if string(got) != "abc" {
		t.Fatalf("got %q", got)
	}
}
