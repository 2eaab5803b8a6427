package lease

import (
	"errors"
	"fmt"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/own"
)

var errPolledAgain = edo.NewError(own.ErrPolledAgain, "lease: a future was polled after its end")

// ErrReleased is the error of a lease that its holder has given back. It matches [edo.ErrClosed].
var ErrReleased = edo.NewError(edo.ErrClosed, "lease: it was released")

// HeldError says that a lease has a holder already, or that all permits of a semaphore are held. It
// matches [edo.ErrEmpty].
type HeldError struct {
	Space, Name string
	Holder      string // as it calls itself; of a semaphore one of them
	Token       uint64
	Permits     int // of a semaphore; 0: it is a lease
}

// Error names the lease and its holder.
func (e *HeldError) Error() string {
	if e.Permits > 0 {
		return fmt.Sprintf("lease: all %d permits of the semaphore %q of the space %s are held, one by %q", e.Permits, e.Name, e.Space, e.Holder)
	}
	return fmt.Sprintf("lease: the lease %q of the space %s is held by %q, with the token %d", e.Name, e.Space, e.Holder, e.Token)
}

// Unwrap returns edo.ErrEmpty: there is nothing to take now.
func (e *HeldError) Unwrap() error { return edo.ErrEmpty }

// LostError says that a lease has ended before its holder has given it back. Another may hold it.
type LostError struct {
	Space, Name string
	Token       uint64
	Err         error // why: ErrSilence, ErrTaken, or that the connection was closed
}

// Error names the lease, and says why it is lost.
func (e *LostError) Error() string {
	return fmt.Sprintf("lease: the lease %q of the space %s, with the token %d, is lost: %v", e.Name, e.Space, e.Token, e.Err)
}

// Unwrap returns why.
func (e *LostError) Unwrap() error { return e.Err }

var (
	// ErrSilence says that no sign of life of the holder has reached the broker in time: the broker
	// was away, or the process stood still.
	ErrSilence = errors.New("the broker has confirmed no sign of life in time")
	// ErrTaken says that the broker does not know the lease any more, or knows another holder.
	ErrTaken = errors.New("the broker has ended it")
)

// StaleError says that a token is lower than one that a [Fence] has seen: its holder has lost the
// lease, and another has got it.
type StaleError struct{ Token, Highest uint64 }

// Error has both tokens.
func (e *StaleError) Error() string {
	return fmt.Sprintf("lease: the token %d is stale: %d was there already", e.Token, e.Highest)
}
