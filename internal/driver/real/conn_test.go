package real_test

import (
	"bytes"
	"errors"
	"io"
	"net"
	"syscall"
	"testing"

	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/sched"
)

func TestReadWaitsAndIsWokenOnceByData(t *testing.T) {
	b := newHarness(t)
	theirs, ours := b.pair()
	b.settle()
	reader, other := edotest.NewTask(), edotest.NewTask()
	p := make([]byte, 16)
	by(reader, func(cx *sched.Context) {
		n, poll, err := ours.Read(cx, p)
		wantPending(t, n, poll, err)
	})
	if reader.Wakes() != 0 {
		t.Fatal("woken before any byte came")
	}
	theirs.Write([]byte("hello"))
	b.wait(reader, 1)
	by(reader, func(cx *sched.Context) {
		n, _, err := ours.Read(cx, p)
		if string(p[:n]) != "hello" || err != nil {
			t.Fatalf("got %q, %v", p[:n], err)
		}
		n, poll, err := ours.Read(cx, p)
		wantPending(t, n, poll, err)
	})
	b.settle()
	if reader.TakeWakes() != 0 || other.TakeWakes() != 0 {
		t.Fatal("woken without cause")
	}
}

func TestReadAndWriteOfNothingDoNotWait(t *testing.T) {
	b := newHarness(t)
	_, ours := b.pair()
	by(edotest.NewTask(), func(cx *sched.Context) {
		if n, poll, err := ours.Read(cx, nil); n != 0 || poll != driver.Ready || err != nil {
			t.Fatalf("read: got %d, %v, %v", n, poll, err)
		}
		if n, poll, err := ours.Write(cx, nil); n != 0 || poll != driver.Ready || err != nil {
			t.Fatalf("write: got %d, %v, %v", n, poll, err)
		}
	})
}

func TestReadIntoSmallBufferLosesNothing(t *testing.T) {
	b := newHarness(t)
	theirs, ours := b.pair()
	task := edotest.NewTask()
	theirs.Write([]byte("abcdefg"))
	got := make([]byte, 0, 7)
	for len(got) < 7 {
		p := make([]byte, 3)
		n, err := b.read(task, ours, p)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, p[:n]...)
	}
	if string(got) != "abcdefg" {
		t.Fatalf("got %q", got)
	}
}

func TestEndThatCameWithTheDataIsSeenAfterIt(t *testing.T) {
	b := newHarness(t)
	theirs, ours := b.pair()
	task := edotest.NewTask()
	p := make([]byte, 64)
	by(task, func(cx *sched.Context) { ours.Read(cx, p) }) // there is nothing yet: it waits
	theirs.Write([]byte("bye"))
	theirs.Close()
	b.wait(task, 1)
	// The read is short, and no edge announces the end.
	if n, err := b.read(task, ours, p); string(p[:n]) != "bye" || err != nil {
		t.Fatalf("got %q, %v", p[:n], err)
	}
	for range 3 {
		if n, err := b.read(task, ours, p); n != 0 || err != io.EOF {
			t.Fatalf("got %d, %v, want 0, io.EOF", n, err)
		}
	}
}

func TestWriteWaitsForRoomAndPushesBack(t *testing.T) {
	b := newHarness(t)
	theirs, ours := b.pair()
	writer := edotest.NewTask()
	chunk := bytes.Repeat([]byte("x"), 64<<10)
	sent := 0
	for full := false; !full; { // until there is no room
		by(writer, func(cx *sched.Context) {
			n, poll, err := ours.Write(cx, chunk)
			sent += n
			if full = poll == driver.Pending; err != nil {
				t.Fatal(err)
			}
		})
		if full {
			b.settle()
			full = writer.TakeWakes() == 0
		}
	}
	counted := make(chan int)
	go func() {
		p := make([]byte, 64<<10)
		n, err := io.ReadFull(theirs, make([]byte, sent))
		if err == nil {
			more, _ := theirs.Read(p)
			n += more
		}
		counted <- n
	}()
	b.wait(writer, 1)
	b.write(writer, ours, []byte("y"))
	if n := <-counted; n != sent+1 {
		t.Fatalf("they got %d bytes, want %d", n, sent+1)
	}
}

