package aio_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"runtime"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/timer"
)

// heap returns how many bytes are in use.
func heap() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC() // what finalizers and pools have left
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func TestLimitEndsAfterItsBytesAndReadsNoMore(t *testing.T) {
	simulated(t, func(task *edo.Task) error {
		conn, _ := written(task, "hello, world", 100)
		defer conn.Close()
		r := aio.Limit(conn, 5)
		if got, err := aio.ReadAll(task, r, nil); string(got) != "hello" || err != nil || r.N != 0 {
			t.Errorf("got %q, %v", got, err)
		}
		r.N = 2
		if got, err := aio.ReadAll(task, r, nil); string(got) != ", " || err != nil {
			t.Errorf("got %q, %v after N was raised", got, err)
		}
		r.N = 100
		if got, err := aio.ReadAll(task, r, nil); string(got) != "world" || err != nil || r.N != 95 {
			t.Errorf("got %q, %v; %d left", got, err, r.N)
		}
		return nil
	})
}

func TestTeeWritesWhatWasReadBeforeItReadsOn(t *testing.T) {
	simulated(t, func(task *edo.Task) error {
		text := bytes.Repeat([]byte("0123456789"), 1000)
		conn, _ := written(task, string(text), 64)
		defer conn.Close()
		a, b := aio.Duplex(7) // slower than the reader
		copied := edo.GoValue(task, func(task *edo.Task) ([]byte, error) { return aio.ReadAll(task, b, nil) })
		got, err := aio.ReadAll(task, aio.Tee(conn, a), nil)
		if !bytes.Equal(got, text) || err != nil {
			t.Errorf("read %d bytes, %v", len(got), err)
		}
		a.Close()
		got, err = copied.Await(task)
		if !bytes.Equal(got, text) || err != nil {
			t.Errorf("the copy has %d bytes, %v", len(got), err)
		}
		return nil
	})
}

func TestTheErrorOfTheWriterIsThatOfTheNextReadOfATee(t *testing.T) {
	task := edotest.NewTask()
	r := edotest.NewScript(t).Read([]byte("abc"))
	w := edotest.NewScript(t).WriteError(errBroken)
	tee := aio.Tee(r, w)
	p := make([]byte, 9)
	if n, poll, err := edotest.Poll(task, aio.ReadFuture(tee, p)); n != 3 || poll != edo.Ready || err != nil {
		t.Errorf("got %d, %v, %v", n, poll, err)
	}
	for range 2 {
		if n, poll, err := edotest.Poll(task, aio.ReadFuture(tee, p)); n != 0 || poll != edo.Ready || err != errBroken {
			t.Errorf("got %d, %v, %v", n, poll, err)
		}
	}
}

func TestClosingTheWriteHalfSendsAFIN(t *testing.T) {
	rt := newRuntime(t)
	ours, theirs := dialed(t, rt)
	raw := aio.NetConn(rt, theirs)
	defer raw.Close()
	within(t, func() {
		r, w := aio.Split(ours)
		sent := edo.Go(rt, func(task *edo.Task) error {
			_, err := aio.WriteAll(task, w, []byte("request"))
			return err
		}, edo.Owns(w)) // its end closes the half
		got, err := io.ReadAll(raw)
		if string(got) != "request" || err != nil {
			t.Errorf("the other side read %q, %v", got, err)
		}
		io.WriteString(raw, "answer")
		raw.(interface{ CloseWrite() error }).CloseWrite()
		read := edo.GoValue(rt, func(task *edo.Task) ([]byte, error) {
			if _, err := sent.Await(task); err != nil {
				return nil, err
			}
			return aio.ReadAll(task, r, nil)
		}, edo.Owns(r))
		done := make(chan struct{})
		edo.Go(rt, func(task *edo.Task) error {
			defer close(done)
			got, err := read.Await(task)
			if string(got) != "answer" || err != nil {
				t.Errorf("this side read %q, %v", got, err)
			}
			return nil
		})
		<-done
		if err := ours.SetDeadline(time.Now()); !errors.Is(err, net.ErrClosed) {
			t.Errorf("the connection is open after both halves are closed: %v", err)
		}
	})
}

func TestAHalfThatIsClosedSaysSo(t *testing.T) {
	task := edotest.NewTask()
	a, b := aio.Duplex(8)
	r, w := aio.Split(a)
	w.Close()
	w.Close()
	for name, f := range map[string]edo.Future[int]{"Write": aio.WriteFuture(w, []byte("x"))} {
		if _, p, err := edotest.Poll(task, f); p != edo.Ready || !errors.Is(err, edo.ErrClosed) {
			t.Errorf("%s: %v, %v", name, p, err)
		}
	}
	requireWritten(t, task, b, "x", 1) // the reading half is open
	requireRead(t, task, a, 1, "x")
	r.Close()
	if _, p, err := edotest.Poll(task, aio.ReadFuture(r, make([]byte, 1))); p != edo.Ready || !errors.Is(err, edo.ErrClosed) {
		t.Errorf("Read: %v, %v", p, err)
	}
	if _, p, err := edotest.Poll(task, aio.WriteFuture(b, []byte("x"))); p != edo.Ready || err != io.ErrClosedPipe {
		t.Errorf("the connection is open: %v, %v", p, err)
	}
	b.Close()
}

