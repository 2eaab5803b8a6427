package lock

import (
	"errors"
	"fmt"

	"github.com/edo-go/edo/internal/waiters"
)

// The Check functions return an error that says which rule is broken, while no operation is
// under way.

func (p *permits) check(base int64) error {
	p.latch.Lock()
	defer p.latch.Unlock()
	w := p.word.Load()
	switch first := p.queue.First(); {
	case base+w>>2 < 0 || w>>2 > maxFree(base):
		return fmt.Errorf("%d permits, base %d", w>>2, base)
	case w&hasQueue != 0 != (first != nil):
		return errors.New("rule 2: hasQueue is not whether the queue has waiters")
	case first != nil && base+w>>2 >= first.n:
		return fmt.Errorf("rule 4: %d permits are free, and the first waiter asks for %d", base+w>>2, first.n)
	case w&closed != 0 && first != nil:
		return errors.New("rule 7: closed, with a waiter in the queue")
	}
	return checkQueue(&p.queue)
}

func checkQueue(q *waiters.List[waiter]) error {
	var before *waiter
	for w := q.First(); w != nil; before, w = w, waiters.Next(w) {
		if waiters.Prev(w) != before || w.state != queued {
			return errors.New("the queue is broken")
		}
	}
	if before != q.Last() {
		return errors.New("the queue does not end with its last waiter")
	}
	return nil
}

// free reports whether no goroutine holds l.
func (l *latch) free() bool {
	if !l.mu.TryLock() {
		return false
	}
	l.mu.Unlock()
	return true
}

func (s *Semaphore) Unlatched() bool { return s.p.latch.free() }
func (m *RWMutex) Unlatched() bool   { return m.p.latch.free() }
func (n *Notify) Unlatched() bool    { return n.latch.free() }
func (b *Barrier) Unlatched() bool   { return b.latch.free() }

func (s *Semaphore) Check() error { return s.p.check(0) }
func (m *Mutex) Check() error     { return m.p.check(1) }
func (m *RWMutex) Check() error   { return m.p.check(rwAll) }
func (o *Once[T]) Check() error   { return o.p.check(1) }

func (n *Notify) Check() error {
	n.latch.Lock()
	defer n.latch.Unlock()
	s := n.word.Load()
	switch {
	case s&hasWaiters != 0 && s&stored != 0:
		return errors.New("rule 1: stored, with a waiter in the queue")
	case s&hasWaiters != 0 != !n.queue.Empty():
		return errors.New("rule 2: hasWaiters is not whether the queue has waiters")
	}
	return checkQueue(&n.queue)
}

func (b *Barrier) Check() error {
	b.latch.Lock()
	defer b.latch.Unlock()
	n := 0
	for w := b.queue.First(); w != nil; w = waiters.Next(w) {
		n++
	}
	if n != b.arrived || n > 0 && n >= b.n {
		return fmt.Errorf("%d of %d have arrived, and %d are in the queue", b.arrived, b.n, n)
	}
	return checkQueue(&b.queue)
}
