package sched

import "runtime"

// A gate decides, in a seeded runtime, whether a task that was chosen is polled: a simulation
// stops the tasks of a host that stands still, and ends those of one that has crashed.

// SetGate makes rt, which is seeded, ask admits before each poll. It is called on the worker,
// between the polls of two tasks. If it returns false it keeps the task, which is in no queue any
// more, for [Runtime.Readmit]; if it returns true the task is polled, and admits may have replaced
// its body. SetGate is called from a poll.
func (rt *Runtime) SetGate(admits func(*Task) bool) { rt.gate = admits }

// nextAdmitted returns the task to poll in a seeded runtime, or nil.
func (w *Worker) nextAdmitted() *Task {
	for {
		t := w.nextSeeded()
		if t == nil || w.rt.gate == nil || w.rt.gate(t) {
			w.recordPoll(t)
			return t
		}
	}
}

// Readmit makes t runnable again, for which the gate has returned false.
func (rt *Runtime) Readmit(t *Task) {
	if t.home == nil { // it has not been polled yet
		rt.submit(t)
		return
	}
	t.enqueue()
}

// Replace gives t another body. Only a gate may call it, with the task that it is asked about.
func (t *Task) Replace(body Body) { t.body = body }

// An Unwinder makes contexts for functions that are resumed for the last time, one after the other,
// when their runtime has ended. The zero value can be used. Its functions share one worker, which
// polls nothing. That is not for two functions at once: beside one that does not end, the next one
// needs another Unwinder.
type Unwinder struct{ w *Worker }

// Context returns the context of a function of t: in [Context.Arrive] the goroutine exits. So do the
// deferred calls of the function that wait.
func (u *Unwinder) Context(t *Task) *Context {
	if u.w == nil {
		u.w = &Worker{}
		u.w.core.takenNext = &Task{} // so that Arrive ends the poll, and comes to the debt
		u.w.core.cx.debts.debt.Store(&Debt{To: exit{}})
	}
	return &Context{w: u.w, root: t, task: t}
}

// exit is a debt that is settled by an exit of the goroutine, each time that a function
// arrives.
type exit struct{}

func (e exit) Settle(cx *Context) {
	cx.debts.debt.Store(&Debt{To: e})
	runtime.Goexit()
}
