package aio_test

import (
	"encoding/binary"
	"errors"
	"io"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/own"
	"github.com/edo-go/edo/sim"
)

// endless is a connection that is always ready and does not use the budget. It reads and
// writes one byte at a time, until again returns false.
type endless struct{ again func() bool }

func (e endless) PollRead(_ *edo.Context, p []byte) (int, edo.Poll, error) {
	if !e.again() {
		return 0, edo.Ready, io.EOF
	}
	return 1, edo.Ready, nil
}

func (e endless) PollWrite(_ *edo.Context, p []byte) (int, edo.Poll, error) {
	if !e.again() {
		return 0, edo.Ready, io.ErrClosedPipe
	}
	return 1, edo.Ready, nil
}

func (endless) PollFlush(*edo.Context) (edo.Poll, error)    { return edo.Ready, nil }
func (endless) PollShutdown(*edo.Context) (edo.Poll, error) { return edo.Ready, nil }

func TestEveryOperationThatCanReturnAtOnceGivesWay(t *testing.T) {
	a, b := aio.Duplex(1)
	defer a.Close()
	b.Close() // a is at its end
	large := make([]byte, 1<<20)
	for name, op := range map[string]func(task *edo.Task, e endless){
		"Read of nothing":     func(task *edo.Task, _ endless) { aio.Read(task, a, nil) },
		"Read at the end":     func(task *edo.Task, _ endless) { aio.Read(task, a, large) },
		"Read":                func(task *edo.Task, e endless) { aio.Read(task, e, large) },
		"ReadFull of nothing": func(task *edo.Task, e endless) { aio.ReadFull(task, e, nil) },
		"ReadFull":            func(task *edo.Task, e endless) { aio.ReadFull(task, e, large) },
		"ReadAll":             func(task *edo.Task, e endless) { aio.ReadAll(task, e, nil) },
		"ReadAll at the end":  func(task *edo.Task, _ endless) { aio.ReadAll(task, a, nil) },
		"Write":               func(task *edo.Task, e endless) { aio.Write(task, e, large) },
		"WriteAll of nothing": func(task *edo.Task, e endless) { aio.WriteAll(task, e, nil) },
		"WriteAll":            func(task *edo.Task, e endless) { aio.WriteAll(task, e, large) },
		"Copy":                func(task *edo.Task, e endless) { aio.Copy(task, e, e) },
		"Copy of nothing":     func(task *edo.Task, e endless) { aio.Copy(task, e, endless{func() bool { return false }}) },
		"Flush":               func(task *edo.Task, e endless) { aio.Flush(task, e) },
		"Flush of a Pipe":     func(task *edo.Task, _ endless) { aio.Flush(task, a) },
		"Shutdown":            func(task *edo.Task, e endless) { aio.Shutdown(task, e) },
		"Shutdown of a Pipe":  func(task *edo.Task, _ endless) { aio.Shutdown(task, a) },
		"CopyBidirectional":   func(task *edo.Task, e endless) { aio.CopyBidirectional(task, e, e) },
		"ReadInt":             func(task *edo.Task, e endless) { aio.ReadInt[uint64](task, e, binary.BigEndian) },
		"WriteInt":            func(task *edo.Task, e endless) { aio.WriteInt[uint64](task, e, binary.BigEndian, 1) },
		"Limit":               func(task *edo.Task, e endless) { aio.ReadFull(task, aio.Limit(e, 1<<40), large) },
		"Limit at the end":    func(task *edo.Task, e endless) { aio.Read(task, aio.Limit(e, 0), large) },
		"Tee":                 func(task *edo.Task, e endless) { aio.ReadFull(task, aio.Tee(e, e), large) },
		"ReadLine":            func(task *edo.Task, e endless) { aio.NewBufferedReader(e, 1<<20).ReadLine(task) },
		"Peek of nothing":     func(task *edo.Task, e endless) { aio.NewBufferedReader(e, 0).Peek(task, 0) },
		"NextByte":            func(task *edo.Task, e endless) { aio.NewBufferedReader(e, 0).NextByte(task) },
		"Discard":             func(task *edo.Task, e endless) { aio.NewBufferedReader(e, 1).Discard(task, 1<<20) },
		"a write to a buffer": func(task *edo.Task, e endless) {
			w := aio.NewBufferedWriter(e, 32<<10)
			aio.WriteAll(task, w, large[:1000])
			aio.Flush(task, w)
		},
		"a buffer that has failed": func(task *edo.Task, e endless) {
			w := aio.NewBufferedWriter(endless{func() bool { return false }}, 1)
			for range 3 {
				aio.Write(task, w, large[:1])
				aio.Flush(task, w)
			}
			e.again()
		},
		"a half that is closed": func(task *edo.Task, e endless) {
			_, w := aio.Split(a)
			w.Close()
			aio.Write(task, w, large)
		},
		"a future after its end": ended(aio.FlushFuture(endless{})),
	} {
		t.Run(name, func(t *testing.T) {
			err := sim.Run(1, func(task *edo.Task) error {
				ran, turns := false, 0
				edo.Go(task, func(*edo.Task) error { ran = true; return nil })
				e := endless{func() bool {
					turns++
					return !ran && turns < 10_000
				}}
				for e.again() {
					op(task, e)
				}
				if !ran {
					return errors.New("another task was not run for 10,000 turns")
				}
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
}

// ended returns an operation that awaits f. From the second call on f has ended.
func ended(f edo.Future[edo.Unit]) func(*edo.Task, endless) {
	return func(task *edo.Task, _ endless) { edo.Await(task, f) }
}

func TestFuturePolledAfterItsEndSaysSo(t *testing.T) {
	task := edotest.NewTask()
	a, b := aio.Duplex(8)
	requireWritten(t, task, a, "12345678", 8)
	for name, again := range map[string]func() error{
		"ReadFuture":              twice(t, task, aio.ReadFuture(b, make([]byte, 1))),
		"ReadFullFuture":          twice(t, task, aio.ReadFullFuture(b, make([]byte, 1))),
		"WriteFuture":             twice(t, task, aio.WriteFuture(b, []byte("x"))),
		"WriteAllFuture":          twice(t, task, aio.WriteAllFuture(b, []byte("x"))),
		"FlushFuture":             twice(t, task, aio.FlushFuture(b)),
		"ShutdownFuture":          twice(t, task, aio.ShutdownFuture(a)),
		"CopyFuture":              twice(t, task, aio.CopyFuture(endless{}, endless{func() bool { return false }})),
		"CopyBidirectionalFuture": twice(t, task, aio.CopyBidirectionalFuture(endless{func() bool { return false }}, endless{func() bool { return false }})),
		"ReadIntFuture":           twice(t, task, aio.ReadIntFuture[uint8](b, binary.BigEndian)),
		"WriteIntFuture":          twice(t, task, aio.WriteIntFuture[uint8](b, binary.BigEndian, 1)),
		"NextByteFuture":          twice(t, task, aio.NewBufferedReader(endless{func() bool { return true }}, 0).NextByteFuture()),
		"DiscardFuture":           twice(t, task, aio.NewBufferedReader(endless{func() bool { return true }}, 0).DiscardFuture(2)),
		"ReadAllFuture":           twice(t, task, aio.ReadAllFuture(endless{func() bool { return false }}, nil)),
	} {
		if err := again(); !errors.Is(err, own.ErrPolledAgain) || errors.Is(err, edo.ErrClosed) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// twice polls f to its end, and returns a function that polls it again.
func twice[T any](t *testing.T, task *edotest.Task, f edo.Future[T]) func() error {
	t.Helper()
	edotest.RequireReady(t, task, f)
	return func() error {
		_, _, err := edotest.Poll(task, f)
		return err
	}
}
