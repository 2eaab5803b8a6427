package cluster

import (
	"errors"
	"fmt"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster/internal/link"
)

// ErrClosed says that the [Conn] was closed. It matches [edo.ErrClosed].
var ErrClosed = link.ErrClosed

// ErrAway says that the connection to the broker is lost, and that nothing was sent. It is being made
// again.
var ErrAway = errors.New("cluster: the connection to the broker is lost for the moment")

// ErrFull says that a queue has as many jobs as its MaxJobs, and that [Full] was asked for. It
// matches [edo.ErrFull].
var ErrFull = edo.NewError(edo.ErrFull, "cluster: the queue is full")

// InUseError says that a folder has a broker in another process, or in this one, which cannot be
// joined because it does not listen.
type InUseError struct {
	Folder string
	PID    int // of the process that has it; 0: not known
}

// Error names the folder, and says how to share it.
func (e *InUseError) Error() string {
	by := "another process"
	if e.PID != 0 {
		by = fmt.Sprintf("process %d", e.PID)
	}
	return fmt.Sprintf("cluster: the folder %s is in use by %s, whose broker does not listen: with Broker.Listen there, others can join", e.Folder, by)
}

// SizeError says that a message is larger than the broker takes. Nothing was sent.
type SizeError struct {
	Size int // of the message with its headers, in bytes
	Max  int // that the broker takes
}

// Error has both sizes.
func (e *SizeError) Error() string {
	return fmt.Sprintf("cluster: a message of %d bytes, with its headers, is above the limit of the broker, %d", e.Size, e.Max)
}

// Permanent marks an error of a handler as one that another try cannot mend: the job goes to the
// dead letters at once. It returns nil for nil.
func Permanent(err error) error {
	if err == nil {
		return nil
	}
	return &permanentError{err}
}

type permanentError struct{ error }

func (e *permanentError) Unwrap() error { return e.error }

// isPermanent reports whether err was marked by [Permanent].
func isPermanent(err error) bool {
	_, ok := errors.AsType[*permanentError](err)
	return ok
}