func TestMegabytesArriveInOrder(t *testing.T) {
	b := newHarness(t)
	theirs, ours := b.pair()
	data := make([]byte, 4<<20)
	for i := range data {
		data[i] = byte(i * 7 >> 3)
	}
	go func() { // an echo
		io.Copy(theirs, theirs)
		theirs.Close()
	}()
	writer, reader := edotest.NewTask(), edotest.NewTask()
	got := make([]byte, 0, len(data))
	p := make([]byte, 100_000)
	rest := data
	for len(got) < len(data) {
		progress := false
		by(writer, func(cx *sched.Context) {
			n, _, err := ours.Write(cx, rest)
			if err != nil {
				t.Fatal(err)
			}
			rest = rest[n:]
			progress = n > 0
		})
		by(reader, func(cx *sched.Context) {
			n, _, err := ours.Read(cx, p)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, p[:n]...)
			progress = progress || n > 0
		})
		if !progress && reader.TakeWakes()+writer.TakeWakes() == 0 {
			by(b.worker, func(cx *sched.Context) { b.Wait(cx, b.Now()+int64(patience)) })
		}
	}
	if !bytes.Equal(got, data) {
		t.Fatal("the bytes that came back are not those that were sent")
	}
}

func TestCloseWriteEndsWhatTheyReadAndReadingGoesOn(t *testing.T) {
	b := newHarness(t)
	theirs, ours := b.pair()
	task := edotest.NewTask()
	b.write(task, ours, []byte("question"))
	if err := ours.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(theirs); string(got) != "question" || err != nil {
		t.Fatalf("they got %q, %v", got, err)
	}
	theirs.Write([]byte("answer"))
	p := make([]byte, 6)
	b.readAll(task, ours, p)
	if string(p) != "answer" {
		t.Fatalf("got %q", p)
	}
}

func TestCloseWakesTheReaderAndTheWriter(t *testing.T) {
	b := newHarness(t)
	_, ours := b.pair()
	reader, writer := edotest.NewTask(), edotest.NewTask()
	by(reader, func(cx *sched.Context) {
		n, poll, err := ours.Read(cx, make([]byte, 1))
		wantPending(t, n, poll, err)
	})
	chunk := make([]byte, 1<<20)
	for full := false; !full; {
		by(writer, func(cx *sched.Context) {
			_, poll, _ := ours.Write(cx, chunk)
			full = poll == driver.Pending
		})
		if full {
			b.settle()
			full = writer.TakeWakes() == 0
		}
	}
	if err := ours.Close(); err != nil {
		t.Fatal(err)
	}
	if err := ours.Close(); err != nil {
		t.Fatalf("closed twice: %v", err)
	}
	b.wait(reader, 1)
	b.wait(writer, 1)
	by(reader, func(cx *sched.Context) {
		if _, _, err := ours.Read(cx, make([]byte, 1)); !errors.Is(err, net.ErrClosed) {
			t.Fatalf("read: got %v, want net.ErrClosed", err)
		}
		if _, _, err := ours.Write(cx, make([]byte, 1)); !errors.Is(err, net.ErrClosed) {
			t.Fatalf("write: got %v, want net.ErrClosed", err)
		}
	})
	if err := ours.CloseWrite(); !errors.Is(err, net.ErrClosed) {
		t.Fatalf("CloseWrite: got %v, want net.ErrClosed", err)
	}
	if ours.LocalAddr() == nil || ours.RemoteAddr() == nil {
		t.Fatal("a closed connection has no addresses")
	}
}

