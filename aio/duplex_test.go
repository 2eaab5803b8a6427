package aio_test

import (
	"bytes"
	"io"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/edotest"
)

// requireRead requires that one read of up to n bytes from r returns want.
func requireRead(t *testing.T, task *edotest.Task, r aio.Reader, n int, want string) {
	t.Helper()
	p := make([]byte, n)
	if n := edotest.RequireReady(t, task, aio.ReadFuture(r, p)); string(p[:n]) != want {
		t.Fatalf("read %q, want %q", p[:n], want)
	}
}

// requireWritten requires that one write of s to w takes n bytes.
func requireWritten(t *testing.T, task *edotest.Task, w aio.Writer, s string, n int) {
	t.Helper()
	if got := edotest.RequireReady(t, task, aio.WriteFuture(w, []byte(s))); got != n {
		t.Fatalf("wrote %d of %q, want %d", got, s, n)
	}
}

func reading(r aio.Reader) edo.Future[int] { return aio.ReadFuture(r, make([]byte, 8)) }
func writing(w aio.Writer) edo.Future[int] { return aio.WriteFuture(w, []byte("x")) }

func TestDuplexCarriesBytesBothWays(t *testing.T) {
	task := edotest.NewTask()
	a, b := aio.Duplex(64)
	requireWritten(t, task, a, "ping", 4)
	requireWritten(t, task, b, "pong!", 5)
	requireRead(t, task, b, 2, "pi")
	requireRead(t, task, b, 8, "ng")
	requireRead(t, task, a, 8, "pong!")
}

func TestDuplexReaderIsWokenByTheFirstWriteAlone(t *testing.T) {
	ra, rb, w := edotest.NewTask(), edotest.NewTask(), edotest.NewTask()
	a, b := aio.Duplex(64)
	edotest.RequirePending(t, ra, reading(a))
	edotest.RequirePending(t, rb, reading(b))
	requireWritten(t, w, a, "x", 1)
	requireWritten(t, w, a, "y", 1)
	edotest.RequireWoken(t, rb, 1)
	edotest.RequireWoken(t, ra, 0)
	edotest.RequireWoken(t, w, 0)
	requireRead(t, rb, b, 8, "xy")
}

func TestDuplexWriterWaitsForRoom(t *testing.T) {
	wa, wb, r := edotest.NewTask(), edotest.NewTask(), edotest.NewTask()
	a, b := aio.Duplex(4)
	requireWritten(t, wa, a, "abcdef", 4)
	requireWritten(t, wb, b, "1234", 4)
	edotest.RequirePending(t, wa, writing(a))
	edotest.RequirePending(t, wb, writing(b))
	requireRead(t, r, b, 3, "abc")
	edotest.RequireWoken(t, wa, 1)
	edotest.RequireWoken(t, wb, 0)
	edotest.RequireWoken(t, r, 0)
	requireWritten(t, wa, a, "efghi", 3)
	requireRead(t, r, b, 8, "defg")
}

func TestDuplexWakesTheTaskThatPolledLast(t *testing.T) {
	t1, t2, w := edotest.NewTask(), edotest.NewTask(), edotest.NewTask()
	a, b := aio.Duplex(4)
	edotest.RequirePending(t, t1, reading(b))
	edotest.RequirePending(t, t2, reading(b))
	requireWritten(t, w, a, "x", 1)
	edotest.RequireWoken(t, t1, 0)
	edotest.RequireWoken(t, t2, 1)
}

func TestDuplexShutdownIsReadAfterWhatWasWritten(t *testing.T) {
	task, other := edotest.NewTask(), edotest.NewTask()
	a, b := aio.Duplex(64)
	requireWritten(t, task, a, "abc", 3)
	edotest.RequireReady(t, task, aio.ShutdownFuture(a))
	requireRead(t, other, b, 8, "abc")
	edotest.RequireError(t, other, reading(b), io.EOF)
	edotest.RequireError(t, other, reading(b), io.EOF)
	edotest.RequireError(t, task, writing(a), io.ErrClosedPipe)

	requireWritten(t, other, b, "def", 3) // the other direction goes on
	requireRead(t, task, a, 8, "def")
}

func TestDuplexShutdownWakesTheOtherReaderAndTheOwnWriter(t *testing.T) {
	ra, wa, rb, wb := edotest.NewTask(), edotest.NewTask(), edotest.NewTask(), edotest.NewTask()
	a, b := aio.Duplex(1)
	requireWritten(t, wb, b, "x", 1)
	edotest.RequirePending(t, wb, writing(b))
	edotest.RequirePending(t, rb, reading(b))
	edotest.RequireReady(t, wa, aio.ShutdownFuture(a))
	edotest.RequireWoken(t, rb, 1)
	edotest.RequireError(t, rb, reading(b), io.EOF)
	edotest.RequireWoken(t, wb, 0)
	edotest.RequireWoken(t, ra, 0)

	a, b = aio.Duplex(1)
	requireWritten(t, wa, a, "x", 1)
	edotest.RequirePending(t, wa, writing(a))
	edotest.RequireReady(t, ra, aio.ShutdownFuture(a))
	edotest.RequireWoken(t, wa, 1)
	edotest.RequireError(t, wa, writing(a), io.ErrClosedPipe)
	requireRead(t, rb, b, 8, "x")
}

