package aio

import "github.com/edo-go/edo"

// An operation that waits leaves something with its connection: since when it waits, for a limit
// of idleness, or a goroutine that is lent to it. When the operation is given up (its task was
// cancelled, a time limit around it has passed, it has lost a race) the connection must hear of it,
// or the next operation of the same task would be taken for the same wait. The futures of this
// package tell it when they are dropped. What is built around a reader or writer passes it on.

// AbandonRead tells r that a task has given up its read: the last PollRead of the task of w was
// pending, and the next one begins a read of its own. It calls the method
//
//	AbandonRead(w edo.Waker)
//
// of r, if r has it, as connections of package socket do. A future that polls a reader calls it in
// its Drop, and a reader that is built around another one has the method, and passes the call on.
// It never waits, and may be called from any goroutine. A task that is polled all the same, and
// goes on with its read, has lost nothing: the read counts as one that has just begun.
func AbandonRead(r Reader, w edo.Waker) {
	if a, ok := r.(interface{ AbandonRead(w edo.Waker) }); ok && !w.IsZero() {
		a.AbandonRead(w)
	}
}

// AbandonWrite is [AbandonRead] of PollWrite, PollFlush and PollShutdown: it calls the method
// AbandonWrite of dst.
func AbandonWrite(dst Writer, w edo.Waker) {
	if a, ok := dst.(interface{ AbandonWrite(w edo.Waker) }); ok && !w.IsZero() {
		a.AbandonWrite(w)
	}
}

// pendingRead names the task whose read of a reader is pending, if there is one.
type pendingRead struct{ task edo.Waker }

// note notes the result of a poll of r, and reports whether that is pending.
func (p *pendingRead) note(cx *edo.Context, r Reader, poll edo.Poll) bool {
	before := p.task
	if p.task = (edo.Waker{}); poll == edo.Pending {
		p.task = cx.Waker()
	}
	if before != p.task && before != cx.Waker() {
		AbandonRead(r, before) // the operation has gone to another task
	}
	return poll == edo.Pending
}

// giveUp abandons the read, if one is pending.
func (p *pendingRead) giveUp(r Reader) {
	w := p.task
	p.task = edo.Waker{}
	AbandonRead(r, w)
}

// pendingWrite is a pendingRead for a writer.
type pendingWrite struct{ task edo.Waker }

// note notes the result of a poll of w, and reports whether that is pending.
func (p *pendingWrite) note(cx *edo.Context, w Writer, poll edo.Poll) bool {
	before := p.task
	if p.task = (edo.Waker{}); poll == edo.Pending {
		p.task = cx.Waker()
	}
	if before != p.task && before != cx.Waker() {
		AbandonWrite(w, before)
	}
	return poll == edo.Pending
}

// giveUp abandons the write, if one is pending.
func (p *pendingWrite) giveUp(w Writer) {
	task := p.task
	p.task = edo.Waker{}
	AbandonWrite(w, task)
}
