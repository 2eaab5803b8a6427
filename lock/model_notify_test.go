package lock_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/lock"
)

// notifyModel is a Notify as a slice and a bit.
type notifyModel struct {
	stored   bool
	queue    []*waiter
	unpolled []*waiter // made, and not polled yet
}

func (m *notifyModel) notifyOne(last bool) {
	if len(m.queue) == 0 {
		m.stored = true
		return
	}
	i, n := 0, -1
	if last {
		i, n = len(m.queue)-1, -2
	}
	w := m.queue[i]
	m.queue = slices.Delete(m.queue, i, i+1)
	w.n = n
	w.grant()
}

func (m *notifyModel) notifyAll() {
	for _, w := range m.queue {
		w.grant()
	}
	for _, w := range m.unpolled {
		w.state = "granted"
	}
	m.queue, m.unpolled = nil, nil
}

// firstPoll is the first poll of w, or its Enable.
func (m *notifyModel) firstPoll(w *waiter) {
	m.unpolled = slices.DeleteFunc(m.unpolled, func(x *waiter) bool { return x == w })
	switch {
	case w.state == "granted":
	case m.stored:
		m.stored = false
		w.state, w.n = "granted", -1
	default:
		m.queue = append(m.queue, w)
	}
}

// enable is an Enable of w after firstPoll. If it returns true, w has consumed the
// notification.
func (m *notifyModel) enable(w *waiter) error {
	if got := w.enable(); got != (w.state == "granted") {
		return fmt.Errorf("Enable = %v, want %s", got, w.state)
	}
	if w.state == "granted" {
		w.n = 0
	}
	return nil
}

func TestNotifyAgainstTheModel(t *testing.T) {
	runPrograms(t, func(r *rand.Rand) error {
		m := &notifyModel{}
		var n lock.Notify
		var waiters []*waiter
		defer func() { dropAll(waiters) }()
		for step := range 20 + r.IntN(120) {
			op := r.IntN(18)
			where := fmt.Sprintf("step %d, operation %d", step, op)
			switch {
			case op < 2:
				n.NotifyOne()
				m.notifyOne(false)
			case op < 4:
				n.NotifyLast()
				m.notifyOne(true)
			case op == 4:
				n.NotifyAll()
				m.notifyAll()
			case op < 7:
				w := waitDirect(0, n.Wait)
				m.firstPoll(w)
				if got := outcome(w.poll()); got != w.state {
					return fmt.Errorf("%s: Wait is %s, want %s", where, got, w.state)
				}
				if w.state == "waiting" {
					waiters = append(waiters, w)
				}
			case op < 10:
				f := n.WaitFuture()
				w := waitFuture(0, f)
				m.unpolled = append(m.unpolled, w)
				waiters = append(waiters, w)
				w.enable = f.Enable
				if op == 7 {
					m.firstPoll(w)
					w.hasWaker = false
					if err := m.enable(w); err != nil {
						return fmt.Errorf("%s: %v", where, err)
					}
				}
			case len(waiters) > 0:
				i := r.IntN(len(waiters))
				w := waiters[i]
				if op < 13 {
					m.queue = slices.DeleteFunc(m.queue, func(x *waiter) bool { return x == w })
					m.unpolled = slices.DeleteFunc(m.unpolled, func(x *waiter) bool { return x == w })
					w.drop()
					if w.state == "granted" && w.n < 0 {
						m.notifyOne(w.n == -2)
					}
				} else {
					if slices.Contains(m.unpolled, w) {
						w.hasWaker = op != 17
						m.firstPoll(w)
					}
					if op == 17 && w.enable != nil {
						if err := m.enable(w); err != nil {
							return fmt.Errorf("%s: %v", where, err)
						}
						break
					}
					w.hasWaker = true
					if got := outcome(w.poll()); got != w.state {
						return fmt.Errorf("%s: it is %s, want %s", where, got, w.state)
					}
					if w.state == "waiting" {
						break
					}
				}
				waiters = slices.Delete(waiters, i, i+1)
			}
			if err := n.Check(); err != nil {
				return fmt.Errorf("%s: %v", where, err)
			}
			for _, w := range waiters {
				if err := w.check(); err != nil {
					return fmt.Errorf("%s: %v", where, err)
				}
			}
		}
		if f := n.WaitFuture(); f.Enable() != m.stored {
			return fmt.Errorf("at the end: stored is not %v", m.stored)
		}
		return nil
	})
}

func TestBarrierAgainstTheModel(t *testing.T) {
	runPrograms(t, func(r *rand.Rand) error {
		size := 1 + r.IntN(5)
		b := lock.NewBarrier(size)
		var queue, waiters []*waiter
		defer func() { dropAll(waiters) }()
		for step := range 20 + r.IntN(80) {
			op := r.IntN(8)
			where := fmt.Sprintf("step %d, operation %d", step, op)
			switch {
			case op < 4:
				leader := false
				w := waitDirect(0, func(task *edo.Task) (err error) {
					leader, err = b.Wait(task)
					return err
				})
				if f := b.WaitFuture(); op < 2 {
					w = waitFuture(0, f)
					w.poll = func() (p edo.Poll, err error) {
						leader, p, err = edotest.Poll(w.task, f)
						return p, err
					}
				}
				full := len(queue)+1 == size
				if full {
					for _, x := range queue {
						x.grant()
					}
					queue, w.state = nil, "granted"
				} else {
					queue = append(queue, w)
					waiters = append(waiters, w)
				}
				if got := outcome(w.poll()); got != w.state || leader != full {
					return fmt.Errorf("%s: it is %s, leader %v, want %s, %v", where, got, leader, w.state, full)
				}
			case len(waiters) > 0:
				i := r.IntN(len(waiters))
				w := waiters[i]
				if op < 6 {
					w.drop()
					queue = slices.DeleteFunc(queue, func(x *waiter) bool { return x == w })
				} else if got := outcome(w.poll()); got != w.state {
					return fmt.Errorf("%s: it is %s, want %s", where, got, w.state)
				} else if got == "waiting" {
					break
				}
				waiters = slices.Delete(waiters, i, i+1)
			}
			if err := b.Check(); err != nil {
				return fmt.Errorf("%s: %v", where, err)
			}
			for _, w := range waiters {
				if err := w.check(); err != nil {
					return fmt.Errorf("%s: %v", where, err)
				}
			}
		}
		return nil
	})
}
