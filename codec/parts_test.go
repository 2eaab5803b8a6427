package codec_test

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/codec"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/timer"
)

func TestPartsHaveTheBytesOfBothBuffersAndTheConnection(t *testing.T) {
	task := edotest.NewTask()
	conn := edotest.NewScript(t).Read([]byte("head\nbo"))
	f := newLines(conn)
	requireFrames(t, task, f, "head")
	feed(t, task, edo.Sink[string](f), "answer")
	p := f.Parts()
	if p.IO != aio.ReadWriter(conn) || string(p.Read) != "bo" || string(p.Unwritten) != "answer\n" || f.Held() != 0 {
		t.Fatalf("got %q and %q, and the Framed holds %d bytes", p.Read, p.Unwritten, f.Held())
	}
	edotest.RequireEnd(t, task, f)
	edotest.RequireError(t, task, f.SendFuture("late"), edo.ErrClosed)

	g := codec.FromParts(p, codec.Bytes{})
	p.Read[0], p.Unwritten[0] = 'x', 'x' // they are the caller's
	conn.Read([]byte("dy")).EOF().Write([]byte("answer\nmore"))
	for _, want := range []string{"bo", "dy"} {
		if got := edotest.RequireNext(t, task, g); string(got) != want {
			t.Fatalf("received %q, want %q", got, want)
		}
	}
	edotest.RequireReady(t, task, g.SendFuture([]byte("more")))
	edotest.RequireEnd(t, task, g)
}

func TestPartsDoNotDropTheConnection(t *testing.T) {
	conn := &plain{}
	p := codec.NewFramed(conn, words{}).Parts()
	q := codec.FromParts(p, words{}).Parts()
	r := codec.ReadFromParts(codec.ReadParts{IO: q.IO}, words{}).Parts()
	w := codec.WriteFromParts(codec.WriteParts{IO: q.IO}, words{}).Parts()
	if conn.drops != 0 || r.IO != aio.Reader(conn) || w.IO != aio.Writer(conn) {
		t.Fatalf("dropped %d times", conn.drops)
	}
	codec.FromParts(q, words{}).Drop()
	if conn.drops != 1 {
		t.Fatalf("dropped %d times, want 1", conn.drops)
	}
}

func TestPartsRememberWhatTheConnectionWasTold(t *testing.T) {
	t.Run("a flush that failed", func(t *testing.T) {
		task, conn := edotest.NewTask(), &unflushed{}
		f := codec.NewFramed(conn, words{})
		edotest.RequireError(t, task, f.SendFuture(2), errBroken)
		p := f.Parts()
		if len(p.Unwritten) != 0 {
			t.Fatalf("%d bytes are not written", len(p.Unwritten))
		}
		edotest.RequireReady(t, task, codec.FromParts(p, words{}).FlushFuture())
		if conn.flushes != 2 {
			t.Fatalf("flushed %d times, want 2", conn.flushes)
		}
	})
	t.Run("the end of the writing side", func(t *testing.T) {
		task, conn := edotest.NewTask(), edotest.NewScript(t)
		f := codec.NewFramed(conn, words{})
		edotest.RequireReady(t, task, f.CloseFuture())
		g := codec.FromParts(f.Parts(), words{})
		edotest.RequireReady(t, task, g.CloseFuture())
		edotest.RequireError(t, task, g.SendFuture(2), edo.ErrClosed)
		if conn.Shutdowns() != 1 {
			t.Fatalf("shut down %d times, want 1", conn.Shutdowns())
		}
	})
	t.Run("the end of the reading side", func(t *testing.T) {
		task, conn := edotest.NewTask(), edotest.NewScript(t).Read([]byte("a\nb")).EOF()
		f := newLines(conn)
		requireFrames(t, task, f, "a", "b")
		g := codec.FromParts(f.Parts(), codec.Bytes{})
		edotest.RequireEnd(t, task, g)
	})
	t.Run("an error that a report got", func(t *testing.T) {
		task := edotest.NewTask()
		f := newLines(&unbudgeted{reads: []string{"ab", ""}})
		edotest.RequireNextPending(t, task, f)
		edotest.WaitsNext(task, f)
		g := codec.FromParts(f.Parts(), &codec.Lines{})
		edotest.RequireNextError(t, task, g, errBroken)
	})
}

// unflushed is a connection whose first flush fails.
type unflushed struct {
	flood
	flushes int
}

func (u *unflushed) PollFlush(*edo.Context) (edo.Poll, error) {
	if u.flushes++; u.flushes == 1 {
		return edo.Ready, errBroken
	}
	return edo.Ready, nil
}

