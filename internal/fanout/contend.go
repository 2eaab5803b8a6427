package fanout

import "github.com/edo-go/edo"

// Contend makes room for the waker of cx at e, which is in h.Waiting with another one. It
// is an error, with use as the advice, when the task of that waker waits still for one of
// leaves, those that wait by e: the first is what cx waits for. Without the lock.
func (h *Hub) Contend(cx *edo.Context, e *Entry, use string, leaves ...edo.Leaf) error {
	return h.contend(&h.Waiting, cx, e, use, leaves...)
}

// contend is Contend, for an entry of s.
func (h *Hub) contend(s *Set, cx *edo.Context, e *Entry, use string, leaves ...edo.Leaf) error {
	h.Mu.Lock()
	waiting := s.waker(e)
	h.Mu.Unlock()
	for _, leaf := range leaves {
		if err := cx.Sole(waiting, leaf, use); err != nil {
			return err
		}
	}
	h.Mu.Lock()
	if s.waker(e) == waiting {
		s.Leave(e)
	}
	h.Mu.Unlock()
	for _, leaf := range leaves {
		cx.Displace(waiting, leaf)
	}
	return nil
}
