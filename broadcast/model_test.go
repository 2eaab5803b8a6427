package broadcast_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/broadcast"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/chantest"
)

// model is a naive form of the channel: the list of all values that were ever sent.
type model struct {
	capacity  int
	sent      []int
	senders   int
	receivers []*modelReceiver
}

// modelReceiver is a receiver of the channel, and its state in the model.
type modelReceiver struct {
	rx     *broadcast.Receiver[int]
	next   int
	closed bool
	task   *edotest.Task
	waits  bool
	wakes  int
}

// modelSender is a sender of the channel, and its state in the model, with a task that waits
// until there are no receivers.
type modelSender struct {
	tx    *broadcast.Sender[int]
	open  bool
	task  *edotest.Task
	f     edo.Future[edo.Unit]
	waits bool
	wakes int
}

func (r *modelReceiver) wake() {
	if r.waits {
		r.waits = false
		r.wakes++
	}
}

func (m *model) countReceivers() (n int) {
	for _, r := range m.receivers {
		if !r.closed {
			n++
		}
	}
	return n
}

func (m *model) wakeAll() {
	for _, r := range m.receivers {
		r.wake()
	}
}

// retained returns how many of the last values a receiver has yet to receive.
func (m *model) retained() (n int) {
	for _, r := range m.receivers {
		if !r.closed {
			n = max(n, min(len(m.sent)-r.next, m.capacity))
		}
	}
	return n
}

// recv returns what r receives next: a value, or how many it has missed, or p says why it
// receives nothing.
func (m *model) recv(r *modelReceiver) (v, missed int, p edo.Poll) {
	oldest := max(0, len(m.sent)-m.capacity)
	switch {
	case r.closed:
		return 0, 0, edo.End
	case r.next < oldest:
		missed = oldest - r.next
		r.next = oldest
		return 0, missed, edo.Ready
	case r.next < len(m.sent):
		r.next++
		return m.sent[r.next-1], 0, edo.Ready
	case m.senders == 0:
		return 0, 0, edo.End
	}
	return 0, 0, edo.Pending
}

// TestChannelBehavesLikeItsModel runs random programs on the channel and on its model, and
// compares every result and every wake.
func TestChannelBehavesLikeItsModel(t *testing.T) { chantest.RunPrograms(t, runProgram) }

