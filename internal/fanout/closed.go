package fanout

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/origin"
)

// PollClosed is Ready while IsClosed, and otherwise keeps the waker of the task that
// polled last.
func (s *Sender) PollClosed(cx *edo.Context) edo.Poll { return s.poll(cx, s, &s.own) }

// poll is the mechanism of all three faces. That there are no receivers may be over
// again before whoever was woken polls: then it waits on.
func (s *Sender) poll(cx *edo.Context, leaf edo.Leaf, e *Entry) edo.Poll {
	if !cx.Proceed(leaf) {
		return edo.Pending
	}
	h := s.hub
	h.Mu.Lock()
	defer h.Mu.Unlock()
	if s.isClosed() {
		return edo.Ready
	}
	s.attend(e, cx.Waker())
	return edo.Pending
}

// Waits says that s waits for the receivers to go, or for its own end.
func (s *Sender) Waits(*edo.Context) edo.Wait {
	h := s.hub
	h.Mu.Lock()
	defer h.Mu.Unlock()
	w := edo.Wait{On: h.Package + ": closed (no receivers left)"}
	if h.receivers > 0 {
		w.By = append(w.By, origin.Count(h.receivers, "receiver"))
	}
	if s.open {
		w.By = append(w.By, "a Close of this sender")
	}
	return w
}

// closing is the future of a sender's end. The lock of the hub guards its entry.
type closing struct {
	s     *Sender
	entry Entry
	next  *closing // while the hub keeps it
}

// ClosedFuture returns a future of PollClosed, with an entry of its own.
func (s *Sender) ClosedFuture() edo.Future[edo.Unit] { return &closing{s: s} }

// Poll is [Sender.PollClosed].
func (f *closing) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	return edo.Unit{}, f.s.poll(cx, f, &f.entry), nil
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