func TestPartsOfHalvesHaveTheirBytes(t *testing.T) {
	task := edotest.NewTask()
	conn := edotest.NewScript(t).Read([]byte("a\nbc")).Read([]byte("d\n")).Write([]byte("x\ny"))
	in := codec.NewFramedRead(conn, &codec.Lines{})
	requireFrames(t, task, in, "a")
	r := in.Parts()
	edotest.RequireEnd(t, task, in)
	requireFrames(t, task, codec.ReadFromParts(r, &codec.Lines{}), "bcd")

	out := codec.NewFramedWrite(conn, &codec.Lines{})
	feed(t, task, out, "x")
	w := out.Parts()
	edotest.RequireError(t, task, out.SendFuture("late"), edo.ErrClosed)
	edotest.RequireReady(t, task, codec.WriteFromParts(w, codec.Bytes{}).SendFuture([]byte("y")))
	if string(r.Read) != "bc" || string(w.Unwritten) != "x\n" {
		t.Errorf("got %q and %q", r.Read, w.Unwritten)
	}
}

func TestTasksThatWaitForAFramedThatIsTakenApartGoOn(t *testing.T) {
	err := sim.Run(1, func(task *edo.Task) error {
		a, b := aio.Duplex(10)
		f := newLines(a)
		receives := edo.Go(task, func(task *edo.Task) error { _, err := f.Recv(task); return err })
		sends := edo.Go(task, func(task *edo.Task) error { return f.Send(task, longLine) })
		timer.Sleep(task, time.Second) // both wait
		p := f.Parts()
		if _, err := receives.Await(task); err != io.EOF {
			t.Errorf("the receiver got %v", err)
		}
		if _, err := sends.Await(task); err != nil {
			t.Errorf("the sender got %v", err)
		}
		g := codec.FromParts(p, &codec.Lines{})
		other := newLines(b)
		again := edo.Go(task, func(task *edo.Task) error {
			line, err := other.Recv(task)
			if line != longLine {
				t.Errorf("received %q", line)
			}
			return errors.Join(err, other.Send(task, "x"))
		})
		err := g.Flush(task)
		line, err2 := g.Recv(task)
		if line != "x" {
			t.Errorf("received %q", line)
		}
		_, err3 := again.Await(task)
		g.Drop()
		other.Drop()
		return errors.Join(err, err2, err3)
	})
	if err != nil {
		t.Error(err)
	}
}

// A connection that is taken apart after every item, and put together again with the same
// codec, gives the same items.
func TestPartsAtAnyPlaceLoseNothing(t *testing.T) {
	for size := 1; size < 12; size++ {
		conn := &pieces{}
		conn.in.WriteString("first\n\nsecond line\r\nnot \xff text\nmuch longer than it may be\nlast")
		for range 100 {
			conn.sizes = append(conn.sizes, byte(size), 0)
		}
		task, c := edotest.NewTask(), &codec.Lines{Max: 20}
		f := codec.NewFramed(conn, c)
		var got bytes.Buffer
		for ends := 0; ends < 2; {
			line, p, err := edotest.PollNext(task, f)
			switch {
			case errors.Is(err, codec.ErrTooLong):
				got.WriteString("<too long>")
			case errors.Is(err, codec.ErrNotText):
				got.WriteString("<not text>")
			case err != nil:
				t.Fatal(err)
			case p == edo.Ready:
				got.WriteString("<" + line + ">")
			case p == edo.End:
				ends++
			}
			f = codec.FromParts(f.Parts(), c)
		}
		if want := "<first><><second line><not text><too long><last>"; got.String() != want {
			t.Fatalf("in pieces of %d: got %s, want %s", size, got.String(), want)
		}
	}
}

// A program may take bytes from Read, or put some before them, and go on with the same codec, which has
// searched the bytes that were there.
func TestPartsWithOtherBytesGoOnWithTheSameCodec(t *testing.T) {
	for read, want := range map[string][]string{
		"lf":          {"lf a line"},
		"":            {" a line"},
		"first\nhalf": {"first", "half a line"},
		"in\n":        {"in", " a line"},
	} {
		task, c := edotest.NewTask(), &codec.Lines{}
		conn := edotest.NewScript(t).Read([]byte("half")).Pending()
		f := codec.NewFramed(conn, c)
		edotest.RequirePending(t, task, f.RecvFuture())
		p := f.Parts()
		if string(p.Read) != "half" {
			t.Fatalf("%q was read", p.Read)
		}
		p.Read = []byte(read)
		conn.Read([]byte(" a line\n")).EOF()
		g := codec.FromParts(p, c)
		requireFrames(t, task, g, want...)
		edotest.RequireEnd(t, task, g)
	}
}