func runProgram(r *rand.Rand) error {
	m := &model{capacity: 1 + r.IntN(6)*r.IntN(6), senders: 1}
	tx, rx := broadcast.New[int](m.capacity)
	senders := []*modelSender{{tx: tx, open: true, task: edotest.NewTask(), f: tx.ClosedFuture()}}
	receiver := func(rx *broadcast.Receiver[int], closed bool) {
		m.receivers = append(m.receivers, &modelReceiver{rx: rx, next: len(m.sent), closed: closed, task: edotest.NewTask()})
	}
	receiver(rx, false)
	leave := func(rx *modelReceiver, wake bool) {
		if rx.closed {
			return
		}
		if wake {
			rx.wake()
		}
		rx.closed, rx.waits = true, false
		if m.countReceivers() == 0 {
			for _, s := range senders {
				if s.waits {
					s.waits = false
					s.wakes++
				}
			}
		}
	}
	sends := r.IntN(20) // a larger number makes more of the operations sends
	for step := range 20 + r.IntN(200) {
		s := senders[r.IntN(len(senders))]
		rx := m.receivers[r.IntN(len(m.receivers))]
		op := r.IntN(50 + sends)
		where := fmt.Sprintf("step %d, operation %d", step, op)
		switch {
		case op < 12:
			v, missed, p := m.recv(rx)
			got, err := rx.rx.TryRecv()
			want := map[edo.Poll]error{edo.Pending: edo.ErrEmpty, edo.End: edo.ErrClosed}[p]
			if err := compareReceive(got, err, v, missed, want); err != nil {
				return fmt.Errorf("%s: TryRecv: %w", where, err)
			}
		case op < 30:
			v, missed, p := m.recv(rx)
			rx.waits = p == edo.Pending
			got, gotP, err := edotest.PollNext(rx.task, rx.rx)
			if err := compareReceive(got, err, v, missed, nil); err != nil || gotP != p {
				return fmt.Errorf("%s: PollNext: %v, %v, want %v", where, gotP, err, p)
			}
		case op < 32:
			receiver(s.tx.Subscribe(), false)
		case op == 32:
			receiver(rx.rx.Resubscribe(), false)
		case op < 35:
			leave(rx, true)
			rx.rx.Close()
		case op < 38:
			leave(rx, false)
			rx.rx.Drop()
		case op == 38:
			clone := s.tx.Clone()
			senders = append(senders, &modelSender{tx: clone, open: s.open, task: edotest.NewTask(), f: clone.ClosedFuture()})
			if s.open {
				m.senders++
			}
		case op == 39 && r.IntN(3) == 0:
			s.tx.Close()
			if s.open {
				s.open = false
				m.senders--
				if s.waits {
					s.waits = false
					s.wakes++
				}
				if m.senders == 0 {
					m.wakeAll()
				}
			}
		case op < 42:
			_, p, err := edotest.Poll(s.task, s.f)
			ready := !s.open || m.countReceivers() == 0
			if (p == edo.Ready) != ready || err != nil {
				return fmt.Errorf("%s: ClosedFuture: %v, %v, want ready %v", where, p, err, ready)
			}
			s.waits = !ready
		case op == 42:
			edo.Drop(s.f)
			s.waits = false
		default:
			v := len(m.sent) + 1
			want := m.countReceivers()
			if !s.open {
				want = 0
			}
			n, err := s.tx.Send(v)
			if n != want || (err == nil) != (want > 0) || err != nil && !errors.Is(err, edo.ErrClosed) {
				return fmt.Errorf("%s: Send = %d, %v, want %d", where, n, err, want)
			}
			if want > 0 {
				m.sent = append(m.sent, v)
				m.wakeAll()
			}
		}
		if err := m.compare(tx, senders); err != nil {
			return fmt.Errorf("%s: %w", where, err)
		}
	}
	return nil
}

// compareReceive compares the results of a receive with those of the model.
func compareReceive(got int, err error, v, missed int, want error) error {
	var lag *broadcast.LaggedError
	switch {
	case missed > 0:
		if !errors.As(err, &lag) || lag.Missed != uint64(missed) {
			return fmt.Errorf("%d, %v, want to have missed %d", got, err, missed)
		}
	case got != v || !errors.Is(err, want) || errors.As(err, &lag):
		return fmt.Errorf("%d, %v, want %d, %v", got, err, v, want)
	}
	return nil
}

func (m *model) compare(tx *broadcast.Sender[int], senders []*modelSender) error {
	if err := tx.Check(); err != nil {
		return err
	}
	if got, want := tx.Len(), m.retained(); got != want {
		return fmt.Errorf("Len() = %d, want %d", got, want)
	}
	if got, want := tx.ReceiverCount(), m.countReceivers(); got != want {
		return fmt.Errorf("ReceiverCount() = %d, want %d", got, want)
	}
	if got := tx.SenderCount(); got != m.senders {
		return fmt.Errorf("SenderCount() = %d, want %d", got, m.senders)
	}
	for i, r := range m.receivers {
		if got := r.task.Wakes(); got != r.wakes {
			return fmt.Errorf("receiver %d woken %d times, want %d", i, got, r.wakes)
		}
		want := len(m.sent) - r.next
		if r.closed {
			want = 0
		}
		if got := r.rx.Len(); got != want {
			return fmt.Errorf("receiver %d: Len() = %d, want %d", i, got, want)
		}
		if got, want := r.rx.IsClosed(), r.closed || m.senders == 0; got != want {
			return fmt.Errorf("receiver %d: IsClosed() = %v", i, got)
		}
	}
	for i, s := range senders {
		if got := s.task.Wakes(); got != s.wakes {
			return fmt.Errorf("sender %d woken %d times, want %d", i, got, s.wakes)
		}
		if got, want := s.tx.IsClosed(), !s.open || m.countReceivers() == 0; got != want {
			return fmt.Errorf("sender %d: IsClosed() = %v", i, got)
		}
	}
	return nil
}
