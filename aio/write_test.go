package aio_test

import (
	"io"
	"testing"

	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/edotest"
)

func TestWriteWritesWhatThereIsRoomFor(t *testing.T) {
	task := edotest.NewTask()
	conn := edotest.NewScript(t).Wait().Write([]byte("ab")).WriteError(errBroken)
	f := aio.WriteFuture(conn, []byte("abc"))
	edotest.RequirePending(t, task, f)
	conn.Wake()
	edotest.RequireWoken(t, task, 1)
	if n := edotest.RequireReady(t, task, f); n != 2 {
		t.Fatalf("wrote %d, want 2", n)
	}
	edotest.RequireError(t, task, aio.WriteFuture(conn, []byte("c")), errBroken)
}

func TestWriteAllResumesWithoutRepeating(t *testing.T) {
	task := edotest.NewTask()
	conn := edotest.NewScript(t).Write([]byte("ab")).Wait().Write([]byte("c")).Pending().Write([]byte("def"))
	f := aio.WriteAllFuture(conn, []byte("abcdef"))
	edotest.RequirePending(t, task, f)
	conn.Wake()
	edotest.RequireWoken(t, task, 1)
	edotest.RequirePending(t, task, f)
	edotest.RequireWoken(t, task, 1)
	if n := edotest.RequireReady(t, task, f); n != 6 {
		t.Fatalf("wrote %d, want 6", n)
	}
	if conn.Flushes() != 0 {
		t.Fatal("WriteAll flushed")
	}
}

func TestWriteAllThatCannotGoOnIsAShortWrite(t *testing.T) {
	conn := edotest.NewScript(t).Write([]byte("ab")).Write(nil)
	n := edotest.RequireError(t, edotest.NewTask(), aio.WriteAllFuture(conn, []byte("abc")), io.ErrShortWrite)
	if n != 2 {
		t.Fatalf("wrote %d, want 2", n)
	}
}

func TestWriteAllStopsAtAnErrorAndSaysHowMuchItWrote(t *testing.T) {
	conn := edotest.NewScript(t).Write([]byte("ab")).WriteError(errBroken)
	if n := edotest.RequireError(t, edotest.NewTask(), aio.WriteAllFuture(conn, []byte("abc")), errBroken); n != 2 {
		t.Fatalf("wrote %d, want 2", n)
	}
}

func TestWriteAllOfNothingDoesNotWrite(t *testing.T) {
	edotest.RequireReady(t, edotest.NewTask(), aio.WriteAllFuture(edotest.NewScript(t), nil))
}

func TestFlushAndShutdownReachTheWriter(t *testing.T) {
	task, conn := edotest.NewTask(), edotest.NewScript(t)
	edotest.RequireReady(t, task, aio.FlushFuture(conn))
	if conn.Flushes() != 1 || conn.Shutdowns() != 0 {
		t.Fatalf("flushed %d times, shut down %d times; want 1 and 0", conn.Flushes(), conn.Shutdowns())
	}
	edotest.RequireReady(t, task, aio.ShutdownFuture(conn))
	if conn.Flushes() != 1 || conn.Shutdowns() != 1 {
		t.Fatalf("flushed %d times, shut down %d times; want 1 and 1", conn.Flushes(), conn.Shutdowns())
	}
}
