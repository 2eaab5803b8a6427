package fanout

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/origin"
)

// PollClosed is Ready while IsClosed, and otherwise keeps the waker of the task. Any
// number of tasks may poll: each is woken.
//
// A task that does not wait any more is not taken out when it turns away: each task that
// comes has one of the others asked, in turn, and takes its place if that has gone. So
// there are never many more entries than tasks that wait.
func (s *Sender) PollClosed(cx *edo.Context) edo.Poll {
	if !cx.Proceed(s) {
		return edo.Pending
	}
	me := cx.Waker()
	p, asked := s.wait(me)
	if asked == nil {
		return p
	}
	if s.hub.contend(&s.closers, cx, asked, "", s) == nil {
		p, asked = s.wait(me)
		if asked == nil {
			return p
		}
	}
	h := s.hub
	h.Mu.Lock()
	defer h.Mu.Unlock()
	if s.isClosed() {
		return edo.Ready
	}
	e := new(Entry)
	s.more = append(s.more, e)
	s.attend(e, me)
	return edo.Pending
}

// wait has w woken at the end. Without an entry that is free it returns one that is taken,
// another one each time, to ask whether its task still waits.
func (s *Sender) wait(w edo.Waker) (p edo.Poll, taken *Entry) {
	h := s.hub
	h.Mu.Lock()
	defer h.Mu.Unlock()
	if s.isClosed() {
		return edo.Ready, nil
	}
	free := (*Entry)(nil)
	for i := range 1 + len(s.more) {
		e := s.entry(i)
		switch at := s.closers.waker(e); {
		case at == w:
			return edo.Pending, nil
		case at.IsZero():
			free = e
		}
	}
	if free != nil {
		s.attend(free, w)
		return edo.Pending, nil
	}
	s.asked = (s.asked + 1) % (1 + len(s.more))
	return edo.Pending, s.entry(s.asked)
}

// entry returns one of those that PollClosed waits with.
func (s *Sender) entry(i int) *Entry {
	if i == 0 {
		return &s.own
	}
	return s.more[i-1]
}

// poll is Ready while IsClosed, and otherwise keeps the waker of the task in e, with which
// leaf waits alone. That there are no receivers may be over again before the task that was
// woken polls: then it waits on.
func (s *Sender) poll(cx *edo.Context, leaf edo.Leaf, e *Entry) (edo.Poll, error) {
	if !cx.Proceed(leaf) {
		return edo.Pending, nil
	}
	for h, me := s.hub, cx.Waker(); ; {
		h.Mu.Lock()
		closed := s.isClosed()
		if closed || s.admit(e, me) {
			h.Mu.Unlock()
			if closed {
				return edo.Ready, nil
			}
			return edo.Pending, nil
		}
		h.Mu.Unlock()
		if err := h.contend(&s.closers, cx, e, "each task takes a future of its own", leaf); err != nil {
			return edo.Ready, err
		}
	}
}

// Waits says that s waits for the receivers to go, or for its own end; or which has come.
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

// closing is the future of a sender's end. The lock of the hub guards its entry.
type closing struct {
	s     *Sender
	entry Entry
	next  *closing // while the hub keeps it
}

// ClosedFuture returns a future of PollClosed, with an entry of its own: one task waits
// for it.
func (s *Sender) ClosedFuture() edo.Future[edo.Unit] { return &closing{s: s} }

// Poll is [Sender.PollClosed].
func (f *closing) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	p, err := f.s.poll(cx, f, &f.entry)
	return edo.Unit{}, p, err
}

// Waits is [Sender.Waits].
func (f *closing) Waits(cx *edo.Context) edo.Wait { return f.s.Waits(cx) }

// Drop waits no longer.
func (f *closing) Drop() {
	h := f.s.hub
	h.Mu.Lock()
	defer h.Mu.Unlock()
	f.s.closers.Leave(&f.entry)
}

// keptFutures is how many futures a hub keeps for direct style.
const keptFutures = 64

// Closed waits until IsClosed. The error is that of the task.
func (s *Sender) Closed(task *edo.Task) error {
	h := s.hub
	h.Mu.Lock()
	f := h.kept
	if f == nil {
		f = new(closing)
	} else {
		h.kept, f.next = f.next, nil
		h.keptCount--
	}
	f.s = s
	h.Mu.Unlock()

	_, err := edo.Await(task, edo.Future[edo.Unit](f))

	h.Mu.Lock()
	defer h.Mu.Unlock()
	s.closers.Leave(&f.entry)
	if h.keptCount < keptFutures {
		*f = closing{next: h.kept} // the entry too: the next sender has another set
		h.kept = f
		h.keptCount++
	}
	return err
}
