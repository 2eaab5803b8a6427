package oneshot_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/internal/own/owntest"
	"github.com/edo-go/edo/oneshot"
)

const (
	modelTasks = 3 // each may ask for either half
	none       = -1
)

// model is a channel as a few plain fields. The real channel must do the same.
type model struct {
	value              *owntest.Handle
	sent, gone, closed bool
	read               bool
	receiver, sender   int // the task that asked last and waits, or none
	wakes              [modelTasks]int
}

func (m *model) over() bool { return m.sent || m.gone || m.closed }

// end wakes the tasks that wait, the receiver only with andReceiver.
func (m *model) end(andReceiver bool) {
	if m.receiver != none && andReceiver {
		m.wakes[m.receiver]++
	}
	if m.sender != none {
		m.wakes[m.sender]++
	}
	m.receiver, m.sender = none, none
}

func (m *model) send(v *owntest.Handle) error {
	if m.over() {
		return edo.ErrClosed
	}
	m.sent, m.value = true, v
	m.end(true)
	return nil
}

func (m *model) closeSender() {
	if !m.sent && !m.gone {
		m.gone = true
		m.end(true)
	}
}

func (m *model) closeReceiver(wakeIt bool) {
	if !m.closed {
		m.closed = true
		m.end(wakeIt)
	}
}

func (m *model) recv(task int) (v *owntest.Handle, p edo.Poll, err error) {
	switch {
	case !m.over() && task == none:
		return nil, edo.Ready, edo.ErrEmpty
	case !m.over():
		m.receiver = task
		return nil, edo.Pending, nil
	case m.sent && !m.read:
		v, m.value = m.value, nil
	default:
		err = edo.ErrClosed
	}
	m.read = true
	return v, edo.Ready, err
}

func (m *model) pollClosed(task int) edo.Poll {
	if m.over() {
		return edo.Ready
	}
	m.sender = task
	return edo.Pending
}

// TestOneshotAgainstTheModel plays random programs to the channel and to the model,
// and compares every result, every wake and every drop.
func TestOneshotAgainstTheModel(t *testing.T) {
	programs := 20_000
	if testing.Short() || invariant.Enabled {
		programs = 3000
	}
	for seed := range programs {
		if err := playAgainstModel(rand.New(rand.NewPCG(uint64(seed), 1))); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
	}
}

func playAgainstModel(r *rand.Rand) error {
	tx, rx := oneshot.New[*owntest.Handle]()
	m := &model{receiver: none, sender: none}
	by := edotest.NewTask()
	var tasks [modelTasks]*edotest.Task
	for i := range tasks {
		tasks[i] = edotest.NewTask()
	}
	drops := map[*owntest.Handle]int{} // how many there must be
	ended := false
	for !ended {
		task := r.IntN(modelTasks)
		var what string
		var got, want any
		var gotErr, wantErr error
		switch op := r.IntN(24); op {
		case 0, 1:
			what = "Send"
			v := owntest.NewHandle(0)
			drops[v] = 0
			if op == 0 {
				gotErr = tx.Send(v)
			} else {
				by.Enter(func(cx *edo.Context) { gotErr = tx.SendBy(cx, v) })
			}
			wantErr = m.send(v)
		case 2:
			what = "Close of the sender"
			tx.Close()
			m.closeSender()
		case 3:
			what = "Close of the receiver"
			rx.Close()
			m.closeReceiver(true)
		case 4:
			what = "Drop of the sender"
			tx.Drop()
			m.closeSender()
		case 5:
			what = "Drop of the receiver"
			rx.Drop()
			m.closeReceiver(false)
			if v, _, err := m.recv(none); err == nil {
				drops[v]++
			}
			ended = r.IntN(2) == 0
		case 6, 7:
			what = "TryRecv"
			got, gotErr = rx.TryRecv()
			want, _, wantErr = m.recv(none)
		case 8:
			what = "IsClosed"
			got, want = tx.IsClosed(), m.over()
		case 9:
			what = "Terminated"
			got, want = rx.Terminated(), m.read
		case 10:
			what = "an inspection"
			got, want = len(edotest.Waits(tasks[task], rx)), 1
		case 11:
			what = "a poll without budget"
			tasks[task].EnterWithBudget(0, func(cx *edo.Context) {
				_, p, _ := rx.Poll(cx)
				got, want = [2]edo.Poll{p, tx.PollClosed(cx)}, [2]edo.Poll{}
			})
			m.wakes[task]++
		case 12, 13, 14, 15:
			what = "PollClosed"
			tasks[task].Enter(func(cx *edo.Context) { got = tx.PollClosed(cx) })
			want = m.pollClosed(task)
		case 16, 17:
			what = "Poll of ClosedFuture"
			f := tx.ClosedFuture()
			_, got, gotErr = edotest.Poll(tasks[task], f)
			edo.Drop(f)
			want = m.pollClosed(task)
		default:
			what = "Poll"
			v, p, err := edotest.Poll(tasks[task], rx)
			mv, mp, merr := m.recv(task)
			got, gotErr = [2]any{v, p}, err
			want, wantErr = [2]any{mv, mp}, merr
		}
		if got != want || !errors.Is(gotErr, wantErr) {
			return fmt.Errorf("%s = %v, %v; want %v, %v", what, got, gotErr, want, wantErr)
		}
		for i, task := range tasks {
			if task.Wakes() != m.wakes[i] {
				return fmt.Errorf("after %s task %d has been woken %d times, want %d", what, i, task.Wakes(), m.wakes[i])
			}
		}
		for v, n := range drops {
			if v.Drops() != n {
				return fmt.Errorf("after %s a value was dropped %d times, want %d", what, v.Drops(), n)
			}
		}
	}
	return nil
}
