package docs

import (
	"errors"
	"io"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/codec"
)

// lines returns a connection of lines, and its other end.
func lines(room int) (*codec.Framed[string, string], *aio.Pipe) {
	a, b := aio.Duplex(room)
	return codec.NewFramed[string, string](a, new(codec.Lines)), b
}

func TestCancelledRecvKeepsThePartOfTheFrameThatCame(t *testing.T) {
	simulate(t, func(task *edo.Task, _ func() time.Duration) error {
		f, other := lines(16)
		defer f.Drop()
		if _, err := aio.WriteAll(task, other, []byte("hel")); err != nil {
			return err
		}
		cancelled(t, task, tick, func(task *edo.Task) error { _, err := f.Recv(task); return err })
		if _, err := aio.WriteAll(task, other, []byte("lo\n")); err != nil {
			return err
		}
		if line, err := f.Recv(task); line != "hello" || err != nil {
			t.Errorf("got %q, %v", line, err)
		}
		return nil
	})
}

func TestCancelledRecvOfAReadHalfKeepsThePartThatCame(t *testing.T) {
	simulate(t, func(task *edo.Task, _ func() time.Duration) error {
		a, other := aio.Duplex(16)
		f := codec.NewFramedRead(a, new(codec.Lines))
		defer f.Drop()
		if _, err := aio.WriteAll(task, other, []byte("hel")); err != nil {
			return err
		}
		cancelled(t, task, tick, func(task *edo.Task) error { _, err := f.Recv(task); return err })
		if _, err := aio.WriteAll(task, other, []byte("lo\n")); err != nil {
			return err
		}
		if line, err := f.Recv(task); line != "hello" || err != nil {
			t.Errorf("got %q, %v", line, err)
		}
		return nil
	})
}

// lineSink is a Framed, or a FramedWrite, of lines.
type lineSink interface {
	edo.Dropper
	Feed(task *edo.Task, line string) error
	Send(task *edo.Task, line string) error
	Flush(task *edo.Task) error
	Close(task *edo.Task) error
	PollFlush(cx *edo.Context) (edo.Poll, error)
	PollClose(cx *edo.Context) (edo.Poll, error)
}

// lineSinks are the two kinds of sinks of lines, and the other ends.
var lineSinks = map[string]func(room int) (lineSink, *aio.Pipe){
	"Framed": func(room int) (lineSink, *aio.Pipe) { return lines(room) },
	"FramedWrite": func(room int) (lineSink, *aio.Pipe) {
		a, b := aio.Duplex(room)
		return codec.NewFramedWrite(a, new(codec.Lines)), b
	},
}

func TestCancelledFeedHasNotTakenTheFrame(t *testing.T) {
	long := string(make([]byte, 8<<10)) // as much as may wait to be written
	forEachSink(t, map[string]func(f lineSink, task *edo.Task, line string) error{
		"Feed": lineSink.Feed,
		"Send": lineSink.Send,
	}, func(t *testing.T, newSink func(room int) (lineSink, *aio.Pipe), give func(f lineSink, task *edo.Task, line string) error) {
		simulate(t, func(task *edo.Task, _ func() time.Duration) error {
			f, other := newSink(16)
			defer f.Drop()
			if err := f.Feed(task, long); err != nil {
				return err
			}
			cancelled(t, task, tick, func(task *edo.Task) error { return give(f, task, "lost") })
			reader := edo.Go(task, func(task *edo.Task) error {
				all, err := aio.ReadAll(task, other, nil)
				if string(all) != long+"\nkept\n" {
					t.Errorf("%d bytes have arrived, which end in %q", len(all), all[max(0, len(all)-12):])
				}
				return err
			})
			if err := errors.Join(f.Send(task, "kept"), f.Close(task)); err != nil {
				return err
			}
			_, err := reader.Await(task)
			return err
		})
	})
}

func TestCancelledFlushGoesOnWhereItWas(t *testing.T) {
	forEachSink(t, map[string]func(f lineSink, task *edo.Task) error{
		"Flush":        lineSink.Flush,
		"Close":        lineSink.Close,
		"aio.Flush":    func(f lineSink, task *edo.Task) error { return aio.Flush(task, asWriter{f}) },
		"aio.Shutdown": func(f lineSink, task *edo.Task) error { return aio.Shutdown(task, asWriter{f}) },
	}, func(t *testing.T, newSink func(room int) (lineSink, *aio.Pipe), flush func(f lineSink, task *edo.Task) error) {
		simulate(t, func(task *edo.Task, _ func() time.Duration) error {
			f, other := newSink(4)
			defer f.Drop()
			if err := f.Feed(task, "hello"); err != nil {
				return err
			}
			cancelled(t, task, tick, func(task *edo.Task) error { return flush(f, task) })
			reader := edo.Go(task, func(task *edo.Task) error {
				all, err := aio.ReadAll(task, other, nil)
				if string(all) != "hello\n" {
					t.Errorf("%q has arrived", all)
				}
				return err
			})
			if err := errors.Join(flush(f, task), f.Close(task)); err != nil {
				return err
			}
			_, err := reader.Await(task)
			return err
		})
	})
}

// forEachSink runs test with each kind of sink and each operation.
func forEachSink[F any](t *testing.T, operations map[string]F, test func(t *testing.T, newSink func(room int) (lineSink, *aio.Pipe), operation F)) {
	for kind, newSink := range lineSinks {
		for name, operation := range operations {
			t.Run(kind+" "+name, func(t *testing.T) { test(t, newSink, operation) })
		}
	}
}

// asWriter is a connection of lines as a writer that has something to flush.
type asWriter struct{ lineSink }

func (w asWriter) PollWrite(*edo.Context, []byte) (int, edo.Poll, error) {
	return 0, edo.Ready, io.ErrShortWrite
}
func (w asWriter) PollShutdown(cx *edo.Context) (edo.Poll, error) { return w.PollClose(cx) }
