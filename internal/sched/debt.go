package sched

import "sync/atomic"

// A Debtor has work that a poll has put off, to do it for many at once: a receiver that
// has freed several slots wakes their senders later, for example. The work must not be put
// off beyond the end of the poll, because the task may then wait for one of these senders.
type Debtor interface {
	// Settle does the work, as far as it is not done. It is called at the end of the
	// poll. If the poll takes long it is also called with a nil cx, from another
	// goroutine, while the poll is under way; then there may be nothing left to do. It
	// must not call code of the user's.
	Settle(cx *Context)
}

// A Debt is the part of a Debtor that a Context points to.
type Debt struct{ To Debtor }

// debts is the work that the current poll has put off: one debt at the most. It is atomic
// because the monitor reads it while a poll takes long: the tasks that wait for the work
// must not wait for a poll that blocks.
type debts struct {
	debt    atomic.Pointer[Debt]
	settles bool // Settle is called at the end of each poll
}

// Owe makes d be settled at the end of the poll, and returns true. It returns false if no
// call of Settle follows the poll, or the poll owes another debt already: then the caller
// settles at once. It costs a load and a comparison once d is owed, and a load at the end
// of a poll that owes nothing.
func (cx *Context) Owe(d *Debt) bool { return cx.debts.debt.Load() == d || cx.owe(d) }

func (cx *Context) owe(d *Debt) bool {
	if !cx.debts.settles || cx.debts.debt.Load() != nil {
		return false
	}
	cx.debts.debt.Store(d)
	return true
}

// SettleAtEnd says that the caller will call [Context.Settle] after each poll with cx.
func (cx *Context) SettleAtEnd() { cx.debts.settles = true }

// Settle settles the debt of the poll.
func (cx *Context) Settle() {
	if d := cx.debts.debt.Load(); d != nil {
		cx.debts.debt.Store(nil)
		d.To.Settle(cx)
	}
}

// settleFor settles the debt of w, from another goroutine, while its poll takes long. The
// poll still owes the debt: it may put off more work.
func settleFor(w *Worker) {
	if d := w.core.cx.debts.debt.Load(); d != nil {
		d.To.Settle(nil)
	}
}
