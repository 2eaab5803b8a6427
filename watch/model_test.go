package watch_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/chantest"
	"github.com/edo-go/edo/watch"
)

// model is a naive form of the channel: a value and a count.
type model struct {
	value     int
	changes   int
	senders   []*modelSender
	receivers []*modelReceiver
}

// modelReceiver is a receiver of the channel, and its state in the model. It waits for a change
// or for a value that suits.
type modelReceiver struct {
	rx     *watch.Receiver[int]
	unseen bool
	closed bool
	task   *edotest.Task
	waits  bool
	wakes  int

	waitFor edo.Future[int]
	tried   int // the count of changes when waitFor tried the value last; or -1
}

// modelSender is a sender of the channel, and its state in the model, with a task that waits
// until there are no receivers.
type modelSender struct {
	tx    *watch.Sender[int]
	open  bool
	task  *edotest.Task
	f     edo.Future[edo.Unit]
	waits bool
	wakes int
}

// suitable is the predicate of the receivers.
func suitable(v int) bool { return v%5 == 0 }

func (m *model) countReceivers() (n int) {
	for _, r := range m.receivers {
		if !r.closed {
			n++
		}
	}
	return n
}

func (m *model) open() (n int) {
	for _, s := range m.senders {
		if s.open {
			n++
		}
	}
	return n
}

func (r *modelReceiver) wake() {
	if r.waits {
		r.waits = false
		r.wakes++
	}
}

func (s *modelSender) wake() {
	if s.waits {
		s.waits = false
		s.wakes++
	}
}

// set is the effect of each way to change the value.
func (m *model) set(v int) {
	m.value = v
	m.changes++
	for _, r := range m.receivers {
		r.unseen = true
		r.wake()
	}
}

// see is a poll for a change. Without a value p says why.
func (m *model) see(r *modelReceiver) (v int, p edo.Poll) {
	switch {
	case r.closed:
		return 0, edo.End
	case r.unseen:
		r.unseen = false
		return m.value, edo.Ready
	case m.open() == 0:
		return 0, edo.End
	}
	r.waits = true
	return 0, edo.Pending
}

// waitFor is a poll for a value that suits.
func (m *model) waitFor(r *modelReceiver) (v int, p edo.Poll) {
	if r.closed {
		return 0, edo.End
	}
	if r.tried != m.changes {
		r.tried, r.unseen = m.changes, false
		if suitable(m.value) {
			return m.value, edo.Ready
		}
	}
	if m.open() == 0 {
		return 0, edo.End
	}
	r.waits = true
	return 0, edo.Pending
}

// TestChannelBehavesLikeItsModel runs random programs on the channel and on its model, and
// compares every result and every wake.
func TestChannelBehavesLikeItsModel(t *testing.T) { chantest.RunPrograms(t, runProgram) }

