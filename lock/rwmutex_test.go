package lock_test

import (
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/lock"
)

func rlocks(m *lock.RWMutex) edo.Future[edo.Unit] { return body(m.RLock) }

func TestReadersShareAndAWriterIsAlone(t *testing.T) {
	var m lock.RWMutex
	by(t, rlocks(&m)).gets()
	by(t, m.RLockFuture()).gets()
	if !m.TryRLock() {
		t.Fatal("TryRLock beside readers")
	}
	if m.TryLock() {
		t.Fatal("TryLock beside readers")
	}
	w := by(t, locks(&m)).waits()
	m.RUnlock()
	m.RUnlock()
	w.woken(0)
	m.RUnlock()
	w.woken(1).gets()
	if m.TryRLock() || m.TryLock() {
		t.Fatal("locked beside a writer")
	}
	m.Unlock()
	sound(t, &m)
	if !m.TryLock() {
		t.Fatal("TryLock of one that is unlocked")
	}
}

func TestQueuedWriterHoldsBackLaterReaders(t *testing.T) {
	var m lock.RWMutex
	m.TryRLock()
	w := by(t, m.LockFuture()).waits()
	r := by(t, rlocks(&m)).waits()
	if m.TryRLock() {
		t.Fatal("TryRLock overtook a writer in line")
	}
	m.RUnlock()
	r.woken(0)
	g := w.woken(1).gets()
	r.waits()
	g.Unlock()
	r.woken(1).gets()
	sound(t, &m)
}

func TestCancelledWriterLetsTheReadersBehindItIn(t *testing.T) {
	for name, after := range map[string]bool{"waiting": false, "after it was granted": true} {
		for face, start := range map[string]func(m *lock.RWMutex) (giveUp func()){
			"direct": func(m *lock.RWMutex) func() { return by(t, locks(m)).waits().abort },
			"future": func(m *lock.RWMutex) func() { return by(t, m.LockFuture()).waits().drop },
		} {
			t.Run(face+" "+name, func(t *testing.T) {
				var m lock.RWMutex
				m.TryRLock()
				giveUp := start(&m)
				r1, r2 := by(t, rlocks(&m)).waits(), by(t, m.RLockFuture()).waits()
				next := by(t, locks(&m)).waits()
				r3 := by(t, rlocks(&m)).waits()
				if after {
					m.RUnlock()
				}
				giveUp()
				r1.woken(1).gets()
				g := r2.woken(1).gets()
				next.woken(0).waits()
				r3.woken(0).waits()
				if !after {
					m.RUnlock()
				}
				m.RUnlock()
				next.woken(0)
				g.Unlock()
				next.woken(1).gets()
				m.Unlock()
				r3.woken(1).gets()
				m.RUnlock()
				sound(t, &m)
			})
		}
	}
}

func TestWritersAndBatchesOfReadersComeInOrder(t *testing.T) {
	var m lock.RWMutex
	m.TryLock()
	r1, r2 := by(t, rlocks(&m)).waits(), by(t, rlocks(&m)).waits()
	w := by(t, locks(&m)).waits()
	r3, r4 := by(t, rlocks(&m)).waits(), by(t, rlocks(&m)).waits()
	m.Unlock()
	r1.woken(1).gets()
	r2.woken(1).gets()
	w.woken(0)
	r3.woken(0)
	m.RUnlock()
	w.woken(0)
	m.RUnlock()
	w.woken(1).gets()
	r3.woken(0)
	m.Unlock()
	r3.woken(1).gets()
	r4.woken(1).gets()
	sound(t, &m)
}

func TestCancelledReaderThatWasGrantedLetsTheWriterIn(t *testing.T) {
	var m lock.RWMutex
	m.TryLock()
	r := by(t, rlocks(&m)).waits()
	w := by(t, locks(&m)).waits()
	m.Unlock()
	r.woken(1)
	w.woken(0)
	r.abort()
	w.woken(1).gets()
	sound(t, &m)
}

func TestDowngradeLetsReadersInAndNoWriter(t *testing.T) {
	for name, by2 := range map[string]func(m *lock.RWMutex) (downgrade, unlock func()){
		"RWMutex": func(m *lock.RWMutex) (func(), func()) {
			m.TryLock()
			return m.Downgrade, m.RUnlock
		},
		"Guard": func(m *lock.RWMutex) (func(), func()) {
			m.TryLock()
			g := m.Guard()
			return g.Downgrade, g.Unlock
		},
	} {
		t.Run(name, func(t *testing.T) {
			var m lock.RWMutex
			downgrade, unlock := by2(&m)
			r := by(t, rlocks(&m)).waits()
			w := by(t, locks(&m)).waits()
			late := by(t, rlocks(&m)).waits()
			downgrade()
			r.woken(1).gets()
			w.woken(0)
			late.woken(0)
			m.RUnlock() // r's
			w.woken(0)
			unlock()
			w.woken(1).gets()
			late.woken(0)
			m.Unlock()
			late.woken(1).gets()
			m.RUnlock()
			sound(t, &m)
		})
	}
}

func TestGuardsOfARWMutex(t *testing.T) {
	var m lock.RWMutex
	by(t, rlocks(&m)).gets()
	g := m.RGuard()
	g.Downgrade() // is a reader's already
	g.Unlock()
	g.Unlock()
	by(t, locks(&m)).gets()
	g = m.Guard()
	g.Downgrade()
	g.Downgrade()
	if !m.TryRLock() {
		t.Fatal("not downgraded")
	}
	m.RUnlock()
	g.Drop()
	if !m.TryLock() {
		t.Fatal("not unlocked")
	}
	sound(t, &m)
}
