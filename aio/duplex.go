package aio

import (
	"errors"
	"fmt"
	"io"
	"runtime"
	"sync"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/origin"
)

// Duplex returns the two ends of a connection in memory: what is written to one
// is read from the other. Each direction holds up to size bytes; a write waits
// when they are full. size must be at least 1, or Duplex panics.
//
// The room for a direction is allocated as it is used, up to size bytes, and kept.
//
// Each end is closed when it is used no more. One that nothing refers to any more, and was
// not closed, is found by the garbage collector some time: it is closed, so that the other
// end does not wait for ever, and reported by package log/slog, with the place of the call
// of Duplex. What that needs is the most of what Duplex costs, some two microseconds.
func Duplex(size int) (a, b *Pipe) {
	if size < 1 {
		panic(errors.New("aio: Duplex needs room for at least 1 byte, or nothing could ever be written"))
	}
	there, back := &lane{size: size}, &lane{size: size}
	a, b = &Pipe{in: back, out: there}, &Pipe{in: there, out: back}
	watchOver(a, b, origin.Here(1))
	return a, b
}

// A Pipe is one end of a connection that [Duplex] has made. It is a [ReadWriter].
//
// The two ends may be used from different goroutines, and so may the two
// directions of one end. What happened before a write is seen by whoever has read
// its bytes. One task at a time reads from an end, and one writes to it: while one waits,
// another one that comes to wait as well gets an [*edo.BusyError] that names both.
type Pipe struct {
	in, out *lane
	cleanup runtime.Cleanup // closes it when it is forgotten; see lost.go
}

// PollRead reads what the other end has written. After the other end was shut
// down, closed or dropped it reads what is left, and then [io.EOF]. The error is
// [io.ErrClosedPipe] once this end was closed or dropped.
func (p *Pipe) PollRead(cx *edo.Context, b []byte) (int, edo.Poll, error) { return p.in.read(cx, b) }

// PollWrite writes what there is room for. The error is [io.ErrClosedPipe] once
// this end was shut down, or either was closed or dropped.
func (p *Pipe) PollWrite(cx *edo.Context, b []byte) (int, edo.Poll, error) {
	return p.out.write(cx, b)
}

// PollFlush does not wait, but for its turn when the budget of the poll is used up: there
// is nothing between the ends.
func (p *Pipe) PollFlush(cx *edo.Context) (edo.Poll, error) {
	if !cx.Proceed(nil) {
		return edo.Pending, nil
	}
	return edo.Ready, nil
}

// PollShutdown ends what the other end reads. It does not wait, but for its turn.
func (p *Pipe) PollShutdown(cx *edo.Context) (edo.Poll, error) {
	if !cx.Proceed(nil) {
		return edo.Pending, nil
	}
	reader, writer := p.out.endWriting()
	reader.WakeBy(cx)
	writer.WakeBy(cx)
	return edo.Ready, nil
}

// Close closes this end: what it has written can still be read, what it has not
// read is thrown away, and whoever waits on either end is woken. It never waits,
// may be called from any goroutine and twice, and returns nil.
func (p *Pipe) Close() error {
	p.cleanup.Stop()
	closeEnd(p.in, p.out)
	return nil
}

// closeEnd closes the end that reads from in and writes to out.
func closeEnd(in, out *lane) {
	reader, writer := out.endWriting()
	reader.Wake()
	writer.Wake()
	reader, writer = in.endReading()
	reader.Wake()
	writer.Wake()
}

// Drop is what an owner calls; it does what [Pipe.Close] does.
func (p *Pipe) Drop() { p.Close() }

// A lane is one direction: a ring of bytes, and who waits for it.
//
// A waker is there only while its task has been told Pending and nothing has
// changed since: reader only while the ring is empty, writer only while it is full.
// So a read wakes the writer alone, a write the reader alone, and the end of
// either side both of them.
type lane struct {
	size int

	mu           sync.Mutex // guards the following; held for a copy of at most size bytes
	ring         []byte     // grows up to size
	start, n     int        // the bytes are ring[start:start+n], around the end
	reader       edo.Waker
	writer       edo.Waker
	readingEnded bool // nobody reads any more
	writingEnded bool // nothing more will be written
}

// emptyLane and fullLane are a lane that is waited for, by the one side or the other.
type (
	emptyLane lane
	fullLane  lane
)

// Waits says what for.
func (w *emptyLane) Waits(*edo.Context) edo.Wait {
	wait := edo.Wait{On: "aio: read from a Duplex", By: []string{"a write, or the end, of the other end"}}
	l := (*lane)(w)
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.readingEnded:
		wait.By = []string{"nothing: this end is closed"}
	case l.n > 0:
		wait.By = []string{fmt.Sprintf("nothing: %d bytes are there", l.n)}
	case l.writingEnded:
		wait.By = []string{"nothing: the other end has ended"}
	}
	return wait
}

