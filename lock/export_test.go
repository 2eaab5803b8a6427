package lock

import (
	"errors"
	"fmt"
)

// The Check functions say which rule does not hold, while nothing is going on.

func (p *permits) check(base int64) error {
	p.latch.Lock()
	defer p.latch.Unlock()
	w := p.word.Load()
	switch first := p.line.first; {
	case base+w>>2 < 0 || w>>2 > limit(base):
		return fmt.Errorf("%d permits, base %d", w>>2, base)
	case w&hasLine != 0 != (first != nil):
		return errors.New("rule 2: hasLine is not whether somebody is in line")
	case first != nil && base+w>>2 >= first.n:
		return fmt.Errorf("rule 4: %d permits are free, and the first in line asks for %d", base+w>>2, first.n)
	case w&closed != 0 && first != nil:
		return errors.New("rule 7: closed, with somebody in line")
	}
	return p.line.check()
}

func (l *line) check() error {
	var before *waiter
	for w := l.first; w != nil; before, w = w, w.next {
		if w.prev != before || w.state != queued {
			return errors.New("the line is broken")
		}
	}
	if before != l.last {
		return errors.New("the line does not end with its last")
	}
	return nil
}

// free says whether nobody holds l.
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

// BeforeInARing is what is said of a waiter whose line has no beginning.
func BeforeInARing() []string {
	var w waiter
	w.prev = &w
	return before(&w)
}

func (s *Semaphore) Check() error { return s.p.check(0) }
func (m *Mutex) Check() error     { return m.p.check(1) }
func (m *RWMutex) Check() error   { return m.p.check(rwAll) }
func (o *Once[T]) Check() error   { return o.p.check(1) }

func (n *Notify) Check() error {
	n.latch.Lock()
	defer n.latch.Unlock()
	s := n.word.Load()
	switch {
	case s&waiting != 0 && s&stored != 0:
		return errors.New("rule 1: stored, with somebody in line")
	case s&waiting != 0 != !n.line.empty():
		return errors.New("rule 2: waiting is not whether somebody is in line")
	}
	return n.line.check()
}

func (b *Barrier) Check() error {
	b.latch.Lock()
	defer b.latch.Unlock()
	n := 0
	for w := b.line.first; w != nil; w = w.next {
		n++
	}
	if n != b.came || n > 0 && n >= b.n {
		return fmt.Errorf("%d of %d have come, and %d are in line", b.came, b.n, n)
	}
	return b.line.check()
}
