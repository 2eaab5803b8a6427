package real_test

import (
	"errors"
	"io"
	"net"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/sched"
)

// The kernel reports a reset once. Whichever call gets it, all later calls return it.

// reset has the other side of a connection send half an answer and a reset, and returns
// when both have come.
func (b *harness) reset(task *edotest.Task, theirs *net.TCPConn, ours driver.Conn) {
	b.Helper()
	by(task, func(cx *sched.Context) { // it waits for the answer
		n, poll, err := ours.Read(cx, make([]byte, 1))
		wantPending(b, n, poll, err)
	})
	theirs.Write([]byte("half"))
	b.wait(task, 1)
	p := make([]byte, 1)
	if n, err := b.read(task, ours, p); n != 1 || err != nil { // some bytes are left
		b.Fatalf("got %d, %v", n, err)
	}
	theirs.SetLinger(0)
	theirs.Close()
	b.settle()
}

func wantReset(t *testing.T, op string, err error) {
	t.Helper()
	var e *net.OpError
	if !errors.Is(err, syscall.ECONNRESET) || !errors.As(err, &e) || e.Op != op {
		t.Errorf("%s: got %v, want ECONNRESET", op, err)
	}
}

func (b *harness) writes(task *edotest.Task, c driver.Conn) error {
	_, err := b.do(task, func(cx *sched.Context) (driver.Poll, error) {
		_, poll, err := c.Write(cx, []byte("x"))
		return poll, err
	})
	return err
}

func TestResetThatAWriteGotReachesReadsAfterTheBytesBefore(t *testing.T) {
	b := newHarness(t)
	theirs, ours := b.pair()
	task := edotest.NewTask()
	b.reset(task, theirs, ours)
	wantReset(t, "write", b.writes(task, ours))
	got := ""
	for range 5 {
		p := make([]byte, 2)
		n, err := b.read(task, ours, p)
		got += string(p[:n])
		if err != nil {
			wantReset(t, "read", err)
		}
	}
	if got != "alf" {
		t.Errorf("read %q before the reset, want the bytes that came", got)
	}
	wantReset(t, "write", b.writes(task, ours))
	wantReset(t, "close", ours.CloseWrite())
	if err := ours.Close(); err != nil {
		t.Error(err)
	}
}

func TestResetThatAReadGotReachesWrites(t *testing.T) {
	b := newHarness(t)
	theirs, ours := b.pair()
	task := edotest.NewTask()
	b.reset(task, theirs, ours)
	if n, err := b.read(task, ours, make([]byte, 8)); n != 3 || err != nil {
		t.Fatalf("got %d, %v", n, err)
	}
	for range 2 {
		_, err := b.read(task, ours, make([]byte, 8))
		wantReset(t, "read", err)
		wantReset(t, "write", b.writes(task, ours))
	}
}

func TestResetThatNoOperationGotReachesCloseWriteAndTheRest(t *testing.T) {
	b := newHarness(t)
	theirs, ours := b.pair()
	task := edotest.NewTask()
	b.reset(task, theirs, ours)
	wantReset(t, "close", ours.CloseWrite())
	if n, err := b.read(task, ours, make([]byte, 8)); n != 3 || err != nil {
		t.Fatalf("got %d, %v", n, err)
	}
	_, err := b.read(task, ours, make([]byte, 8))
	wantReset(t, "read", err)
	wantReset(t, "write", b.writes(task, ours))
}

func TestResetAfterTheEndLeavesTheEndAndEndsWrites(t *testing.T) {
	b := newHarness(t)
	theirs, ours := b.pair()
	task := edotest.NewTask()
	theirs.Write([]byte("all"))
	theirs.CloseWrite()
	p := make([]byte, 3)
	b.readAll(task, ours, p)
	if _, err := b.read(task, ours, p); err != io.EOF {
		t.Fatalf("got %v, want io.EOF", err)
	}
	theirs.SetLinger(0)
	theirs.Close()
	b.settle()
	for range 2 {
		if err := b.writes(task, ours); !errors.Is(err, syscall.EPIPE) {
			t.Fatalf("write: got %v, want EPIPE", err)
		}
		if _, err := b.read(task, ours, p); err != io.EOF {
			t.Fatalf("read: got %v, want io.EOF: the answer was whole", err)
		}
	}
}

