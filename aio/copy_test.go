package aio

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
)

func TestCopyCopiesToTheEndFlushesOnceAndDoesNotShutDown(t *testing.T) {
	src := edotest.NewScript(t).Read([]byte("abc")).Read([]byte("def")).EOF()
	dst := edotest.NewScript(t).Write([]byte("ab")).Write([]byte("c")).Write([]byte("def"))
	if n := edotest.RequireReady(t, edotest.NewTask(), CopyFuture(dst, src)); n != 6 {
		t.Fatalf("copied %d, want 6", n)
	}
	if dst.Flushes() != 1 || dst.Shutdowns() != 0 {
		t.Fatalf("flushed %d times, shut down %d times; want 1 and 0", dst.Flushes(), dst.Shutdowns())
	}
}

// Bytes from before the copy, such as a head with an empty body, must not stay in a buffer.
func TestCopyOfNothingFlushesTheWriterOnceAndWritesNothing(t *testing.T) {
	src, dst := edotest.NewScript(t).EOF(), edotest.NewScript(t)
	if n := edotest.RequireReady(t, edotest.NewTask(), CopyFuture(dst, src)); n != 0 || dst.Flushes() != 1 {
		t.Fatalf("copied %d and flushed %d times, want 0 and 1", n, dst.Flushes())
	}
}

func TestCopyFlushesWhatItHasWrittenBeforeItWaits(t *testing.T) {
	src := edotest.NewScript(t).Read([]byte("abc")).Wait().EOF()
	dst := edotest.NewScript(t).Write([]byte("abc"))
	task, f := edotest.NewTask(), CopyFuture(dst, src)
	edotest.RequirePending(t, task, f)
	edotest.RequirePending(t, task, f)
	if dst.Flushes() != 1 {
		t.Fatalf("flushed %d times, want 1", dst.Flushes())
	}
	src.Wake()
	edotest.RequireWoken(t, task, 1)
	edotest.RequireReady(t, task, f)
	if dst.Flushes() != 1 {
		t.Fatalf("flushed %d times, want 1", dst.Flushes())
	}
}

func TestIdleCopyHoldsNoBuffer(t *testing.T) {
	src := edotest.NewScript(t).Wait().Read([]byte("abc")).Wait()
	dst := edotest.NewScript(t).Write([]byte("a")).Wait().Write([]byte("bc"))
	task, f := edotest.NewTask(), &transfer{dst: dst, src: src}
	edotest.RequirePending(t, task, f)
	if f.chunk != nil {
		t.Fatal("waits for the reader with a buffer")
	}
	src.Wake()
	edotest.RequirePending(t, task, f)
	if f.chunk == nil || f.n != 1 {
		t.Fatalf("waits for the writer without what it has read, having written %d", f.n)
	}
	dst.Wake()
	edotest.RequirePending(t, task, f)
	if f.chunk != nil || f.n != 3 {
		t.Fatalf("waits for the reader with a buffer, or wrote %d instead of 3", f.n)
	}
}

func TestDroppedCopyGivesItsBufferBack(t *testing.T) {
	src := edotest.NewScript(t).Read([]byte("abc"))
	dst := edotest.NewScript(t).Wait()
	f := &transfer{dst: dst, src: src}
	edotest.RequirePending(t, edotest.NewTask(), f)
	edo.Drop(f)
	edo.Drop(f)
	if f.chunk != nil {
		t.Fatal("still holds its buffer")
	}
}

func TestCopyStopsAtTheFirstError(t *testing.T) {
	broken := errors.New("broken")
	for _, c := range []struct {
		name     string
		src, dst *edotest.Script
		want     error
		n        int64
	}{
		{"reading", edotest.NewScript(t).Read([]byte("abc")).ReadError(broken), edotest.NewScript(t).Write([]byte("abc")), broken, 3},
		{"writing", edotest.NewScript(t).Read([]byte("abc")), edotest.NewScript(t).Write([]byte("a")).WriteError(broken), broken, 1},
		{"a writer that takes no more", edotest.NewScript(t).Read([]byte("abc")), edotest.NewScript(t).Write([]byte("ab")).Write(nil), io.ErrShortWrite, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := &transfer{dst: c.dst, src: c.src}
			if n := edotest.RequireError(t, edotest.NewTask(), f, c.want); n != c.n {
				t.Fatalf("copied %d, want %d", n, c.n)
			}
			if f.chunk != nil {
				t.Fatal("still holds its buffer")
			}
		})
	}
}

// slowFlush is a writer whose flushes return poll and err.
type slowFlush struct {
	bytes.Buffer
	poll edo.Poll
	err  error
}

func (w *slowFlush) PollWrite(_ *edo.Context, p []byte) (int, edo.Poll, error) {
	n, err := w.Write(p)
	return n, edo.Ready, err
}
func (w *slowFlush) PollFlush(*edo.Context) (edo.Poll, error)    { return w.poll, w.err }
func (w *slowFlush) PollShutdown(*edo.Context) (edo.Poll, error) { return edo.Ready, nil }

func TestCopyWaitsForTheLastFlush(t *testing.T) {
	src := edotest.NewScript(t).Read([]byte("abc")).EOF()
	dst := &slowFlush{poll: edo.Pending}
	task, f := edotest.NewTask(), CopyFuture(dst, src)
	edotest.RequirePending(t, task, f)
	dst.poll = edo.Ready
	edotest.RequireReady(t, task, f)
	if dst.String() != "abc" {
		t.Fatalf("wrote %q", dst.String())
	}
}

func TestCopyReportsAFlushThatFails(t *testing.T) {
	broken := errors.New("broken")
	for _, src := range []*edotest.Script{
		edotest.NewScript(t).Read([]byte("abc")).EOF(),
		edotest.NewScript(t).Read([]byte("abc")).Wait(),
	} {
		dst := &slowFlush{poll: edo.Ready, err: broken}
		edotest.RequireError(t, edotest.NewTask(), CopyFuture(dst, src), broken)
	}
}
