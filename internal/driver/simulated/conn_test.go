package simulated

import (
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/sched"
)

func TestReadWaitsForBytesAndWriteWakesItAlone(t *testing.T) {
	a, b, ta, tb := pair(t, Config{})
	_, err := tb.read(b)
	tb.isPending(t, err)
	ta.writes(t, a, "hello", 5)
	tb.woken(t, 1)
	ta.woken(t, 0)
	tb.reads(t, b, "hello")
	ta.writes(t, a, "more", 4)
	tb.woken(t, 0) // no task waits
	tb.reads(t, b, "more")
}

func TestWriteFillsTheWindowAndWaitsForRoom(t *testing.T) {
	a, b, ta, tb := pair(t, Config{Window: 20})
	ta.writes(t, a, strings.Repeat("x", 30), 20)
	_, err := ta.write(a, "y")
	ta.isPending(t, err)
	tb.reads(t, b, strings.Repeat("x", 16))
	ta.woken(t, 1)
	ta.writes(t, a, strings.Repeat("y", 30), 16)
	tb.reads(t, b, "xxxx"+strings.Repeat("y", 12))
	ta.woken(t, 0) // it has not polled again
}

func TestWindowIs64KiBUnlessConfigured(t *testing.T) {
	a, _, ta, _ := pair(t, Config{})
	ta.writes(t, a, strings.Repeat("x", 1<<17), 1<<16)
}

func TestDirectionsDoNotDisturbEachOther(t *testing.T) {
	a, b, ta, tb := pair(t, Config{Window: 4})
	reader := newMock()
	_, err := reader.read(a)
	reader.isPending(t, err)
	ta.writes(t, a, "full!", 4)
	_, err = ta.write(a, "!")
	ta.isPending(t, err)
	tb.reads(t, b, "full")
	ta.woken(t, 1)
	reader.woken(t, 0)
	tb.writes(t, b, "back", 4)
	ta.woken(t, 0)
	reader.woken(t, 1)
}

func TestEmptyReadsAndWritesNeverWait(t *testing.T) {
	a, b, ta, tb := pair(t, Config{Window: 1})
	ta.writes(t, a, "x", 1)
	ta.writes(t, a, "", 0)
	tb.reads(t, b, "x")
	tb.poll(func(cx *sched.Context) {
		if n, poll, err := b.Read(cx, nil); n != 0 || poll != driver.Ready || err != nil {
			t.Fatalf("got %d, %v and %v", n, poll, err)
		}
	})
}

func TestAllReadersAreWokenAndThoseThatFindNothingWaitAgain(t *testing.T) {
	a, b, ta, tb := pair(t, Config{})
	other := newMock()
	tb.read(b)
	other.read(b)
	other.read(b) // it is a waiter once
	ta.writes(t, a, "x", 1)
	tb.woken(t, 1)
	other.woken(t, 1)
	other.reads(t, b, "x")
	_, err := tb.read(b)
	tb.isPending(t, err)
	ta.writes(t, a, "y", 1)
	other.woken(t, 0)
	tb.woken(t, 1)
	tb.reads(t, b, "y")
}

func TestForgottenTaskIsNotWoken(t *testing.T) {
	a, b, ta, tb := pair(t, Config{Window: 1})
	other := newMock()
	tb.read(b)
	b.Forget(driver.Reading, &tb.task)
	ta.writes(t, a, "x", 1)
	tb.woken(t, 0)
	ta.write(a, "y")
	a.Forget(driver.Writing, &other.task) // forgets no other task
	tb.reads(t, b, "x")
	ta.woken(t, 1)
	ta.writes(t, a, "y", 1)
	ta.write(a, "z")
	a.Forget(driver.Writing, &ta.task)
	tb.reads(t, b, "y")
	ta.woken(t, 0)
}

func TestBytesWrittenBeforeCloseArriveAndThenTheEnd(t *testing.T) {
	a, b, ta, tb := pair(t, Config{})
	ta.writes(t, a, "bye", 3)
	isErr(t, a.Close(), nil)
	tb.reads(t, b, "bye")
	for range 2 {
		_, err := tb.read(b)
		isErr(t, err, io.EOF)
	}
}

func TestCloseWakesTheReaderOfTheOtherEnd(t *testing.T) {
	a, b, ta, tb := pair(t, Config{})
	tb.read(b)
	a.Close()
	tb.woken(t, 1)
	ta.woken(t, 0)
	_, err := tb.read(b)
	isErr(t, err, io.EOF)
}

func TestHalfClosedConnectionGoesOnInTheOtherDirection(t *testing.T) {
	a, b, ta, tb := pair(t, Config{})
	tb.read(b)
	isErr(t, a.CloseWrite(), nil)
	isErr(t, a.CloseWrite(), nil)
	tb.woken(t, 1)
	_, err := tb.read(b)
	isErr(t, err, io.EOF)
	_, err = ta.write(a, "x")
	isErr(t, err, syscall.EPIPE)
	tb.writes(t, b, "answer", 6)
	isErr(t, b.Close(), nil)
	ta.reads(t, a, "answer")
	_, err = ta.read(a)
	isErr(t, err, io.EOF)
}

