package mpmc_test

import (
	"slices"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
)

// model is the channel as two slices and two lines. The real channel must do the same.
type model struct {
	capacity int
	out      int // permits that are out, or collected by a reserve in line
	queue    []int
	promised int
	sending  []*pending
	taking   []*receive
	open     int // senders
	weak     int
	reading  int // receivers
	closed   bool
	dropped  bool
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

// reader is a receiver, in the model and for real.
type reader struct {
	ended bool
	own   *receive // the place of PollNext, when that waits
	real  handleToReceive
}

// receive is a receive that waits.
type receive struct {
	of    *reader
	limit int // of a batch; 0: it is one message
	own   bool
	state string // waiting, promised or refused
	wakes int
	task  *edotest.Task
	f     futureToReceive // not for an own one
}

func (m *model) free() int   { return m.capacity - m.out - len(m.queue) }
func (m *model) loose() int  { return len(m.queue) - m.promised }
func (m *model) alive() bool { return m.open > 0 || m.out > 0 || len(m.sending) > 0 }
func (m *model) atEnd() bool {
	return len(m.queue) == 0 && m.out == 0 && (m.closed || m.open == 0)
}

// settle gives free slots and messages to the waits in line, and refuses waits at the end.
func (m *model) settle() {
	for {
		switch {
		case m.closed && len(m.sending) > 0:
			w := m.sending[0]
			m.sending = m.sending[1:]
			m.out -= w.got
			w.state = "refused"
			w.wakes++
		case len(m.sending) > 0 && m.free() > 0:
			w := m.sending[0]
			if w.n > 0 {
				w.got++
				m.out++
				if w.got < w.n {
					continue
				}
			} else {
				m.queue = append(m.queue, w.v)
			}
			m.sending = m.sending[1:]
			w.state = "done"
			w.wakes++
		case len(m.taking) > 0 && m.loose() > 0:
			w := m.taking[0]
			m.taking = m.taking[1:]
			m.promised++
			w.state = "promised"
			w.wakes++
			if i := slices.IndexFunc(m.taking, func(x *receive) bool { return x.of == w.of }); w.own && i >= 0 {
				m.taking[i].wakes++ // it may be faster
			}
		case len(m.taking) > 0 && m.atEnd():
			w := m.taking[0]
			m.taking = m.taking[1:]
			w.state = "refused"
			w.wakes++
		default:
			return
		}
	}
}

func (m *model) trySend(open bool, v int) error {
	switch {
	case !open || m.closed:
		return edo.ErrClosed
	case len(m.sending) > 0 || m.free() == 0:
		return edo.ErrFull
	}
	m.queue = append(m.queue, v)
	m.settle()
	return nil
}

func (m *model) tryReserve(open bool, n int) error {
	switch {
	case !open || m.closed:
		return edo.ErrClosed
	case n == 0:
	case len(m.sending) > 0 || m.free() < n:
		return edo.ErrFull
	}
	m.out += n
	return nil
}

// offer puts w in line.
func (m *model) offer(w *pending) {
	w.state = "waiting"
	m.sending = append(m.sending, w)
	m.settle()
}

// ready says whether h can take something, and makes a promise to its place loose.
func (m *model) ready(h *reader) edo.Poll {
	switch {
	case h.own != nil && h.own.state == "promised":
		m.promised--
		h.own = nil
	case h.ended:
		return edo.End
	case m.loose() > 0:
	case m.atEnd():
		return edo.End
	default:
		return edo.Pending
	}
	return edo.Ready
}

// take takes up to n loose messages.
func (m *model) take(n int) []int {
	n = min(n, m.loose())
	got := slices.Clone(m.queue[:n])
	m.queue = m.queue[n:]
	m.settle()
	return got
}

// ask polls w, which waits, and returns the outcome.
func (m *model) ask(w *receive) (got []int, p edo.Poll) {
	if w.state == "waiting" && w.of.own != nil && w.of.own.state == "promised" {
		w.of.own = nil
		m.taking = slices.DeleteFunc(m.taking, func(x *receive) bool { return x == w })
		w.state = "promised"
	}
	switch {
	case w.state == "waiting":
		return nil, edo.Pending
	case w.state == "refused" || m.dropped:
		return nil, edo.End
	}
	m.promised--
	return m.take(max(1, w.limit)), edo.Ready
}

// leave ends the wait of w.
func (m *model) leave(w *receive) {
	m.taking = slices.DeleteFunc(m.taking, func(x *receive) bool { return x == w })
	if w.state == "promised" && !m.dropped {
		m.promised--
	}
	m.settle()
}

// leaveSending takes w out of the line, and frees the slots that it has collected.
func (m *model) leaveSending(w *pending) {
	if i := slices.Index(m.sending, w); i >= 0 {
		m.sending = slices.Delete(m.sending, i, i+1)
		m.giveBack(w.got)
	}
}

func (m *model) spend(v int) error {
	m.out--
	if m.dropped {
		return edo.ErrClosed
	}
	m.queue = append(m.queue, v)
	m.settle()
	return nil
}

func (m *model) giveBack(n int) {
	m.out -= n
	m.settle()
}

// end ends h.
func (m *model) end(h *reader) {
	h.ended = true
	m.reading--
	if w := h.own; w != nil {
		h.own = nil
		switch w.state {
		case "waiting":
			w.wakes++
			m.taking = slices.DeleteFunc(m.taking, func(x *receive) bool { return x == w })
		case "promised":
			m.promised--
		}
	}
	for _, w := range slices.Clone(m.taking) {
		if w.of == h {
			w.state = "refused"
			w.wakes++
			m.taking = slices.DeleteFunc(m.taking, func(x *receive) bool { return x == w })
		}
	}
	if m.reading == 0 {
		m.closed, m.dropped = true, true
		m.queue, m.promised = nil, 0
	}
	m.settle()
}

// closeReader is Receiver.Close.
func (m *model) closeReader(h *reader) {
	switch {
	case h.ended:
	case m.reading > 1:
		m.end(h)
	default:
		m.closed = true
		m.settle()
	}
}
