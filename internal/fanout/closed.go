package fanout

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/origin"
	"github.com/edo-go/edo/internal/reuse"
	"github.com/edo-go/edo/internal/waiters"
)

// PollClosed is Ready while IsClosed, and otherwise keeps the waker of the task. Any number
// of tasks may poll: each is woken.
func (s *Sender) PollClosed(cx *edo.Context) edo.Poll {
	if !cx.Proceed(s) {
		return edo.Pending
	}
	var asked *Entry // its task still waits
	for left := waiters.Questions; ; left-- {
		other, p := s.askOrJoin(cx.Waker(), asked, left)
		if other == nil {
			return p
		}
		if s.hub.evictStale(&s.closedWaiters, cx, other, "", s) != nil {
			asked = other
		}
	}
}

// askOrJoin returns the entry to ask whether its task still waits, if there is one besides asked and
// left is not 0. Otherwise it makes w wait by an entry, or is Ready if IsClosed. A task that waits no
// more does not remove its entry: so each that comes asks others, as a [waiters.Roster] wants it.
func (s *Sender) askOrJoin(w edo.Waker, asked *Entry, left int) (other *Entry, p edo.Poll) {
	h := s.hub
	h.Mu.Lock()
	defer h.Mu.Unlock()
	if s.isClosed() {
		return nil, edo.Ready
	}
	s.polled.RemoveFunc(func(e *Entry) bool { return !s.closedWaiters.has(e) }) // evicted, or woken
	for _, e := range s.polled.All() {
		if s.closedWaiters.waker(e) == w {
			return nil, edo.Pending
		}
	}
	if other, ok := s.polled.Ask(asked, left); ok {
		return other, edo.Pending
	}
	e := &s.firstEntry
	if s.closedWaiters.has(e) {
		e = new(Entry)
	}
	s.polled.Add(e)
	s.addClosedWaiter(e, w)
	return nil, edo.Pending
}

// pollClosedBy is Ready while IsClosed, and otherwise keeps the waker of the task in e, by
// which only leaf waits. A receiver may subscribe between the wake and the poll of the task:
// then it waits on.
func (s *Sender) pollClosedBy(e *Entry, cx *edo.Context, leaf edo.Leaf) (edo.Poll, error) {
	if !cx.Proceed(leaf) {
		return edo.Pending, nil
	}
	for h, w := s.hub, cx.Waker(); ; {
		h.Mu.Lock()
		closed := s.isClosed()
		if closed || s.admitClosedWaiter(e, w) {
			h.Mu.Unlock()
			if closed {
				return edo.Ready, nil
			}
			return edo.Pending, nil
		}
		h.Mu.Unlock()
		if err := h.evictStale(&s.closedWaiters, cx, e, "each task takes a future of its own", leaf); err != nil {
			return edo.Ready, err
		}
	}
}

// Waits says that s waits for the receivers to go, or for its own Close; or which of the two
// has come.
func (s *Sender) Waits(*edo.Context) edo.Wait {
	h := s.hub
	h.Mu.Lock()
	defer h.Mu.Unlock()
	switch {
	case !s.open:
		return edo.Wait{On: h.Package + ": closed (this sender is closed)"}
	case h.receivers == 0:
		return edo.Wait{On: h.Package + ": closed (no receivers are left)"}
	}
	return edo.Wait{
		On: h.Package + ": closed",
		By: []string{origin.Count(h.receivers, "receiver"), "a Close of this sender"},
	}
}

// closedFuture is the future of [Sender.ClosedFuture]. The lock of the hub guards its entry.
type closedFuture struct {
	s     *Sender
	entry Entry
}

// ClosedFuture returns a future of PollClosed, with an entry of its own: one task waits
// for it.
func (s *Sender) ClosedFuture() edo.Future[edo.Unit] { return &closedFuture{s: s} }

// Poll is [Sender.PollClosed].
func (f *closedFuture) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	p, err := f.s.pollClosedBy(&f.entry, cx, f)
	return edo.Unit{}, p, err
}

// Waits is [Sender.Waits].
func (f *closedFuture) Waits(cx *edo.Context) edo.Wait { return f.s.Waits(cx) }

// Drop ends the wait.
func (f *closedFuture) Drop() {
	h := f.s.hub
	h.Mu.Lock()
	defer h.Mu.Unlock()
	f.s.closedWaiters.Leave(&f.entry)
}

// Closed waits until IsClosed. The error is that of the task.
//
//edo:step ClosedStep
func (s *Sender) Closed(task *edo.Task) error {
	f := closedFutures.Get()
	f.s = s
	_, err := edo.Await(task, edo.Future[edo.Unit](f))
	closedFutures.Put(f)
	return err
}

// ClosedStep is the step form of [Sender.Closed]. The step keeps the future.
func (s *Sender) ClosedStep(task *edo.Task, st *edo.Step) (done bool, err error) {
	f := edo.StepState[closedFuture](st)
	if f == nil {
		f = closedFutures.Get()
		f.s = s
		st.Set(f)
	}
	if done, _, err = edo.AwaitStep(task, edo.Future[edo.Unit](f)); done {
		st.Set(nil)
		closedFutures.Put(f)
	}
	return done, err
}

var closedFutures reuse.Pool[closedFuture, *closedFuture]