func runProgram(r *rand.Rand) error {
	tx, rx := watch.New(1)
	m := &model{value: 1}
	sender := func(tx *watch.Sender[int], open bool) {
		m.senders = append(m.senders, &modelSender{tx: tx, open: open, task: edotest.NewTask(), f: tx.ClosedFuture()})
	}
	receiver := func(rx *watch.Receiver[int], unseen, closed bool) {
		m.receivers = append(m.receivers, &modelReceiver{rx: rx, unseen: unseen, closed: closed, task: edotest.NewTask(),
			waitFor: rx.WaitForFuture(suitable), tried: -1})
	}
	sender(tx, true)
	receiver(rx, false, false)
	leave := func(rx *modelReceiver, wake bool) {
		if rx.closed {
			return
		}
		if wake {
			rx.wake()
		}
		rx.closed, rx.waits = true, false
		if m.countReceivers() == 0 {
			for _, s := range m.senders {
				s.wake()
			}
		}
	}
	for step := range 20 + r.IntN(200) {
		s := m.senders[r.IntN(len(m.senders))]
		rx := m.receivers[r.IntN(len(m.receivers))]
		v := 1 + r.IntN(20)
		op := r.IntN(60)
		where := fmt.Sprintf("step %d, operation %d", step, op)
		switch {
		case op < 10:
			want, p := m.see(rx)
			got, gotP, err := edotest.PollNext(rx.task, rx.rx)
			if got != want || gotP != p || err != nil {
				return fmt.Errorf("%s: PollNext = %d, %v, %v, want %d, %v", where, got, gotP, err, want, p)
			}
		case op < 15:
			_, want := m.see(rx)
			_, p, err := edotest.Poll(rx.task, rx.rx.ChangedFuture())
			if err := compareFuture(p, err, want); err != nil {
				return fmt.Errorf("%s: Changed: %w", where, err)
			}
		case op < 25:
			v, want := m.waitFor(rx)
			got, p, err := edotest.Poll(rx.task, rx.waitFor)
			if err := compareFuture(p, err, want); err != nil || got != v {
				return fmt.Errorf("%s: WaitFor = %d: %w, want %d", where, got, err, v)
			}
			if p == edo.Ready {
				rx.waitFor, rx.tried = rx.rx.WaitForFuture(suitable), -1
			}
		case op < 27:
			rx.unseen = false
			if got := rx.rx.BorrowAndUpdate(); got != m.value {
				return fmt.Errorf("%s: BorrowAndUpdate() = %d, want %d", where, got, m.value)
			}
		case op == 27:
			rx.unseen = true
			rx.rx.MarkChanged()
		case op == 28:
			rx.unseen = false
			rx.rx.MarkUnchanged()
		case op < 31:
			receiver(s.tx.Subscribe(), false, false)
		case op == 31:
			receiver(rx.rx.Clone(), rx.unseen, rx.closed)
		case op == 32:
			leave(rx, true)
			rx.rx.Close()
		case op < 36:
			leave(rx, false)
			rx.rx.Drop()
		case op == 36:
			sender(s.tx.Clone(), s.open)
		case op == 37 && r.IntN(3) == 0:
			s.tx.Close()
			if s.open {
				s.open = false
				s.wake()
				if m.open() == 0 {
					for _, r := range m.receivers {
						r.wake()
					}
				}
			}
		case op < 40:
			_, p, err := edotest.Poll(s.task, s.f)
			ready := !s.open || m.countReceivers() == 0
			if (p == edo.Ready) != ready || err != nil {
				return fmt.Errorf("%s: ClosedFuture: %v, %v, want ready %v", where, p, err, ready)
			}
			s.waits = !ready
		case op == 40:
			edo.Drop(s.f)
			s.waits = false
		case op < 44:
			want := v
			if s.open {
				want = m.value
				m.set(v)
			}
			if got := s.tx.SendReplace(v); got != want {
				return fmt.Errorf("%s: SendReplace = %d, want %d", where, got, want)
			}
		case op < 47:
			if s.open {
				m.set(m.value + 1)
			}
			s.tx.SendModify(func(v *int) { *v++ })
		case op < 51:
			notify := op < 49
			if s.open && notify {
				m.set(v)
			} else if s.open {
				m.value = v
			}
			got := s.tx.SendIfModified(func(value *int) bool { *value = v; return notify })
			if want := s.open && notify; got != want {
				return fmt.Errorf("%s: SendIfModified = %v, want %v", where, got, want)
			}
		case op == 51:
			func() {
				defer func() { recover() }()
				s.tx.SendModify(func(v *int) { *v = -1; panic("half") })
			}()
		default:
			ok := s.open && m.countReceivers() > 0
			if ok {
				m.set(v)
			}
			if err := s.tx.Send(v); (err == nil) != ok || err != nil && !errors.Is(err, edo.ErrClosed) {
				return fmt.Errorf("%s: Send = %v, want ok %v", where, err, ok)
			}
		}
		if err := m.compare(tx); err != nil {
			return fmt.Errorf("%s: %w", where, err)
		}
	}
	return nil
}

// compareFuture compares the results of a future with the result of a stream in the model.
func compareFuture(p edo.Poll, err error, want edo.Poll) error {
	if want == edo.End && p == edo.Ready && errors.Is(err, edo.ErrClosed) || want != edo.End && p == want && err == nil {
		return nil
	}
	return fmt.Errorf("%v, %v, want %v", p, err, want)
}

func (m *model) compare(tx *watch.Sender[int]) error {
	if err := tx.Check(); err != nil {
		return err
	}
	if got := tx.Borrow(); got != m.value {
		return fmt.Errorf("Borrow() = %d, want %d", got, m.value)
	}
	if got, want := tx.ReceiverCount(), m.countReceivers(); got != want {
		return fmt.Errorf("ReceiverCount() = %d, want %d", got, want)
	}
	if got, want := tx.SenderCount(), m.open(); got != want {
		return fmt.Errorf("SenderCount() = %d, want %d", got, want)
	}
	for i, r := range m.receivers {
		if got := r.task.Wakes(); got != r.wakes {
			return fmt.Errorf("receiver %d woken %d times, want %d", i, got, r.wakes)
		}
		want, wantErr := r.unseen && !r.closed, error(nil)
		if r.closed || !r.unseen && m.open() == 0 {
			wantErr = edo.ErrClosed
		}
		if got, err := r.rx.HasChanged(); got != want || !errors.Is(err, wantErr) {
			return fmt.Errorf("receiver %d: HasChanged() = %v, %v, want %v, %v", i, got, err, want, wantErr)
		}
	}
	for i, s := range m.senders {
		if got := s.task.Wakes(); got != s.wakes {
			return fmt.Errorf("sender %d woken %d times, want %d", i, got, s.wakes)
		}
		if got, want := s.tx.IsClosed(), !s.open || m.countReceivers() == 0; got != want {
			return fmt.Errorf("sender %d: IsClosed() = %v", i, got)
		}
	}
	return nil
}
