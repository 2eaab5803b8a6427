package sched

import "sync/atomic"

// A Debtor is somebody whom a poll may owe something: what it has put off, to do it
// for many at once, and must not put off beyond its own end, because the task may wait
// for the very one that it owes it to.
type Debtor interface {
	// Settle does what was put off, as far as it was not done before. It is called at
	// the end of the poll; and, with a nil cx, from elsewhere while a poll that takes
	// long is still under way, also when nothing is owed any more. It must not call
	// anybody's code.
	Settle(cx *Context)
}

// A Debt is a Debtor where a Context keeps it, part of the Debtor itself.
type Debt struct{ To Debtor }

// debts is what the poll under way owes: one debt at the most. It is atomic because the
// monitor looks at it when the worker is stuck: one that blocks in a poll must not hold
// up those whom it owes something.
type debts struct {
	debt    atomic.Pointer[Debt]
	settles bool // somebody settles at the end of a poll
}

// Owe says that d is settled at the end of the poll. Otherwise, where nobody would do
// that or the poll owes something else already, the caller settles at once. It costs a
// load and a comparison once d is owed, and the end of a poll that owes nothing a load.
func (cx *Context) Owe(d *Debt) bool { return cx.debts.debt.Load() == d || cx.owe(d) }

func (cx *Context) owe(d *Debt) bool {
	if !cx.debts.settles || cx.debts.debt.Load() != nil {
		return false
	}
	cx.debts.debt.Store(d)
	return true
}

// SettleAtEnd says that whoever polls with cx calls [Context.Settle] after each poll.
func (cx *Context) SettleAtEnd() { cx.debts.settles = true }

// Settle ends what the poll owes.
func (cx *Context) Settle() {
	if d := cx.debts.debt.Load(); d != nil {
		cx.debts.debt.Store(nil)
		d.To.Settle(cx)
	}
}

// settleFor settles what w owes, from another goroutine: its poll takes long. It stays
// owed: the poll may go on.
func settleFor(w *Worker) {
	if d := w.cx.debts.debt.Load(); d != nil {
		d.To.Settle(nil)
	}
}