func TestCopyBidirectionalPassesAHalfCloseOn(t *testing.T) {
	simulated(t, func(task *edo.Task) error {
		client, front := aio.Duplex(4)
		back, server := aio.Duplex(4)
		proxy := edo.GoValue(task, func(task *edo.Task) (aio.Copied, error) {
			fromA, fromB, err := aio.CopyBidirectional(task, front, back)
			return aio.Copied{FromA: fromA, FromB: fromB}, err
		}, edo.Owns(front, back))
		edo.Go(task, func(task *edo.Task) error {
			request, err := aio.ReadAll(task, server, nil) // to its end, which has passed
			if string(request) != "request" || err != nil {
				t.Errorf("the server read %q, %v", request, err)
			}
			timer.Sleep(task, time.Hour)
			aio.WriteAll(task, server, []byte("the answer"))
			return server.Close()
		}, edo.Owns(server))
		if _, err := aio.WriteAll(task, client, []byte("request")); err != nil {
			return err
		}
		if err := aio.Shutdown(task, client); err != nil {
			return err
		}
		answer, err := aio.ReadAll(task, client, nil)
		if string(answer) != "the answer" || err != nil {
			t.Errorf("the client read %q, %v", answer, err)
		}
		n, err := proxy.Await(task)
		if n != (aio.Copied{FromA: 7, FromB: 10}) || err != nil {
			t.Errorf("got %v, %v", n, err)
		}
		return client.Close()
	})
}

func TestAnErrorEndsCopyBidirectionalAtOnce(t *testing.T) {
	task := edotest.NewTask()
	a, b := aio.Duplex(4)
	conn := edotest.NewScript(t).Read([]byte("abc")).ReadError(errBroken)
	f := aio.CopyBidirectionalFuture(a, conn)
	n, p, err := edotest.Poll(task, f)
	if n != (aio.Copied{FromB: 3}) || p != edo.Ready || err != errBroken {
		t.Errorf("got %v, %v, %v", n, p, err)
	}
	requireRead(t, task, b, 3, "abc")
	b.Close()
	a.Close()
}

func TestIntegersOfEverySizeAndOrder(t *testing.T) {
	simulated(t, func(task *edo.Task) error {
		a, b := aio.Duplex(3) // less than most of them
		defer b.Close()
		edo.Go(task, func(task *edo.Task) error {
			return errors.Join(
				aio.WriteInt[int8](task, a, nil, -2),
				aio.WriteInt[uint16](task, a, binary.BigEndian, 0x1234),
				aio.WriteInt[int16](task, a, binary.LittleEndian, -3),
				aio.WriteInt[uint32](task, a, binary.LittleEndian, 0x12345678),
				aio.WriteInt[int64](task, a, binary.BigEndian, -4),
				aio.WriteInt[uint64](task, a, binary.LittleEndian, 1<<63+5),
				aio.Shutdown(task, a))
		}, edo.Owns(a))
		raw, err := aio.ReadAll(task, b, nil)
		want := "\xfe" + "\x12\x34" + "\xfd\xff" + "\x78\x56\x34\x12" + "\xff\xff\xff\xff\xff\xff\xff\xfc" + "\x05\x00\x00\x00\x00\x00\x00\x80"
		if string(raw) != want || err != nil {
			t.Errorf("written: %x, %v", raw, err)
		}
		conn, _ := written(task, want+"x", 3)
		defer conn.Close()
		expect(t, task, conn, nil, int8(-2))
		expect(t, task, conn, binary.BigEndian, uint16(0x1234))
		expect(t, task, conn, binary.LittleEndian, int16(-3))
		expect(t, task, conn, binary.LittleEndian, uint32(0x12345678))
		expect(t, task, conn, binary.BigEndian, int64(-4))
		expect(t, task, conn, binary.LittleEndian, uint64(1<<63+5))
		if _, err := aio.ReadInt[uint16](task, conn, binary.BigEndian); err != io.ErrUnexpectedEOF {
			t.Errorf("in the middle of an integer: %v", err)
		}
		if _, err := aio.ReadInt[uint16](task, conn, binary.BigEndian); err != io.EOF {
			t.Errorf("at the end: %v", err)
		}
		return nil
	})
}

