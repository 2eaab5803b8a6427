package edo

import (
	"errors"
	"fmt"
)

// Branch is a part of a [Select]: a [StreamBranch] or a [FutureBranch]. It is closed on
// purpose.
type Branch interface {
	claim(s *Select) bool // for s, if no other has it
	arm() arming          // says whether it is asked in the turn that begins
	isArmed() bool        // whether it is asked in this turn
	poll(*Context) bool   // asks it, if it is armed, and says whether it has something
	handle() error        // takes that to the handler
	release()
}

// arming says whether a branch is asked in a turn.
type arming uint8

const (
	ended     arming = iota // there is nothing to wait for
	turnedOff               // its If says no
	armed
)

// StreamBranch is a branch that waits for the next item of a stream. [On] makes one.
type StreamBranch[T any] struct {
	branch[T]
	src Stream[T] // nil: it has ended
}

// FutureBranch is a branch that waits for a future. [OnFuture] makes one.
type FutureBranch[T any] struct {
	branch[T]
	src Future[T] // nil: it is ready, or not set yet
}

// branch is what both kinds have.
type branch[T any] struct {
	handler func(v T, err error) error
	guard   func() bool
	state   arming // in the turn under way
	owner   *Select
	has     bool // v and err came, and are to be handled
	v       T
	err     error
}

// On returns a branch that calls handler with each item of s: a value, or the error of an
// error item. When s has ended, handler is called once more, with [ErrClosed] itself, and
// the branch is over.
func On[T any](s Stream[T], handler func(v T, err error) error) *StreamBranch[T] {
	if s == nil || handler == nil {
		panic(errors.New("edo: On needs a stream and a handler"))
	}
	return &StreamBranch[T]{branch: branch[T]{handler: handler}, src: s}
}

// OnFuture returns a branch that calls handler once, with what f comes to. Then the
// branch is over, until [FutureBranch.Reset] gives it another future. f may be nil: then
// it is over from the start.
func OnFuture[T any](f Future[T], handler func(v T, err error) error) *FutureBranch[T] {
	if handler == nil {
		panic(errors.New("edo: OnFuture needs a handler"))
	}
	return &FutureBranch[T]{branch: branch[T]{handler: handler}, src: f}
}

// If makes the branch ask guard at the beginning of each turn whether it takes part: if
// not, what it waits for is not polled in that turn. guard must not wait, nor Reset a
// branch. It returns b.
func (b *StreamBranch[T]) If(guard func() bool) *StreamBranch[T] {
	b.guard = guard
	return b
}

// If is [StreamBranch.If].
func (b *FutureBranch[T]) If(guard func() bool) *FutureBranch[T] {
	b.guard = guard
	return b
}

// Reset makes the branch wait for f, or for nothing when f is nil. The future that it
// waited for before is not dropped. It is for whoever uses the Select, its handlers
// too; a turn that is pending begins anew.
func (b *FutureBranch[T]) Reset(f Future[T]) {
	b.forget()
	b.src, b.state = f, ended // until the next turn begins
	if b.owner != nil {
		b.owner.turning = false
	}
}

func (b *branch[T]) claim(s *Select) bool {
	if b.owner != nil {
		return false
	}
	b.owner = s
	return true
}

// judge says whether the branch takes part in the turn that begins, and keeps it.
func (b *branch[T]) judge(over bool) arming {
	switch {
	case over && !b.has:
		b.state = ended
	case b.guard != nil && !b.guard():
		b.state = turnedOff
	default:
		b.state = armed
	}
	return b.state
}

func (b *branch[T]) isArmed() bool { return b.state == armed }

// take takes what came.
func (b *branch[T]) take() (T, error) {
	var zero T
	v, err := b.v, b.err
	b.v, b.err, b.has = zero, nil, false
	return v, err
}

// forget drops what came and was not handled: only an inspection leaves that behind.
func (b *branch[T]) forget() {
	if b.has {
		if v, err := b.take(); err == nil {
			Drop(v)
		}
	}
}

func (b *branch[T]) handle() error { return b.handler(b.take()) }

func (b *StreamBranch[T]) arm() arming { return b.judge(b.src == nil) }

func (b *StreamBranch[T]) poll(cx *Context) bool {
	if b.state != armed || b.has {
		return b.state == armed
	}
	v, p, err := b.src.PollNext(cx)
	switch p {
	case Pending:
		return false
	case End:
		b.src, err = nil, ErrClosed
	}
	b.v, b.err, b.has = v, err, true
	return true
}

func (b *StreamBranch[T]) release() {
	b.forget()
	b.src, b.handler, b.guard = nil, nil, nil
}

func (b *FutureBranch[T]) arm() arming { return b.judge(b.src == nil) }

func (b *FutureBranch[T]) poll(cx *Context) bool {
	if b.state != armed || b.has {
		return b.state == armed
	}
	v, p, err := b.src.Poll(cx)
	switch p {
	case Pending:
		return false
	case End:
		err = fmt.Errorf("edo: a future returned End: %T", b.src)
	}
	b.src = nil
	b.v, b.err, b.has = v, err, true
	return true
}

func (b *FutureBranch[T]) release() {
	b.forget()
	b.src, b.handler, b.guard = nil, nil, nil
}