func TestWriteAfterCloseWriteIsBrokenAndReadingGoesOn(t *testing.T) {
	b := newHarness(t)
	theirs, ours := b.pair()
	task := edotest.NewTask()
	by(task, func(cx *sched.Context) { ours.Read(cx, make([]byte, 1)) })
	if err := ours.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	if err := b.writes(edotest.NewTask(), ours); !errors.Is(err, syscall.EPIPE) {
		t.Fatalf("got %v, want EPIPE", err)
	}
	theirs.Write([]byte("x"))
	if n, err := b.read(task, ours, make([]byte, 1)); n != 1 || err != nil {
		t.Fatalf("got %d, %v", n, err)
	}
}

// A peer answers in part and resets while another task writes. The reader must not get
// half an answer with a clean end when the writer gets the reset.
func TestReaderAndWriterOfOneConnectionAgreeOnHowItEnded(t *testing.T) {
	b := newHarness(t)
	for range 100 {
		theirs, ours := b.pair()
		b.agree(theirs, ours)
		ours.Close()
	}
}

func (b *harness) agree(theirs *net.TCPConn, ours driver.Conn) {
	b.Helper()
	var done sync.WaitGroup
	results := [2]error{}
	for i := range results {
		done.Go(func() {
			task := edotest.NewTask()
			for results[i] == nil {
				by(task, func(cx *sched.Context) {
					if i == 0 {
						_, _, results[i] = ours.Read(cx, make([]byte, 64))
					} else {
						_, _, results[i] = ours.Write(cx, make([]byte, 64))
					}
				})
			}
		})
	}
	done.Go(func() {
		theirs.Write([]byte("half an answer"))
		theirs.Read(make([]byte, 64)) // the writer has begun
		theirs.SetLinger(0)
		theirs.Close()
	})
	worker := edotest.NewTask()
	ended := make(chan struct{})
	go func() { done.Wait(); close(ended) }()
	for end := b.Now() + int64(patience); ; {
		select {
		case <-ended:
			for i, err := range results {
				if !errors.Is(err, syscall.ECONNRESET) {
					b.Fatalf("operation %d ended with %v, want ECONNRESET (both: %v)", i, err, results)
				}
			}
			return
		default:
		}
		if b.Now() > end {
			b.Fatal("a reader or a writer hangs")
		}
		by(worker, func(cx *sched.Context) { b.Wait(cx, b.Now()+int64(time.Millisecond)) })
	}
}

func TestRefusedConnectionStaysRefused(t *testing.T) {
	b := newHarness(t)
	l := b.listen()
	address := l.Addr().String()
	l.Close()
	c, err := b.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	task := edotest.NewTask()
	for range 3 {
		if _, err := b.do(task, c.Connect); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Fatalf("got %v, want ECONNREFUSED", err)
		}
	}
}

// The input may be in the system, or with the driver: the other side sees no difference.
func TestCloseWithUnreadInputResetsWhereverTheInputIs(t *testing.T) {
	b := newHarness(t)
	for _, read := range []bool{false, true} {
		theirs, ours := b.pair()
		task := edotest.NewTask()
		if read {
			by(task, func(cx *sched.Context) { ours.Read(cx, make([]byte, 8)) })
		}
		theirs.Write([]byte("unread"))
		if read {
			b.wait(task, 1)
		} else {
			b.settle()
		}
		ours.Close()
		theirs.SetDeadline(time.Now().Add(patience))
		if _, err := theirs.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("a task that waited for the input: %v: got %v, want ECONNRESET", read, err)
		}
	}
}
