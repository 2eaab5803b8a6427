package mpsc_test

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/mpsc"
)

// model is the channel as a slice: what it does is what the real one must do.
type model struct {
	capacity int
	queue    []int
	line     []*pending
	open     int // handles
	closed   bool
	waits    bool // the receiver's task
	rxWakes  int
}

// pending is a send that waits, in the model and for real.
type pending struct {
	v     int
	f     *mpsc.SendFuture[int]
	task  *edotest.Task
	state string // waiting, sent or refused
	wakes int
}

func (m *model) wakeReceiver() {
	if m.waits {
		m.waits = false
		m.rxWakes++
	}
}

func (m *model) trySend(open bool, v int) error {
	switch {
	case !open || m.closed:
		return edo.ErrClosed
	case len(m.line) > 0 || len(m.queue) == m.capacity:
		return edo.ErrFull
	}
	m.queue = append(m.queue, v)
	m.wakeReceiver()
	return nil
}

func (m *model) recv() (v int, p edo.Poll) {
	if len(m.queue) == 0 {
		if m.closed || m.open == 0 {
			return 0, edo.End
		}
		return 0, edo.Pending
	}
	v, m.queue = m.queue[0], m.queue[1:]
	if len(m.line) > 0 {
		w := m.line[0]
		m.line = m.line[1:]
		m.queue = append(m.queue, w.v)
		w.state = "sent"
		w.wakes++
	}
	return v, edo.Ready
}

func (m *model) close(wake bool) {
	if m.closed {
		return
	}
	m.closed = true
	for _, w := range m.line {
		w.state = "refused"
		w.wakes++
	}
	m.line = nil
	if wake {
		m.wakeReceiver()
	}
	m.waits = false
}

func (m *model) leave(w *pending) {
	for i, x := range m.line {
		if x == w {
			m.line = append(m.line[:i:i], m.line[i+1:]...)
		}
	}
}

// TestChannelBehavesLikeItsModel plays random programs to the channel and to the
// model, and compares every result and every wake.
func TestChannelBehavesLikeItsModel(t *testing.T) {
	programs := 4000
	if testing.Short() || invariant.Enabled { // the race detector takes its time
		programs = 800
	}
	for seed := range programs {
		if err := play(uint64(seed)); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
	}
}

type handle struct {
	tx   *mpsc.Sender[int]
	open bool
}

