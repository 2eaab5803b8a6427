package sched

import (
	"sync/atomic"
	"testing"
)

// owed is a debtor that counts how often it was settled.
type owed struct {
	debt    Debt
	settled atomic.Int32
}

func (o *owed) Settle(*Context) { o.settled.Add(1) }

func newOwed() *owed {
	o := &owed{}
	o.debt.To = o
	return o
}

func TestDebtIsSettledOnceAtTheEndOfThePoll(t *testing.T) {
	a, b := newOwed(), newOwed()
	polls := 0
	run(t, 1, func(cx *Context) bool {
		if n := a.settled.Load(); n != int32(polls) {
			t.Errorf("settled %d times after %d polls", n, polls)
		}
		if polls++; polls == 4 {
			return true // and owes nothing
		}
		for range 3 {
			if !cx.Owe(&a.debt) {
				t.Error("not owed")
			}
			if cx.Owe(&b.debt) {
				t.Error("a second debt")
			}
		}
		if polls == 3 {
			panic("on purpose")
		}
		cx.Yield()
		return false
	})
	if n := b.settled.Load(); n != 0 {
		t.Errorf("settled %d times what was not owed", n)
	}
	if n := a.settled.Load(); n != 3 {
		t.Errorf("settled %d times, want 3", n)
	}
}

func TestDebtOfATaskThatEndsIsSettled(t *testing.T) {
	o := newOwed()
	run(t, 1, func(cx *Context) bool { return cx.Owe(&o.debt) })
	if n := o.settled.Load(); n != 1 {
		t.Errorf("settled %d times", n)
	}
}

func TestPollThatTakesLongIsSettledFor(t *testing.T) {
	o := newOwed()
	wait := make(chan struct{})
	o.debt.To = settleFunc(func() {
		if o.settled.Add(1) == 1 {
			close(wait)
		}
	})
	run(t, 1, func(cx *Context) bool {
		cx.Owe(&o.debt)
		<-wait // blocks the worker
		return true
	})
	if n := o.settled.Load(); n < 2 {
		t.Errorf("settled %d times, want once meanwhile and once at the end", n)
	}
}

type settleFunc func()

func (f settleFunc) Settle(*Context) { f() }

func TestOnlyWhoIsSettledForMayOwe(t *testing.T) {
	o := newOwed()
	cx := NewContext(nil, nil)
	if cx.Owe(&o.debt) {
		t.Error("nobody will settle that")
	}
	cx.SettleAtEnd()
	if !cx.Owe(&o.debt) {
		t.Error("not owed")
	}
	cx.Settle()
	cx.Settle()
	if n := o.settled.Load(); n != 1 {
		t.Errorf("settled %d times", n)
	}
}
