package remote

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// LostError says that a member has gone, and the call with it.
type LostError struct {
	Func   string
	Member string // "": no member has said that it has taken the call
	Why    string
}

func (e *LostError) Error() string {
	if e.Member == "" {
		return fmt.Sprintf("cluster: the call of %s is lost: %s", e.Func, e.Why)
	}
	return fmt.Sprintf("cluster: the call of %s is lost with %s: %s", e.Func, e.Member, e.Why)
}

// UnknownError says that no member offers a version of a function.
type UnknownError struct {
	Func    string
	Version int
	Offered string // the versions that are offered by one that answers; "": none
	Format  int    // of the messages of that member
}

// IsOtherFormat reports whether a member has answered whose messages have another format.
func (e *UnknownError) IsOtherFormat() bool { return e.Offered != "" && e.Format != Format }

// isOffered reports whether a member offers this version all the same.
func (e *UnknownError) isOffered() bool {
	return !e.IsOtherFormat() && slices.Contains(strings.Split(e.Offered, ", "), strconv.Itoa(e.Version))
}

func (e *UnknownError) Error() string {
	if e.Offered == "" {
		return fmt.Sprintf("cluster: no member offers the function %s", e.Func)
	}
	return fmt.Sprintf("cluster: no member offers version %d of the function %s: a member offers %s", e.Version, e.Func, e.Offered)
}

// lostError is the error of a call that is lost.
func (c *Call) lostError() *LostError {
	c.to.mu.Lock()
	defer c.to.mu.Unlock()
	switch {
	case c.isUnoffered:
		return &LostError{Func: c.Name, Why: "no member is left that offers it; it may have run"}
	case c.peer == nil:
		return &LostError{Func: c.Name, Why: fmt.Sprintf("no member has said within %v that it has it; it may have run", c.Patience)}
	}
	if now := time.Now(); now.Sub(c.peer.seen) <= c.Patience {
		return &LostError{Func: c.Name, Member: c.peer.name(), Why: "its connection is gone; it may have run"}
	}
	return &LostError{Func: c.Name, Member: c.peer.name(), Why: fmt.Sprintf("no sign of life for %v; it may have run", c.Patience)}
}