func expect[T aio.Integer](t *testing.T, task *edo.Task, r aio.Reader, order binary.ByteOrder, want T) {
	t.Helper()
	if got, err := aio.ReadInt[T](task, r, order); got != want || err != nil {
		t.Errorf("got %v, %v; want %v", got, err, want)
	}
}

func TestACancelledCopyBidirectionalSaysHowFarItCame(t *testing.T) {
	simulated(t, func(task *edo.Task) error {
		client, front := aio.Duplex(64)
		back, server := aio.Duplex(64)
		defer edo.Drop(client)
		defer edo.Drop(server)
		defer edo.Drop(front)
		defer edo.Drop(back)
		var n aio.Copied
		copying := edo.Go(task, func(task *edo.Task) (err error) {
			n.FromA, n.FromB, err = aio.CopyBidirectional(task, front, back)
			return err
		})
		aio.WriteAll(task, client, []byte("abc"))
		aio.WriteAll(task, server, []byte("defgh"))
		timer.Sleep(task, time.Second)
		copying.Abort()
		if _, err := copying.Await(task); !errors.Is(err, edo.ErrCancelled) || n != (aio.Copied{FromA: 3, FromB: 5}) {
			t.Errorf("got %v, %v", n, err)
		}
		return nil
	})
}

// cancelled calls fn and cancels it when it waits.
func cancelled[T any](t *testing.T, task *edo.Task, fn func(task *edo.Task) (T, error)) T {
	t.Helper()
	v, err := timer.Timeout(task, time.Second, fn)
	if !errors.As(err, new(*timer.TimeoutError)) {
		t.Errorf("it was not cancelled: %v, %v", v, err)
	}
	return v
}

// cutOff is a reader that fails as one of crypto/tls does which was cut off.
type cutOff struct{}

func (cutOff) PollRead(cx *edo.Context, p []byte) (int, edo.Poll, error) {
	if !cx.Proceed(nil) {
		return 0, edo.Pending, nil
	}
	return 0, edo.Ready, io.ErrUnexpectedEOF
}

// That the stream was cut off between two integers is not its end.
func TestAStreamThatWasCutOffIsNotTheEndOfIntegers(t *testing.T) {
	simulated(t, func(task *edo.Task) error {
		if _, err := aio.ReadInt[uint16](task, cutOff{}, binary.BigEndian); err != io.ErrUnexpectedEOF {
			t.Errorf("got %v", err)
		}
		if _, err := edo.Await(task, aio.ReadIntFuture[uint64](cutOff{}, binary.BigEndian)); err != io.ErrUnexpectedEOF {
			t.Errorf("as a future: %v", err)
		}
		return nil
	})
}

func TestACancelledReadOfAnIntegerLosesItsBytes(t *testing.T) {
	simulated(t, func(task *edo.Task) error {
		a, b := aio.Duplex(64)
		defer a.Close()
		defer b.Close()
		aio.WriteAll(task, a, []byte{1, 2, 3})
		cancelled(t, task, func(task *edo.Task) (uint32, error) { return aio.ReadInt[uint32](task, b, binary.BigEndian) })
		aio.WriteAll(task, a, []byte{0, 0, 0, 4})
		expect(t, task, b, binary.BigEndian, uint32(4))
		aio.WriteAll(task, a, make([]byte, 62))
		cancelled(t, task, func(task *edo.Task) (edo.Unit, error) {
			return edo.Unit{}, aio.WriteInt(task, a, binary.BigEndian, uint32(0x01020304))
		})
		got := make([]byte, 64)
		if _, err := aio.ReadFull(task, b, got); err != nil || got[62] != 1 || got[63] != 2 {
			t.Errorf("got %v, %v", got, err)
		}
		return nil
	})
}

func TestACancelledOperationOfABufferedReaderLeavesTheBytes(t *testing.T) {
	simulated(t, func(task *edo.Task) error {
		a, b := aio.Duplex(64)
		defer a.Close()
		defer b.Close()
		r := aio.NewBufferedReader(b, 16)
		cancelled(t, task, r.NextByte)
		aio.WriteAll(task, a, []byte("abc"))
		cancelled(t, task, func(task *edo.Task) ([]byte, error) { return r.Peek(task, 4) })
		cancelled(t, task, func(task *edo.Task) ([]byte, error) { return r.ReadSlice(task, '\n') })
		cancelled(t, task, r.ReadLine)
		aio.WriteAll(task, a, []byte("\nxyz"))
		if line, err := r.ReadLine(task); string(line) != "abc" || err != nil {
			t.Errorf("got %q, %v", line, err)
		}
		n := 0
		cancelled(t, task, func(task *edo.Task) (edo.Unit, error) {
			var err error
			n, err = r.Discard(task, 5)
			return edo.Unit{}, err
		})
		if n != 3 {
			t.Errorf("discarded %d", n)
		}
		return nil
	})
}
