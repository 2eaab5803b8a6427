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
	stored bool
	line   []*asking
	idle   []*asking // made, and not polled yet
}

func (m *notifyModel) one(last bool) {
	if len(m.line) == 0 {
		m.stored = true
		return
	}
	i, n := 0, -1
	if last {
		i, n = len(m.line)-1, -2
	}
	a := m.line[i]
	m.line = slices.Delete(m.line, i, i+1)
	a.n = n
	a.grant()
}

func (m *notifyModel) all() {
	for _, a := range m.line {
		a.grant()
	}
	for _, a := range m.idle {
		a.state = "granted"
	}
	m.line, m.idle = nil, nil
}

// begin is the first poll of a, or its Enable.
func (m *notifyModel) begin(a *asking) {
	m.idle = slices.DeleteFunc(m.idle, func(x *asking) bool { return x == a })
	switch {
	case a.state == "granted":
	case m.stored:
		m.stored = false
		a.state, a.n = "granted", -1
	default:
		m.line = append(m.line, a)
	}
}

// enable is an Enable of a, which has begun: one that says true has taken the
// notification.
func (m *notifyModel) enable(a *asking) error {
	if got := a.enable(); got != (a.state == "granted") {
		return fmt.Errorf("Enable = %v, want %s", got, a.state)
	}
	if a.state == "granted" {
		a.n = 0
	}
	return nil
}

func TestNotifyAgainstTheModel(t *testing.T) {
	programs(t, func(r *rand.Rand) error {
		m := &notifyModel{}
		var n lock.Notify
		var asked []*asking
		defer func() { end(asked) }()
		for step := range 20 + r.IntN(120) {
			op := r.IntN(18)
			where := fmt.Sprintf("step %d, operation %d", step, op)
			switch {
			case op < 2:
				n.NotifyOne()
				m.one(false)
			case op < 4:
				n.NotifyLast()
				m.one(true)
			case op == 4:
				n.NotifyAll()
				m.all()
			case op < 7:
				a := askDirect(0, n.Wait)
				m.begin(a)
				if got := outcome(a.poll()); got != a.state {
					return fmt.Errorf("%s: Wait is %s, want %s", where, got, a.state)
				}
				if a.state == "waiting" {
					asked = append(asked, a)
				}
			case op < 10:
				f := n.WaitFuture()
				a := askFuture(0, f)
				m.idle = append(m.idle, a)
				asked = append(asked, a)
				a.enable = f.Enable
				if op == 7 {
					m.begin(a)
					a.deaf = true
					if err := m.enable(a); err != nil {
						return fmt.Errorf("%s: %v", where, err)
					}
				}
			case len(asked) > 0:
				i := r.IntN(len(asked))
				a := asked[i]
				if op < 13 {
					m.line = slices.DeleteFunc(m.line, func(x *asking) bool { return x == a })
					m.idle = slices.DeleteFunc(m.idle, func(x *asking) bool { return x == a })
					a.drop()
					if a.state == "granted" && a.n < 0 {
						m.one(a.n == -2)
					}
				} else {
					if slices.Contains(m.idle, a) {
						a.deaf = op == 17
						m.begin(a)
					}
					if op == 17 && a.enable != nil {
						if err := m.enable(a); err != nil {
							return fmt.Errorf("%s: %v", where, err)
						}
						break
					}
					a.deaf = false
					if got := outcome(a.poll()); got != a.state {
						return fmt.Errorf("%s: it is %s, want %s", where, got, a.state)
					}
					if a.state == "waiting" {
						break
					}
				}
				asked = slices.Delete(asked, i, i+1)
			}
			if err := n.Check(); err != nil {
				return fmt.Errorf("%s: %v", where, err)
			}
			for _, a := range asked {
				if err := a.check(); err != nil {
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
	programs(t, func(r *rand.Rand) error {
		size := 1 + r.IntN(5)
		b := lock.NewBarrier(size)
		var line, asked []*asking
		defer func() { end(asked) }()
		for step := range 20 + r.IntN(80) {
			op := r.IntN(8)
			where := fmt.Sprintf("step %d, operation %d", step, op)
			switch {
			case op < 4:
				leads := false
				a := askDirect(0, func(task *edo.Task) (err error) {
					leads, err = b.Wait(task)
					return err
				})
				if f := b.WaitFuture(); op < 2 {
					a = askFuture(0, f)
					a.poll = func() (p edo.Poll, err error) {
						leads, p, err = edotest.Poll(a.task, f)
						return p, err
					}
				}
				full := len(line)+1 == size
				if full {
					for _, x := range line {
						x.grant()
					}
					line, a.state = nil, "granted"
				} else {
					line = append(line, a)
					asked = append(asked, a)
				}
				if got := outcome(a.poll()); got != a.state || leads != full {
					return fmt.Errorf("%s: it is %s, leader %v, want %s, %v", where, got, leads, a.state, full)
				}
			case len(asked) > 0:
				i := r.IntN(len(asked))
				a := asked[i]
				if op < 6 {
					a.drop()
					line = slices.DeleteFunc(line, func(x *asking) bool { return x == a })
				} else if got := outcome(a.poll()); got != a.state {
					return fmt.Errorf("%s: it is %s, want %s", where, got, a.state)
				} else if got == "waiting" {
					break
				}
				asked = slices.Delete(asked, i, i+1)
			}
			if err := b.Check(); err != nil {
				return fmt.Errorf("%s: %v", where, err)
			}
			for _, a := range asked {
				if err := a.check(); err != nil {
					return fmt.Errorf("%s: %v", where, err)
				}
			}
		}
		return nil
	})
}
