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

// Duplex returns the two ends of a connection in memory: bytes that are written to one end
// are read from the other. Each direction holds up to size bytes; when it is full, a write
// waits. Duplex panics when size is less than 1.
//
// The memory of a direction is allocated as it is used, up to size bytes, and kept.
//
// The program must close each end. When an end becomes garbage and was not closed, the
// garbage collector finds it some time later: the end is closed, so that the other end does
// not wait for ever, and reported by package log/slog, with the place of the call of
// Duplex. Most of the cost of Duplex, some two microseconds, is for that.
//
//go:noinline
func Duplex(size int) (a, b *Pipe) {
	if size < 1 {
		panic(errors.New("aio: Duplex needs room for at least 1 byte, or nothing could ever be written"))
	}
	ab, ba := &lane{size: size}, &lane{size: size}
	a, b = &Pipe{in: ba, out: ab}, &Pipe{in: ab, out: ba}
	watchForgotten(a, b, origin.Caller())
	return a, b
}

// A Pipe is one end of a connection that [Duplex] has made. It is a [ReadWriter].
//
// The two ends may be used from different goroutines, and so may the two
// directions of one end. A write synchronizes before the read that returns its bytes. One
// task at a time reads from an end, and one writes to it: a second task that waits while
// the first waits gets an [*edo.BusyError] that names both.
type Pipe struct {
	in, out *lane
	cleanup runtime.Cleanup // closes a forgotten end; see lost.go
}

// PollRead reads bytes that the other end has written. After the other end was shut
// down, closed or dropped it reads the bytes that are left, and then returns [io.EOF]. The
// error is [io.ErrClosedPipe] once this end was closed or dropped.
func (p *Pipe) PollRead(cx *edo.Context, b []byte) (int, edo.Poll, error) { return p.in.read(cx, b) }

// PollWrite writes as many bytes as there is room for. The error is [io.ErrClosedPipe]
// once this end was shut down, or either end was closed or dropped.
func (p *Pipe) PollWrite(cx *edo.Context, b []byte) (int, edo.Poll, error) {
	return p.out.write(cx, b)
}

// PollFlush has nothing to flush: there is no buffer between the ends. It is pending only
// when the budget of the poll is used up.
func (p *Pipe) PollFlush(cx *edo.Context) (edo.Poll, error) {
	if !cx.Proceed(nil) {
		return edo.Pending, nil
	}
	return edo.Ready, nil
}

// PollShutdown ends the stream of bytes that the other end reads. It is pending only when
// the budget of the poll is used up.
func (p *Pipe) PollShutdown(cx *edo.Context) (edo.Poll, error) {
	if !cx.Proceed(nil) {
		return edo.Pending, nil
	}
	reader, writer := p.out.endWriting()
	reader.WakeBy(cx)
	writer.WakeBy(cx)
	return edo.Ready, nil
}

// CloseWrite is [Pipe.PollShutdown] from any goroutine. It never waits, and returns nil.
func (p *Pipe) CloseWrite() error {
	reader, writer := p.out.endWriting()
	reader.Wake()
	writer.Wake()
	return nil
}

// Close closes this end: the bytes that it has written can still be read, the bytes that it
// has not read are discarded, and the tasks that wait on either end are woken. It never
// waits, may be called from any goroutine and twice, and returns nil.
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

// Drop closes this end, as [Pipe.Close] does: a task that owns the end calls it.
func (p *Pipe) Drop() { p.Close() }

// A lane is one direction: a ring of bytes, and the tasks that wait for it. Rules:
//
//  1. A pending read sets reader: the ring is empty. A pending write sets writer: the ring
//     is full. The next change of the lane clears it. So at most one of them is set.
//  2. A read clears writer and wakes it. A write clears reader and wakes it.
//  3. The end of either side clears both and wakes them.
type lane struct {
	size int

	mu           sync.Mutex // guards the following; held for a copy of at most size bytes
	ring         []byte     // grows up to size
	start, n     int        // the bytes are ring[start:start+n], modulo the length of ring
	reader       edo.Waker
	writer       edo.Waker
	readingEnded bool // the reading end is closed
	writingEnded bool // the writing end is shut down or closed
}

// emptyLane and fullLane are a lane as the leaf of a reader or a writer.
type (
	emptyLane lane
	fullLane  lane
)

// Waits says what a reader waits for.
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

// Waits says what a writer waits for.
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

// Advice in the BusyError of a second waiter.
const (
	useOneReader = "one task reads, and hands on what it has read"
	useOneWriter = "one task writes what the others send it, through package mpsc"
)

// read moves bytes from the ring to p. It waits while the ring is empty.
func (l *lane) read(cx *edo.Context, p []byte) (int, edo.Poll, error) {
	if !cx.Proceed((*emptyLane)(l)) {
		return 0, edo.Pending, nil
	}
	// Wait until the ring has bytes, or the lane has ended.
	l.mu.Lock()
	for displaced := (edo.Waker{}); ; {
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
		if poll, err := waitAlone(cx, &l.mu, &l.reader, &displaced, (*emptyLane)(l), useOneReader); poll == edo.Pending || err != nil {
			return 0, poll, err
		}
	}
	// Copy the bytes, in at most two pieces.
	k := min(len(p), l.n)
	first := copy(p[:k], l.ring[l.start:])
	copy(p[first:k], l.ring)
	l.n -= k
	if l.start += k; l.start >= len(l.ring) {
		l.start -= len(l.ring)
	}
	if l.n == 0 {
		l.start = 0 // the next bytes will be in one piece
	}
	// There is room: rule 2.
	writer := l.writer
	l.writer = edo.Waker{}
	l.mu.Unlock()
	writer.WakeBy(cx)
	return k, edo.Ready, nil
}

// write moves bytes from p to the ring. It waits while the ring is full.
func (l *lane) write(cx *edo.Context, p []byte) (int, edo.Poll, error) {
	if !cx.Proceed((*fullLane)(l)) {
		return 0, edo.Pending, nil
	}
	// Wait until the ring has room, or the lane has ended.
	l.mu.Lock()
	for displaced := (edo.Waker{}); ; {
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
		if poll, err := waitAlone(cx, &l.mu, &l.writer, &displaced, (*fullLane)(l), useOneWriter); poll == edo.Pending || err != nil {
			return 0, poll, err
		}
	}
	// Copy the bytes, in at most two pieces.
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
	// There are bytes: rule 2.
	reader := l.reader
	l.reader = edo.Waker{}
	l.mu.Unlock()
	reader.WakeBy(cx)
	return k, edo.Ready, nil
}

// grow makes the ring large enough for need bytes, which is at most size.
func (l *lane) grow(need int) {
	ring := make([]byte, min(l.size, max(need, 2*len(l.ring), 64)))
	first := copy(ring[:l.n], l.ring[l.start:])
	copy(ring[first:l.n], l.ring)
	l.ring, l.start = ring, 0
}

// endReading ends the reading side. It returns the wakers of rule 3, which the caller wakes
// without the lock.
func (l *lane) endReading() (reader, writer edo.Waker) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.readingEnded = true
	l.ring, l.start, l.n = nil, 0, 0
	return l.takeWakers()
}

// endWriting ends the writing side. It returns the wakers of rule 3, as endReading does.
func (l *lane) endWriting() (reader, writer edo.Waker) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.writingEnded = true
	return l.takeWakers()
}

// takeWakers clears both wakers and returns them. Locked.
func (l *lane) takeWakers() (reader, writer edo.Waker) {
	reader, writer = l.reader, l.writer
	l.reader, l.writer = edo.Waker{}, edo.Waker{}
	return reader, writer
}
