package fanout

import "github.com/edo-go/edo"

// Contested says that an entry has the waker of another task: the poll calls
// [Hub.EvictStale] and tries again. It is no result of a poll.
const Contested edo.Poll = 255

// EvictStale removes e from h.Waiting if the task of its waker waits no more, so that cx
// may wait by e. Otherwise it returns an error, with advice on what to do. leaves are all
// leaves that wait by e; cx waits for the first of them. The caller does not hold h.Mu.
func (h *Hub) EvictStale(cx *edo.Context, e *Entry, advice string, leaves ...edo.Leaf) error {
	return h.evictStale(&h.Waiting, cx, e, advice, leaves...)
}

// evictStale is EvictStale for an entry of s.
func (h *Hub) evictStale(s *Set, cx *edo.Context, e *Entry, advice string, leaves ...edo.Leaf) error {
	h.Mu.Lock()
	waker := s.waker(e)
	h.Mu.Unlock()
	for _, leaf := range leaves {
		if err := cx.Sole(waker, leaf, advice); err != nil {
			return err
		}
	}
	h.Mu.Lock()
	if s.waker(e) == waker { // else another task has evicted it, or its task was woken
		s.Leave(e)
	}
	h.Mu.Unlock()
	for _, leaf := range leaves {
		cx.Displace(waker, leaf)
	}
	return nil
}