func play(seed uint64) error {
	r := rand.New(rand.NewPCG(seed, 1))
	var tx *mpsc.Sender[int]
	var rx *mpsc.Receiver[int]
	m := &model{capacity: 1 + r.IntN(5)*r.IntN(5), open: 1}
	if r.IntN(8) == 0 {
		m.capacity = math.MaxInt
		tx, rx = mpsc.NewUnbounded[int]()
	} else {
		tx, rx = mpsc.New[int](m.capacity)
	}
	handles := []*handle{{tx, true}}
	var sends []*pending
	task := edotest.NewTask()
	dropped := false
	value := 0
	eager := r.IntN(15) // how much more is sent than received

	defer func() {
		for _, h := range handles {
			h.tx.Close()
		}
	}()
	for step := range 20 + r.IntN(150) {
		h := handles[r.IntN(len(handles))]
		op := r.IntN(30 + eager)
		where := fmt.Sprintf("step %d, operation %d", step, op)
		switch {
		case op < 6:
			value++
			got, want := h.tx.TrySend(value), m.trySend(h.open, value)
			if !errors.Is(got, want) {
				return fmt.Errorf("%s: TrySend = %v, want %v", where, got, want)
			}
		case op < 9:
			value++
			w := &pending{v: value, f: h.tx.SendFuture(value), task: edotest.NewTask(), state: "waiting"}
			want := m.trySend(h.open, value)
			_, p, err := edotest.Poll(w.task, w.f)
			if want == edo.ErrFull {
				m.line = append(m.line, w)
				sends = append(sends, w)
				if p != edo.Pending {
					return fmt.Errorf("%s: SendFuture on a full channel: %v, %v", where, p, err)
				}
			} else if p != edo.Ready || !errors.Is(err, want) {
				return fmt.Errorf("%s: SendFuture: %v, %v, want %v", where, p, err, want)
			}
		case op < 12 && len(sends) > 0: // ask again, or give up
			i := r.IntN(len(sends))
			w := sends[i]
			if op == 9 {
				v, ok := w.f.Unsent()
				if ok != (w.state != "sent") || ok && v != w.v {
					return fmt.Errorf("%s: Unsent() = %d, %v of %d, which is %s", where, v, ok, w.v, w.state)
				}
				m.leave(w)
			} else {
				_, p, err := edotest.Poll(w.task, w.f)
				if got := outcome(p, err); got != w.state {
					return fmt.Errorf("%s: send of %d is %s, want %s", where, w.v, got, w.state)
				}
				if p == edo.Pending {
					break
				}
			}
			sends = append(sends[:i], sends[i+1:]...)
			if got := w.task.Wakes(); got != w.wakes {
				return fmt.Errorf("%s: sender of %d woken %d times, want %d", where, w.v, got, w.wakes)
			}
		case op < 18:
			v, p := m.recv()
			got, err := rx.TryRecv()
			want := map[edo.Poll]error{edo.Pending: edo.ErrEmpty, edo.End: edo.ErrClosed}[p]
			if got != v || !errors.Is(err, want) {
				return fmt.Errorf("%s: TryRecv = %d, %v, want %d, %v", where, got, err, v, want)
			}
		case op < 26:
			v, p := m.recv()
			m.waits = p == edo.Pending
			got, gotP, err := edotest.PollNext(task, rx)
			if got != v || gotP != p || err != nil {
				return fmt.Errorf("%s: PollNext = %d, %v, %v, want %d, %v", where, got, gotP, err, v, p)
			}
		case op == 26:
			handles = append(handles, &handle{h.tx.Clone(), h.open})
			if h.open {
				m.open++
			}
		case op == 27 && r.IntN(3) == 0:
			h.tx.Close()
			if h.open {
				h.open = false
				if m.open--; m.open == 0 {
					m.wakeReceiver()
				}
			}
		case op == 28 && r.IntN(10) == 0:
			rx.Close()
			m.close(true)
		case op == 29 && r.IntN(20) == 0:
			rx.Drop()
			m.close(false)
			m.queue = nil
			dropped = true
		default:
			value++
			got, want := h.tx.TrySend(value), m.trySend(h.open, value)
			if !errors.Is(got, want) {
				return fmt.Errorf("%s: TrySend = %v, want %v", where, got, want)
			}
		}
		if err := rx.Check(); err != nil {
			return fmt.Errorf("%s: %v", where, err)
		}
		if got, want := rx.Len(), len(m.queue); got != want {
			return fmt.Errorf("%s: Len() = %d, want %d", where, got, want)
		}
		if got := task.Wakes(); got != m.rxWakes {
			return fmt.Errorf("%s: receiver woken %d times, want %d", where, got, m.rxWakes)
		}
		if got, want := rx.IsClosed(), m.closed || m.open == 0; got != want {
			return fmt.Errorf("%s: IsClosed() = %v, want %v", where, got, want)
		}
		if got := rx.SenderCount(); got != m.open {
			return fmt.Errorf("%s: SenderCount() = %d, want %d", where, got, m.open)
		}
	}
	for !dropped { // what is left arrives in order
		v, p := m.recv()
		got, gotP, _ := edotest.PollNext(task, rx)
		if got != v || gotP != p {
			return fmt.Errorf("at the end: PollNext = %d, %v, want %d, %v", got, gotP, v, p)
		}
		if p != edo.Ready {
			break
		}
	}
	for _, w := range sends {
		if got := w.task.Wakes(); got != w.wakes {
			return fmt.Errorf("at the end: sender of %d woken %d times, want %d", w.v, got, w.wakes)
		}
	}
	return nil
}

func outcome(p edo.Poll, err error) string {
	switch {
	case p == edo.Pending:
		return "waiting"
	case err == nil:
		return "sent"
	case errors.Is(err, edo.ErrClosed):
		return "refused"
	}
	return err.Error()
}
