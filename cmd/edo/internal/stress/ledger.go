package stress

import (
	"fmt"
	"sync"
	"sync/atomic"
)

// A ledger counts the things of a round that must end, and its faults. Any goroutine may use
// it.
type ledger struct {
	mu       sync.Mutex // guards the following
	accounts []*account
	faults   []string
	more     int // faults that were not kept
}

const maxFaults = 20

// fault notes a fault.
func (l *ledger) fault(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.faults) == maxFaults {
		l.more++
		return
	}
	l.faults = append(l.faults, fmt.Sprintf(format, args...))
}

// account returns a new account.
func (l *ledger) account(name string) *account {
	a := &account{name: name, ledger: l}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.accounts = append(l.accounts, a)
	return a
}

// close notes everything that is still open as a fault, and returns all faults.
func (l *ledger) close() []string {
	for _, a := range l.accounts {
		if n := a.opened.Load() - a.closed.Load(); n != 0 {
			l.fault("%s: %d of %d have not ended", a.name, n, a.opened.Load())
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.more > 0 {
		l.faults = append(l.faults, fmt.Sprintf("and %d more", l.more))
	}
	return l.faults
}

// An account counts things of one kind.
type account struct {
	name           string
	ledger         *ledger
	opened, closed atomic.Int64
}

// open returns a token for one more thing.
func (a *account) open() *token {
	a.opened.Add(1)
	return &token{account: a}
}

// A token stands for a thing that must end exactly once. It is an edo.Dropper.
type token struct {
	account *account
	ends    atomic.Int32
}

// end says that the thing has ended.
func (t *token) end() {
	t.account.closed.Add(1)
	if n := t.ends.Add(1); n > 1 {
		t.account.ledger.fault("%s: one of them has ended %d times", t.account.name, n)
	}
}

// Drop is end, for a thing with an owner.
func (t *token) Drop() { t.end() }

func (t *token) hasEnded() bool { return t.ends.Load() > 0 }
