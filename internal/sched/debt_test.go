package sched

import (
	"sync/atomic"
	"testing"
)

// countingDebtor is a debtor that counts how often it was settled.
type countingDebtor struct {
	debt    Debt
	settled atomic.Int32
}

func (o *countingDebtor) Settle(*Context) { o.settled.Add(1) }

func newCountingDebtor() *countingDebtor {
	o := &countingDebtor{}
	o.debt.To = o
	return o
}

func TestDebtIsSettledOnceAtTheEndOfThePoll(t *testing.T) {
	a, b := newCountingDebtor(), newCountingDebtor()
	polls := 0
	run(t, 1, func(cx *Context) bool {
		if n := a.settled.Load(); n != int32(polls) {
			t.Errorf("settled %d times after %d polls", n, polls)
		}
		if polls++; polls == 4 {
			return true // this poll owes nothing
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
		t.Errorf("settled %d times a debt that was not owed", n)
	}
	if n := a.settled.Load(); n != 3 {
		t.Errorf("settled %d times, want 3", n)
	}
}

func TestDebtOfATaskThatEndsIsSettled(t *testing.T) {
	o := newCountingDebtor()
	run(t, 1, func(cx *Context) bool { return cx.Owe(&o.debt) })
	if n := o.settled.Load(); n != 1 {
		t.Errorf("settled %d times", n)
	}
}

func TestPollThatTakesLongIsSettledFor(t *testing.T) {
	o := newCountingDebtor()
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

func TestContextOwesOnlyIfItIsSettledAtTheEnd(t *testing.T) {
	o := newCountingDebtor()
	cx := NewContext(nil, nil)
	if cx.Owe(&o.debt) {
		t.Error("owed, although no call of Settle will follow")
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
