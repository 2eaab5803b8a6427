package sched

import "errors"

// When a runtime has ended: the count of the tasks that live.
//
// The word Runtime.live holds two counts:
//
//	bits 0-39   tasks that live, and credits that workers hold
//	bits 40-63  marks: one for each of these tasks that is a daemon
//
// A daemon is a task that does not keep the runtime from ending: when only daemons are
// left, all are cancelled, and the runtime ends after them. Rules:
//
//	L1. A worker takes 64 credits at a time. A task that it spawns takes one of them, and
//	    a task that ends on it returns one; it returns all before it parks. So spawning
//	    writes nothing that is shared.
//	L2. A task that comes from outside adds 1 to the word, unless the word is 0.
//	L3. So the lower count is 0 exactly when every task has ended and no worker holds a
//	    credit. Then it stays 0, and the runtime has ended.
//	L4. A daemon is marked after it was counted, and unmarked before its count or credit
//	    is returned. So there are never more marks than daemons that live, and equal
//	    counts mean that only daemons live. A daemon that ends on another worker before
//	    it is marked makes the number of marks too small for a moment.
//	L5. Each change of the word that can make the counts equal, or 0, checks for that
//	    (settleLive).
//
// Why not a difference per worker, to be added up: a worker that has stolen a child and
// ends it could publish -1 before the parent's worker publishes +1. Why not two words: the
// first may have changed when the second is read.

const (
	daemonBits       = 40
	daemonMark int64 = 1 << daemonBits
	liveMask         = daemonMark - 1

	creditBatch = 64
)

// MaxCredits is how many credits a worker holds at most.
const MaxCredits = 2 * creditBatch

// ErrStopped says that every task of the runtime has ended, and that it accepts no more.
var ErrStopped = errors.New("sched: stopped")

// Hold counts one more live task, unless the runtime has stopped (rule L2).
func (rt *Runtime) Hold() error {
	for {
		n := rt.live.Load()
		if n == 0 {
			return ErrStopped
		}
		if rt.live.CompareAndSwap(n, n+1) {
			rt.submitted.Add(1)
			return nil
		}
	}
}

// Release returns a live task that [Runtime.Hold] has counted.
func (rt *Runtime) Release() {
	rt.settleLive(rt.live.Add(-1))
}

// Detach returns the live task that New has counted.
func (rt *Runtime) Detach() {
	rt.detached.Store(true)
	rt.Release()
	rt.CountExternal(-1) // last: otherwise a live task and no running one would look like a stall
}

// MarkDaemon notes that one more of the tasks that live is a daemon (rule L4).
func (rt *Runtime) MarkDaemon() { rt.settleLive(rt.live.Add(daemonMark)) }

// UnmarkDaemon notes that a daemon is about to end (rule L4).
func (rt *Runtime) UnmarkDaemon() { rt.live.Add(-daemonMark) }

// settleLive ends the runtime if no task lives any more. If only daemons live it cancels
// them all, and returns true. live is the word after the change (rule L5).
func (rt *Runtime) settleLive(live int64) (cancelled bool) {
	if live == 0 {
		rt.stop()
		return false
	}
	if marks := live >> daemonBits; marks <= 0 || marks != live&liveMask {
		return false
	}
	rt.CancelAll()
	return true
}

// spendCredit takes the credit of a task that is spawned (rule L1).
func (w *Worker) spendCredit() {
	if w.core.credits == 0 {
		w.rt.live.Add(creditBatch)
		w.core.credits = creditBatch
	}
	w.core.credits--
}

// returnCredit takes back the credit of a task that has ended (rule L1).
func (w *Worker) returnCredit() {
	if w.core.credits == MaxCredits {
		w.core.credits -= creditBatch
		w.rt.live.Add(-creditBatch) // not to 0: credits are left
	}
	w.core.credits++
}

// releaseCredits returns all credits of w. It returns true if that has cancelled the
// daemons: then some of them may be on this worker, to run.
func (w *Worker) releaseCredits() (cancelled bool) {
	if n := w.core.credits; n != 0 {
		w.core.credits = 0
		return w.rt.settleLive(w.rt.live.Add(-n))
	}
	return false
}

// releaseCreditsForDaemons returns all credits while there are daemons. A worker that
// never parks, because daemons keep it busy, would hide that only they are left.
func (w *Worker) releaseCreditsForDaemons() {
	if w.rt.live.Load() >= daemonMark {
		w.releaseCredits()
	}
}