func TestCloseWriteWakesTheOwnWriter(t *testing.T) {
	a, _, ta, _ := pair(t, Config{Window: 1})
	ta.writes(t, a, "x", 1)
	ta.write(a, "y")
	a.CloseWrite()
	ta.woken(t, 1)
	_, err := ta.write(a, "y")
	isErr(t, err, syscall.EPIPE)
}

func TestCloseWithUnreadInputResets(t *testing.T) {
	a, b, ta, tb := pair(t, Config{Window: 8})
	tb.writes(t, b, "sent", 4) // a can still read what it was sent
	ta.writes(t, a, "unread", 6)
	ta.writes(t, a, "un", 2)
	ta.write(a, "waits")
	b.Close()
	ta.woken(t, 1)
	_, err := ta.write(a, "x")
	isErr(t, err, syscall.ECONNRESET)
	ta.reads(t, a, "sent")
	for range 2 {
		_, err = ta.read(a)
		isErr(t, err, syscall.ECONNRESET)
	}
	isErr(t, a.CloseWrite(), syscall.ECONNRESET)
	_, err = tb.read(b)
	isErr(t, err, net.ErrClosed)
}

func TestResetWakesTheReader(t *testing.T) {
	a, b, ta, tb := pair(t, Config{})
	ta.writes(t, a, "unread", 6)
	ta.read(a)
	tb.woken(t, 0)
	b.Close()
	ta.woken(t, 1)
	_, err := ta.read(a)
	isErr(t, err, syscall.ECONNRESET)
}

func TestFirstWriteToAClosedEndIsLostAndTheNextFails(t *testing.T) {
	a, b, ta, tb := pair(t, Config{})
	tb.writes(t, b, "bye", 3)
	b.Close()
	ta.writes(t, a, "lost", 4)
	for range 2 {
		_, err := ta.write(a, "x")
		isErr(t, err, syscall.EPIPE)
	}
	ta.reads(t, a, "bye")
	_, err := ta.read(a)
	isErr(t, err, io.EOF)
}

func TestOwnCloseEndsAllOperationsThatWait(t *testing.T) {
	a, _, ta, _ := pair(t, Config{Window: 1})
	reader := newMock()
	reader.read(a)
	ta.writes(t, a, "x", 1)
	ta.write(a, "y")
	isErr(t, a.Close(), nil)
	isErr(t, a.Close(), nil)
	reader.woken(t, 1)
	ta.woken(t, 1)
	_, err := reader.read(a)
	isErr(t, err, net.ErrClosed)
	_, err = ta.write(a, "y")
	isErr(t, err, net.ErrClosed)
	isErr(t, a.CloseWrite(), net.ErrClosed)
	isErr(t, ta.connect(a), net.ErrClosed)
}

func TestCloseFromAnotherGoroutineEndsARead(t *testing.T) {
	a, _, ta, _ := pair(t, Config{})
	ta.read(a)
	var done sync.WaitGroup
	done.Go(func() { a.Close() })
	done.Wait()
	ta.woken(t, 1)
	_, err := ta.read(a)
	isErr(t, err, net.ErrClosed)
}

func TestConnErrorsLookLikeThoseOfNet(t *testing.T) {
	a, b, ta, _ := pair(t, Config{})
	ta.writes(t, a, "unread", 6)
	b.Close()
	_, err := ta.read(a)
	const want = "read tcp 127.0.0.1:49153->127.0.0.1:49152: read: connection reset by peer"
	if fmt.Sprint(err) != want {
		t.Fatalf("got %q, want %q", err, want)
	}
	if e, ok := err.(net.Error); !ok || e.Timeout() {
		t.Fatalf("%v is no net.Error, or a timeout", err)
	}
}

// The test does random operations on a connection, and on two strings, one for each
// direction.
func TestConnKeepsToANaiveModel(t *testing.T) {
	for seed := range uint64(50) {
		a, b, ta, tb := pair(t, Config{Window: 24})
		random := New(Config{Seed: seed})
		ends := [2]driver.Conn{a, b}
		tasks := [2]*mock{ta, tb}
		var model [2]string // the bytes that end i has written and the other has not read
		for i := range 400 {
			end := random.Draw(2)
			c, task := ends[end], tasks[end]
			if random.Draw(2) == 0 {
				p := strings.Repeat(string(rune('a'+i%26)), 1+random.Draw(20))
				want := min(len(p), 24-len(model[end]))
				n, err := task.write(c, p)
				if n != want || err != nil || (task.last == driver.Pending) != (want == 0) {
					t.Fatalf("seed %d, operation %d: wrote %d and %v, want %d", seed, i, n, err, want)
				}
				model[end] += p[:n]
			} else {
				want := model[1-end]
				want = want[:min(16, len(want))]
				got, err := task.read(c)
				if got != want || err != nil || (task.last == driver.Pending) != (want == "") {
					t.Fatalf("seed %d, operation %d: read %q and %v, want %q", seed, i, got, err, want)
				}
				model[1-end] = model[1-end][len(want):]
			}
		}
	}
}
