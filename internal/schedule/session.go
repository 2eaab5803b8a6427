package schedule

import (
	"sync"
	"sync/atomic"

	"github.com/edo-go/edo/internal/gid"
)

// A Session chooses for all simulations that one goroutine makes, one after the other, from
// [NewSession] to its End. So a test that explores seeds learns what the simulations inside of
// it have chosen, and can have them choose the same again.
type Session struct {
	// Strategy chooses for all simulations; nil: each chooses as its seed does.
	Strategy Strategy
	// Propose returns the strategy of a simulation whose seed would choose by a mixture, when
	// Strategy is nil; nil: each chooses as its seed does.
	Propose func(of *Seeded) Strategy
	// Record has the steps of all simulations since Begin.
	Record Record
	// Made is how many simulations were made since Begin.
	Made int
	// Owner is what has begun the session: the scheduler does not look at it.
	Owner any

	goroutine uintptr
}

var sessions struct {
	n   atomic.Int32 // the length of by, to look without the lock
	mu  sync.Mutex   // guards the following
	all map[uintptr]*Session
}

// NewSession begins a session of the calling goroutine. It returns nil when that has one.
func NewSession() *Session {
	s := &Session{goroutine: gid.Get()}
	sessions.mu.Lock()
	defer sessions.mu.Unlock()
	if sessions.all[s.goroutine] != nil {
		return nil
	}
	if sessions.all == nil {
		sessions.all = map[uintptr]*Session{}
	}
	sessions.all[s.goroutine] = s
	sessions.n.Store(int32(len(sessions.all)))
	return s
}

// End ends the session. The goroutine that has begun it calls End.
func (s *Session) End() {
	sessions.mu.Lock()
	defer sessions.mu.Unlock()
	delete(sessions.all, s.goroutine)
	sessions.n.Store(int32(len(sessions.all)))
}

// Begin begins a run: the simulations from now on, with strategy.
func (s *Session) Begin(strategy Strategy) {
	s.Strategy = strategy
	s.Made = 0
	s.Record.Steps = s.Record.Steps[:0]
	s.Record.over = false
	if s.Record.Pairs != nil {
		s.Record.Pairs.Begin()
	}
}

// Controlled returns the strategy of a simulation that the calling goroutine makes, whose seed
// chooses as seeded does. isMixture says that the seed has drawn that.
func Controlled(seeded *Seeded, isMixture bool) Strategy {
	s := sessionOfCaller()
	if s == nil {
		return seeded
	}
	s.Made++
	switch {
	case s.Strategy != nil:
		s.Record.Of = s.Strategy
	case s.Propose != nil && isMixture:
		s.Record.Of = s.Propose(seeded)
	default:
		s.Record.Of = seeded
	}
	return &s.Record
}

// OwnerOfSession returns the owner of the session of the calling goroutine, or nil.
func OwnerOfSession() any {
	if s := sessionOfCaller(); s != nil {
		return s.Owner
	}
	return nil
}

func sessionOfCaller() *Session {
	if sessions.n.Load() == 0 {
		return nil
	}
	g := gid.Get()
	sessions.mu.Lock()
	defer sessions.mu.Unlock()
	return sessions.all[g]
}
