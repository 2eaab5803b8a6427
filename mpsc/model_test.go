package mpsc_test

import (
	"slices"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
)

// model is the channel as a slice. The real channel must do the same.
type model struct {
	capacity int
	out      int // permits that are out, or collected by a waiter in line
	queue    []int
	line     []*pending
	open     int // handles
	weak     int
	closed   bool
	dropped  bool
	waits    bool // the receiver's task
	rxWakes  int
}

// pending is a send or a reserve that waits, in the model and for real.
type pending struct {
	v     int // the value of a send
	n     int // how many permits are reserved; 0: it is a send
	got   int
	f     asked
	task  *edotest.Task
	state string // waiting, done or refused
	wakes int
}

// asked is the future of a pending operation.
type asked interface {
	ask(task *edotest.Task) (edo.Poll, error)
	giveUp() (done bool)
}

func (m *model) free() int   { return m.capacity - m.out - len(m.queue) }
func (m *model) atEnd() bool { return m.dropped || (m.closed || m.open == 0) && m.out == 0 }
func (m *model) alive() bool { return m.open > 0 || m.out > 0 || len(m.line) > 0 }

func (m *model) wakeReceiver() {
	if m.waits {
		m.waits = false
		m.rxWakes++
	}
}

func (m *model) put(v int) {
	m.queue = append(m.queue, v)
	m.wakeReceiver()
}

// wakeAtEnd wakes a receiver that waits for nothing any more.
func (m *model) wakeAtEnd() {
	if len(m.queue) == 0 && m.atEnd() {
		m.wakeReceiver()
	}
}

func (m *model) trySend(open bool, v int) error {
	switch {
	case !open || m.closed:
		return edo.ErrClosed
	case len(m.line) > 0 || m.free() == 0:
		return edo.ErrFull
	}
	m.put(v)
	return nil
}

func (m *model) tryReserve(open bool, n int) error {
	switch {
	case !open || m.closed:
		return edo.ErrClosed
	case n == 0:
	case len(m.line) > 0 || m.free() < n:
		return edo.ErrFull
	}
	m.out += n
	return nil
}

// queueUp puts w in line.
func (m *model) queueUp(w *pending) {
	w.state = "waiting"
	m.line = append(m.line, w)
	m.serve()
}

// serve gives free slots to those in line.
func (m *model) serve() {
	for len(m.line) > 0 && m.free() > 0 {
		w := m.line[0]
		if w.n > 0 {
			w.got++
			m.out++
			if w.got < w.n {
				continue
			}
		} else {
			m.put(w.v)
		}
		m.line = m.line[1:]
		w.state = "done"
		w.wakes++
	}
	m.wakeAtEnd()
}

func (m *model) recv() (v int, p edo.Poll) {
	if len(m.queue) == 0 {
		if m.atEnd() {
			return 0, edo.End
		}
		return 0, edo.Pending
	}
	v, m.queue = m.queue[0], m.queue[1:]
	m.serve()
	return v, edo.Ready
}

// recvMany is the messages of one batch.
func (m *model) recvMany(limit int) (got []int, p edo.Poll) {
	if limit == 0 {
		return nil, edo.Ready
	}
	n := min(limit, len(m.queue))
	if n == 0 {
		_, p = m.recv()
		return nil, p
	}
	got = slices.Clone(m.queue[:n])
	m.queue = m.queue[n:]
	m.serve()
	return got, edo.Ready
}

// spend sends with a permit that is out.
func (m *model) spend(v int) error {
	m.out--
	if m.dropped {
		return edo.ErrClosed
	}
	m.put(v)
	return nil
}

func (m *model) giveBack(n int) {
	if n > 0 {
		m.out -= n
		m.serve()
	}
}

func (m *model) close(drop bool) {
	m.dropped = m.dropped || drop
	if drop {
		m.waits = false
		m.queue = nil
	}
	if m.closed {
		return
	}
	m.closed = true
	for _, w := range m.line {
		w.state = "refused"
		w.wakes++
		m.out -= w.got
	}
	m.line = nil
	m.wakeAtEnd()
}

// leave takes w out of the line, and frees the slots that it has collected.
func (m *model) leave(w *pending) {
	if i := slices.Index(m.line, w); i >= 0 {
		m.line = slices.Delete(slices.Clone(m.line), i, i+1)
		m.giveBack(w.got)
	}
}
