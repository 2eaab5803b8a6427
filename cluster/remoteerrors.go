package cluster

import (
	"context"
	"errors"
	"fmt"

	"github.com/edo-go/edo/cluster/internal/remote"
	"github.com/edo-go/edo/internal/origin"
)

// RemoteError is the error that a function has returned on a member: its text. When the function has
// not ended within the time limit of the caller it matches [context.DeadlineExceeded].
type RemoteError struct {
	Func   string
	Member string // the id of the member, and where it runs
	Text   string
	isLate bool
}

// Error has the function, the member, and the text.
func (e *RemoteError) Error() string {
	return fmt.Sprintf("cluster: %s on %s: %s", e.Func, e.Member, e.Text)
}

// Unwrap returns [context.DeadlineExceeded] when the time was over, and otherwise nil.
func (e *RemoteError) Unwrap() error {
	if e.isLate {
		return context.DeadlineExceeded
	}
	return nil
}

// RemotePanicError says that a function has panicked on a member.
type RemotePanicError struct {
	Func   string
	Member string // the id of the member, and where it runs
	Value  string // the text of what was given to panic
	Stack  []byte // the stack there
}

// Error has the value, and the stack without the frames at its top that say how the panic was recovered.
func (e *RemotePanicError) Error() string {
	return fmt.Sprintf("cluster: %s on %s has panicked: %s\n\n%s", e.Func, e.Member, e.Value, origin.TrimStack(e.Stack))
}

// LostError says that a member has gone, and with it a call: it may have run, to its end or not.
type LostError struct {
	Func   string
	Member string // the id of the member, and where it ran; "": none has said that it has the call
	Reason string
}

// Error has the function, the member, and the reason.
func (e *LostError) Error() string {
	at := ""
	if e.Member != "" {
		at = " with " + e.Member
	}
	return fmt.Sprintf("cluster: a call of %s is lost%s: %s", e.Func, at, e.Reason)
}

// UnknownFuncError says that no member offers a function, or not in this version. The call was not made.
type UnknownFuncError struct {
	Func    string
	Version int
	Offered string // the versions that a member offers, "1, 2"; "": there is none
	// IsOtherFormat is set when that member has another version of package cluster, whose messages
	// this program does not understand.
	IsOtherFormat bool
}

// Error says which versions there are.
func (e *UnknownFuncError) Error() string {
	switch {
	case e.Offered == "":
		return fmt.Sprintf("cluster: no member offers the function %s", e.Func)
	case e.IsOtherFormat:
		return fmt.Sprintf("cluster: no member offers version %d of the function %s to this program, whose messages have the format %d: "+
			"one offers %s, with another version of package cluster", e.Version, e.Func, remote.Format, e.Offered)
	}
	return fmt.Sprintf("cluster: no member offers version %d of the function %s: one offers %s", e.Version, e.Func, e.Offered)
}

// encodeError says that an argument cannot be encoded.
type encodeError struct {
	name string
	err  error
}

func (e *encodeError) Error() string {
	return fmt.Sprintf("cluster: an argument of %s cannot be encoded: %v", e.name, e.err)
}

func (e *encodeError) Unwrap() error { return e.err }

// remoteError returns err as a program sees it.
func remoteError(err error) error {
	if e, ok := errors.AsType[*remote.LostError](err); ok {
		return &LostError{Func: e.Func, Member: e.Member, Reason: e.Why}
	}
	if e, ok := errors.AsType[*remote.UnknownError](err); ok {
		return &UnknownFuncError{Func: e.Func, Version: e.Version, Offered: e.Offered, IsOtherFormat: e.IsOtherFormat()}
	}
	return err
}
