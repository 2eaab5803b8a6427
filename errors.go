package edo

import (
	"errors"

	"github.com/edo-go/edo/internal/core"
)

// The errors that all of edo shares. What a package returns says its own name
// first ("mpsc: send on closed channel") and matches one of these with
// [errors.Is].
var (
	// ErrClosed says that the other side has gone, or that this side was closed.
	ErrClosed = errors.New("edo: closed")
	// ErrFull says that there is no room now.
	ErrFull = errors.New("edo: full")
	// ErrEmpty says that there is nothing to take now.
	ErrEmpty = errors.New("edo: empty")
	// ErrCancelled says that the task was asked to end. It matches
	// [context.Canceled] as well.
	ErrCancelled = core.ErrCancelled
	// ErrShutdown says that the runtime has ended, or is ending.
	ErrShutdown = core.ErrShutdown
)

// NewError returns an error that says text and matches kind with [errors.Is]:
// what a package makes its own form of [ErrClosed] and the others with.
func NewError(kind error, text string) error { return &kindError{kind, text} }

type kindError struct {
	kind error
	text string
}

func (e *kindError) Error() string { return e.text }
func (e *kindError) Unwrap() error { return e.kind }