func TestDuplexCloseEndsBothDirectionsAndWakesAllWaiters(t *testing.T) {
	for name, end := range map[string]func(*aio.Pipe){
		"Close": func(p *aio.Pipe) { p.Close() },
		"Drop":  func(p *aio.Pipe) { edo.Drop(p) },
	} {
		t.Run(name, func(t *testing.T) {
			ra, wa, rb, wb := edotest.NewTask(), edotest.NewTask(), edotest.NewTask(), edotest.NewTask()
			a, b := aio.Duplex(1)
			requireWritten(t, wa, a, "x", 1)
			requireWritten(t, wb, b, "y", 1)
			edotest.RequirePending(t, wa, writing(a))
			edotest.RequirePending(t, wb, writing(b))
			end(a)
			edotest.RequireWoken(t, wa, 1)
			edotest.RequireWoken(t, wb, 1)
			edotest.RequireError(t, wa, writing(a), io.ErrClosedPipe)
			edotest.RequireError(t, ra, reading(a), io.ErrClosedPipe)
			edotest.RequireError(t, wb, writing(b), io.ErrClosedPipe)
			requireRead(t, rb, b, 8, "x")
			edotest.RequireError(t, rb, reading(b), io.EOF)
			end(a)

			a, b = aio.Duplex(1)
			edotest.RequirePending(t, ra, reading(a))
			edotest.RequirePending(t, rb, reading(b))
			end(a)
			edotest.RequireWoken(t, ra, 1)
			edotest.RequireWoken(t, rb, 1)
			edotest.RequireError(t, ra, reading(a), io.ErrClosedPipe)
			edotest.RequireError(t, rb, reading(b), io.EOF)
		})
	}
}

func TestDuplexOfSizeZeroIsRefused(t *testing.T) {
	for _, size := range []int{0, -1} {
		func() {
			defer func() {
				if err, ok := recover().(error); !ok || !strings.HasPrefix(err.Error(), "aio: ") {
					t.Fatalf("Duplex(%d): %v", size, err)
				}
			}()
			aio.Duplex(size)
		}()
	}
}

func TestDuplexEmptySlicesNeitherWaitNorEnd(t *testing.T) {
	task := edotest.NewTask()
	a, b := aio.Duplex(1)
	edotest.RequireReady(t, task, aio.ReadFuture(b, nil))
	requireWritten(t, task, a, "x", 1)
	requireWritten(t, task, a, "", 0)
	edotest.RequireReady(t, task, aio.ShutdownFuture(a))
	requireRead(t, task, b, 8, "x")
	edotest.RequireReady(t, task, aio.ReadFuture(b, nil))
	edotest.RequireError(t, task, writing(a), io.ErrClosedPipe)
}

func TestDuplexTakesFromTheBudget(t *testing.T) {
	task := edotest.NewTask()
	a, b := aio.Duplex(8)
	requireWritten(t, task, a, "x", 1)
	task.EnterWithBudget(0, func(cx *edo.Context) {
		if _, p, _ := reading(b).Poll(cx); p != edo.Pending {
			t.Errorf("read: %v", p)
		}
		if _, p, _ := writing(a).Poll(cx); p != edo.Pending {
			t.Errorf("write: %v", p)
		}
	})
	requireRead(t, task, b, 8, "x")
}

func TestDuplexBehavesLikeABoundedBuffer(t *testing.T) {
	task := edotest.NewTask()
	for seed := range uint64(50) {
		rnd := rand.New(rand.NewPCG(seed, 0))
		size := 1 + rnd.IntN(200)
		a, b := aio.Duplex(size)
		var model bytes.Buffer
		for range 300 {
			p := make([]byte, 1+rnd.IntN(size+10))
			if rnd.IntN(2) == 0 {
				for i := range p {
					p[i] = byte(rnd.Uint32())
				}
				n, poll, err := edotest.Poll(task, aio.WriteFuture(a, p))
				if want := min(len(p), size-model.Len()); n != want || (poll == edo.Pending) != (want == 0) || err != nil {
					t.Fatalf("seed %d: wrote %d, %v, %v; want %d", seed, n, poll, err, want)
				}
				model.Write(p[:n])
				continue
			}
			want := bytes.Clone(model.Next(len(p)))
			n, poll, err := edotest.Poll(task, aio.ReadFuture(b, p))
			if !bytes.Equal(p[:n], want) || (poll == edo.Pending) != (len(want) == 0) || err != nil {
				t.Fatalf("seed %d: read %x, %v, %v; want %x", seed, p[:n], poll, err, want)
			}
		}
	}
}

// drive polls f each time its task is woken, until it is ready.
func drive[T any](f edo.Future[T]) (T, error) {
	task := edotest.NewTask()
	for {
		v, p, err := edotest.Poll(task, f)
		if p == edo.Ready {
			return v, err
		}
		for task.TakeWakes() == 0 {
			runtime.Gosched()
		}
	}
}

func TestDuplexEndsMayBeUsedAtTheSameTime(t *testing.T) {
	a, b := aio.Duplex(100)
	payload := make([]byte, 100_000)
	for i := range payload {
		payload[i] = byte(i * 7)
	}
	done := make(chan error)
	go func() {
		_, err := drive(aio.WriteAllFuture(a, payload))
		a.Close()
		done <- err
	}()
	got, err := drive(aio.ReadAllFuture(b, nil))
	if err != nil || !bytes.Equal(got, payload) {
		t.Fatalf("read %d bytes, %v, other than the %d written", len(got), err, len(payload))
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

func TestDuplexAllocatesNothingPerMessage(t *testing.T) {
	task := edotest.NewTask()
	a, b := aio.Duplex(1024)
	p, q := make([]byte, 100), make([]byte, 100)
	n := testing.AllocsPerRun(1000, func() {
		task.Enter(func(cx *edo.Context) {
			b.PollRead(cx, q) // pending: b keeps the waker
			a.PollWrite(cx, p)
			b.PollRead(cx, q)
		})
	})
	if n != 0 {
		t.Fatalf("%v allocations a message, want none", n)
	}
}