// Waits says what for.
func (w *fullLane) Waits(*edo.Context) edo.Wait {
	l := (*lane)(w)
	wait := edo.Wait{
		On: fmt.Sprintf("aio: write to a Duplex of size %d", l.size),
		By: []string{"a read of the other end"},
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.readingEnded || l.writingEnded:
		wait.By = []string{"nothing: an end is closed"}
	case l.n < l.size:
		wait.By = []string{fmt.Sprintf("nothing: there is room for %d bytes", l.size-l.n)}
	}
	return wait
}

// What a second waiter is told to do instead.
const (
	useOneReader = "one task reads, and hands on what it has read"
	useOneWriter = "one task writes what the others send it, through package mpsc"
)

func (l *lane) read(cx *edo.Context, p []byte) (int, edo.Poll, error) {
	if !cx.Proceed((*emptyLane)(l)) {
		return 0, edo.Pending, nil
	}
	l.mu.Lock()
	for asked := (edo.Waker{}); ; {
		switch {
		case l.readingEnded:
			l.mu.Unlock()
			return 0, edo.Ready, io.ErrClosedPipe
		case len(p) == 0:
			l.mu.Unlock()
			return 0, edo.Ready, nil
		case l.n == 0 && l.writingEnded:
			l.mu.Unlock()
			return 0, edo.Ready, io.EOF
		}
		if l.n != 0 {
			break
		}
		me := cx.Waker()
		if first := l.reader; first != me && first != asked && !first.IsZero() {
			l.mu.Unlock()
			if err := cx.Sole(first, (*emptyLane)(l), useOneReader); err != nil {
				return 0, edo.Ready, err
			}
			l.mu.Lock()
			asked = first // and may be displaced; but look again, without the lock things happened
			continue
		}
		old := l.reader
		l.reader = me
		l.mu.Unlock()
		cx.Displace(old, (*emptyLane)(l))
		return 0, edo.Pending, nil
	}
	k := min(len(p), l.n)
	first := copy(p[:k], l.ring[l.start:])
	copy(p[first:k], l.ring)
	l.n -= k
	if l.start += k; l.start >= len(l.ring) {
		l.start -= len(l.ring)
	}
	if l.n == 0 {
		l.start = 0 // the next bytes are in one piece
	}
	writer := l.writer
	l.writer = edo.Waker{}
	l.mu.Unlock()
	writer.WakeBy(cx)
	return k, edo.Ready, nil
}

func (l *lane) write(cx *edo.Context, p []byte) (int, edo.Poll, error) {
	if !cx.Proceed((*fullLane)(l)) {
		return 0, edo.Pending, nil
	}
	l.mu.Lock()
	for asked := (edo.Waker{}); ; {
		switch {
		case l.readingEnded || l.writingEnded:
			l.mu.Unlock()
			return 0, edo.Ready, io.ErrClosedPipe
		case len(p) == 0:
			l.mu.Unlock()
			return 0, edo.Ready, nil
		}
		if l.n != l.size {
			break
		}
		me := cx.Waker()
		if first := l.writer; first != me && first != asked && !first.IsZero() {
			l.mu.Unlock()
			if err := cx.Sole(first, (*fullLane)(l), useOneWriter); err != nil {
				return 0, edo.Ready, err
			}
			l.mu.Lock()
			asked = first
			continue
		}
		old := l.writer
		l.writer = me
		l.mu.Unlock()
		cx.Displace(old, (*fullLane)(l))
		return 0, edo.Pending, nil
	}
	k := min(len(p), l.size-l.n)
	if l.n+k > len(l.ring) {
		l.grow(l.n + k)
	}
	end := l.start + l.n
	if end >= len(l.ring) {
		end -= len(l.ring)
	}
	first := copy(l.ring[end:], p[:k])
	copy(l.ring, p[first:k])
	l.n += k
	reader := l.reader
	l.reader = edo.Waker{}
	l.mu.Unlock()
	reader.WakeBy(cx)
	return k, edo.Ready, nil
}

// grow makes room for need bytes, which are no more than size.
func (l *lane) grow(need int) {
	ring := make([]byte, min(l.size, max(need, 2*len(l.ring), 64)))
	first := copy(ring[:l.n], l.ring[l.start:])
	copy(ring[first:l.n], l.ring)
	l.ring, l.start = ring, 0
}

// endReading and endWriting end one side and return whom to wake.

func (l *lane) endReading() (reader, writer edo.Waker) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.readingEnded = true
	l.ring, l.start, l.n = nil, 0, 0
	return l.takeWakers()
}

func (l *lane) endWriting() (reader, writer edo.Waker) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.writingEnded = true
	return l.takeWakers()
}

func (l *lane) takeWakers() (reader, writer edo.Waker) {
	reader, writer = l.reader, l.writer
	l.reader, l.writer = edo.Waker{}, edo.Waker{}
	return reader, writer
}