func TestForgottenTaskIsNotWoken(t *testing.T) {
	b := newHarness(t)
	theirs, ours := b.pair()
	first, second := edotest.NewTask(), edotest.NewTask()
	read := func(cx *sched.Context) { ours.Read(cx, make([]byte, 8)) }
	by(first, read)
	by(first, func(cx *sched.Context) { ours.Forget(driver.Reading, cx.Task()) })
	theirs.Write([]byte("a"))
	b.settle()
	if first.TakeWakes() != 0 {
		t.Fatal("a forgotten task was woken")
	}
	p := make([]byte, 8)
	if n, err := b.read(second, ours, p); string(p[:n]) != "a" || err != nil {
		t.Fatalf("got %q, %v: the bytes that came meanwhile are lost", p[:n], err)
	}
}

func TestAllTasksThatReadAreWokenAndThoseThatFindNothingWaitAgain(t *testing.T) {
	b := newHarness(t)
	theirs, ours := b.pair()
	tasks := []*edotest.Task{edotest.NewTask(), edotest.NewTask(), edotest.NewTask()}
	p := make([]byte, 8)
	pends := func(task *edotest.Task) {
		t.Helper()
		by(task, func(cx *sched.Context) {
			n, poll, err := ours.Read(cx, p)
			wantPending(t, n, poll, err)
			if !ours.Waits(driver.Reading, cx.Task()) || ours.Waits(driver.Writing, cx.Task()) {
				t.Fatal("the driver does not report its waiters")
			}
		})
	}
	for range 2 { // each task is a waiter once, however often it polls
		for _, task := range tasks {
			pends(task)
		}
	}
	by(tasks[0], func(cx *sched.Context) { ours.Forget(driver.Reading, cx.Task()) })
	theirs.Write([]byte("a"))
	b.wait(tasks[2], 1)
	b.wait(tasks[1], 1)
	if n, err := b.read(tasks[1], ours, p); string(p[:n]) != "a" || err != nil {
		t.Fatalf("got %q, %v", p[:n], err)
	}
	pends(tasks[2])
	b.settle()
	theirs.Write([]byte("b"))
	b.wait(tasks[2], 1)
	if n, err := b.read(tasks[2], ours, p); string(p[:n]) != "b" || err != nil {
		t.Fatalf("got %q, %v", p[:n], err)
	}
	for i := range 2 {
		if tasks[i].TakeWakes() != 0 {
			t.Errorf("task %d was woken without waiting", i)
		}
	}
	pends(tasks[0])
	pends(tasks[1])
	ours.Wake(driver.Reading)
	b.wait(tasks[0], 1)
	b.wait(tasks[1], 1)
	pends(tasks[0])
	pends(tasks[1])
	ours.Close()
	b.wait(tasks[0], 1)
	b.wait(tasks[1], 1)
}

func TestResetIsAClearErrorOfItsConnectionAlone(t *testing.T) {
	b := newHarness(t)
	theirs, ours := b.pair()
	others, well := b.pair()
	task := edotest.NewTask()
	by(task, func(cx *sched.Context) { ours.Read(cx, make([]byte, 8)) })
	theirs.SetLinger(0)
	theirs.Close()
	b.wait(task, 1)
	_, err := b.read(task, ours, make([]byte, 8))
	if !errors.Is(err, syscall.ECONNRESET) {
		t.Fatalf("got %v, want ECONNRESET", err)
	}
	var op *net.OpError
	if !errors.As(err, &op) || op.Op != "read" || op.Net != "tcp" || op.Addr.String() != theirs.LocalAddr().String() {
		t.Fatalf("%v does not name its operation", err)
	}
	others.Write([]byte("fine"))
	p := make([]byte, 4)
	b.readAll(task, well, p)
	if string(p) != "fine" {
		t.Fatalf("got %q", p)
	}
}

func TestAddressesAreThoseOfTheOtherSideReversed(t *testing.T) {
	b := newHarness(t)
	theirs, ours := b.pair()
	if got, want := ours.LocalAddr().String(), theirs.RemoteAddr().String(); got != want {
		t.Fatalf("local address %s, want %s", got, want)
	}
	if got, want := ours.RemoteAddr().String(), theirs.LocalAddr().String(); got != want {
		t.Fatalf("remote address %s, want %s", got, want)
	}
}
