package lock_test

import (
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/lock"
)

func rlockDirect(m *lock.RWMutex) edo.Future[edo.Unit] { return direct(m.RLock) }

func TestReadersShareTheLockAndAWriterDoesNot(t *testing.T) {
	var m lock.RWMutex
	drive(t, rlockDirect(&m)).gets()
	drive(t, m.RLockFuture()).gets()
	if !m.TryRLock() {
		t.Fatal("TryRLock beside readers")
	}
	if m.TryLock() {
		t.Fatal("TryLock beside readers")
	}
	w := drive(t, lockDirect(&m)).waits()
	m.RUnlock()
	m.RUnlock()
	w.woken(0)
	m.RUnlock()
	w.woken(1).gets()
	if m.TryRLock() || m.TryLock() {
		t.Fatal("locked beside a writer")
	}
	m.Unlock()
	requireRules(t, &m)
	if !m.TryLock() {
		t.Fatal("TryLock of a RWMutex that is unlocked")
	}
}

func TestQueuedWriterHoldsBackLaterReaders(t *testing.T) {
	var m lock.RWMutex
	m.TryRLock()
	w := drive(t, m.LockFuture()).waits()
	r := drive(t, rlockDirect(&m)).waits()
	if m.TryRLock() {
		t.Fatal("TryRLock overtook a writer that waits")
	}
	m.RUnlock()
	r.woken(0)
	g := w.woken(1).gets()
	r.waits()
	g.Unlock()
	r.woken(1).gets()
	requireRules(t, &m)
}

func TestCancelledWriterLetsTheReadersBehindItLock(t *testing.T) {
	for name, after := range map[string]bool{"waiting": false, "after it was granted": true} {
		for face, start := range map[string]func(m *lock.RWMutex) (giveUp func()){
			"direct": func(m *lock.RWMutex) func() { return drive(t, lockDirect(m)).waits().abort },
			"future": func(m *lock.RWMutex) func() { return drive(t, m.LockFuture()).waits().drop },
		} {
			t.Run(face+" "+name, func(t *testing.T) {
				var m lock.RWMutex
				m.TryRLock()
				giveUp := start(&m)
				r1, r2 := drive(t, rlockDirect(&m)).waits(), drive(t, m.RLockFuture()).waits()
				next := drive(t, lockDirect(&m)).waits()
				r3 := drive(t, rlockDirect(&m)).waits()
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
				requireRules(t, &m)
			})
		}
	}
}

func TestWritersAndBatchesOfReadersComeInOrder(t *testing.T) {
	var m lock.RWMutex
	m.TryLock()
	r1, r2 := drive(t, rlockDirect(&m)).waits(), drive(t, rlockDirect(&m)).waits()
	w := drive(t, lockDirect(&m)).waits()
	r3, r4 := drive(t, rlockDirect(&m)).waits(), drive(t, rlockDirect(&m)).waits()
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
	requireRules(t, &m)
}

func TestCancelledReaderThatWasGrantedTheLockPassesItToTheWriter(t *testing.T) {
	var m lock.RWMutex
	m.TryLock()
	r := drive(t, rlockDirect(&m)).waits()
	w := drive(t, lockDirect(&m)).waits()
	m.Unlock()
	r.woken(1)
	w.woken(0)
	r.abort()
	w.woken(1).gets()
	requireRules(t, &m)
}

func TestDowngradeLetsReadersLockAndNoWriter(t *testing.T) {
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
			r := drive(t, rlockDirect(&m)).waits()
			w := drive(t, lockDirect(&m)).waits()
			late := drive(t, rlockDirect(&m)).waits()
			downgrade()
			r.woken(1).gets()
			w.woken(0)
			late.woken(0)
			m.RUnlock() // the lock of r
			w.woken(0)
			unlock()
			w.woken(1).gets()
			late.woken(0)
			m.Unlock()
			late.woken(1).gets()
			m.RUnlock()
			requireRules(t, &m)
		})
	}
}

func TestGuardsOfARWMutex(t *testing.T) {
	var m lock.RWMutex
	drive(t, rlockDirect(&m)).gets()
	g := m.RGuard()
	g.Downgrade() // it is the guard of a reader already
	g.Unlock()
	g.Unlock()
	drive(t, lockDirect(&m)).gets()
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
	requireRules(t, &m)
}
