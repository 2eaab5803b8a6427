package selector

import (
	"errors"
	"fmt"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/core"
)

// Branch is a part of a [Select]: a [StreamBranch] or a [FutureBranch]. Other packages cannot
// implement it.
type Branch interface {
	claim(s *Select) bool   // makes s the owner; false: another Select is
	arm() arming            // sets whether the branch is polled in the turn that begins
	isArmed() bool          // reports whether the branch is polled in this turn
	poll(*edo.Context) bool // polls the branch, if it is armed, and reports whether it is ready
	// handle calls the handler with the result, for a task that waits in Next, or for a poll by
	// cx. handleStep is a step of that.
	handle(task *edo.Task, cx *edo.Context) error
	handleStep(task *edo.Task, st *edo.Step) (done bool, err error)
	hasLine() bool // reports whether the stream keeps a place in line
	leaveLine()    // gives up the place in line that the stream keeps, if it keeps one
	release()      // forgets the source, the handler and the guard
}

// arming says whether a branch is polled in a turn.
type arming uint8

const (
	ended     arming = iota // it has no source
	turnedOff               // its guard returned false
	armed
)

// StreamBranch is a branch that waits for the next item of a stream. [On] makes one.
type StreamBranch[T any] struct {
	common
	result    result[T]
	src       edo.Stream[T] // nil: it has ended
	line      core.Withdrawer
	isPending bool // src was pending in this turn
}

// FutureBranch is a branch that waits for a future. [OnFuture] makes one.
type FutureBranch[T any] struct {
	common
	result result[T]
	src    edo.Future[T] // nil: it was ready, or is not set yet
}

// common is the part that all branches share.
type common struct {
	guard func() bool
	state arming // in the current turn
	owner *Select
}

// result is what a branch has got from its source, with the function that handles it.
type result[T any] struct {
	handler callback[func(v T, err error) error, handlerStep[T]]
	isSet   bool // v and err wait for the handler
	v       T
	err     error
}

// On returns a branch that calls handler with each item of s: a value, or the error of an
// error item. When s ends, handler is called once more, with [edo.ErrClosed] itself, and the
// branch has ended.
//
//edo:step OnStep
func On[T any](s edo.Stream[T], handler func(v T, err error) error) *StreamBranch[T] {
	if s == nil || handler == nil {
		panic(errors.New("selector: On needs a stream and a handler"))
	}
	line, _ := s.(core.Withdrawer)
	b := &StreamBranch[T]{src: s, line: line}
	b.result.handler.direct = handler
	return b
}

// OnFuture returns a branch that calls handler once, with the result of f. Then the branch has
// ended, until [FutureBranch.Reset] gives it another future. If f is nil, the branch has ended
// from the start.
//
//edo:step OnFutureStep
func OnFuture[T any](f edo.Future[T], handler func(v T, err error) error) *FutureBranch[T] {
	if handler == nil {
		panic(errors.New("selector: OnFuture needs a handler"))
	}
	b := &FutureBranch[T]{src: f}
	b.result.handler.direct = handler
	return b
}

// If sets a guard. The branch calls it at the beginning of each turn; if it returns false, the
// stream is not polled in that turn. guard must not wait, nor Reset a branch. If returns b.
func (b *StreamBranch[T]) If(guard func() bool) *StreamBranch[T] {
	b.guard = guard
	return b
}

// If sets a guard, as [StreamBranch.If] does. It returns b.
func (b *FutureBranch[T]) If(guard func() bool) *FutureBranch[T] {
	b.guard = guard
	return b
}

// Reset makes the branch wait for f; nil: for nothing. It does not drop the future that the
// branch has waited for. The user of the Select may call it, also from a handler. A turn that
// is pending begins anew.
func (b *FutureBranch[T]) Reset(f edo.Future[T]) {
	b.result.drop()
	b.src, b.state = f, ended // until the next turn begins
	if b.owner != nil {
		b.owner.inTurn = false
	}
}

func (c *common) claim(s *Select) bool {
	if c.owner != nil {
		return false
	}
	c.owner = s
	return true
}

// armUnless sets whether the branch is polled in the turn that begins. hasEnded says that it
// has neither a source nor a result.
func (c *common) armUnless(hasEnded bool) arming {
	c.state = armed
	if hasEnded {
		c.state = ended
	} else if c.guard != nil && !c.guard() {
		c.state = turnedOff
	}
	return c.state
}

func (c *common) isArmed() bool { return c.state == armed }

// set keeps a value and an error for the handler.
func (r *result[T]) set(v T, err error) { r.v, r.err, r.isSet = v, err, true }

// clear forgets the value and the error.
func (r *result[T]) clear() { *r = result[T]{handler: r.handler} }

// handle calls the handler.
func (r *result[T]) handle(task *edo.Task, cx *edo.Context) error {
	was := *r
	r.clear()
	if was.handler.step != nil {
		return inDirectStyle(task, cx, was.steps())
	}
	return was.handler.direct(was.v, was.err)
}

// drop drops a result that was not handled: only an inspection leaves one behind.
func (r *result[T]) drop() {
	was := *r
	r.clear()
	if was.isSet && was.err == nil {
		edo.Drop(was.v)
	}
}

func (b *StreamBranch[T]) handle(task *edo.Task, cx *edo.Context) error {
	return b.result.handle(task, cx)
}

func (b *StreamBranch[T]) handleStep(task *edo.Task, st *edo.Step) (done bool, err error) {
	return b.result.handleStep(task, st)
}

func (b *StreamBranch[T]) arm() arming { return b.armUnless(b.src == nil && !b.result.isSet) }

func (b *StreamBranch[T]) poll(cx *edo.Context) bool {
	if b.state != armed || b.result.isSet {
		return b.state == armed
	}
	v, p, err := b.src.PollNext(cx)
	b.isPending = p == edo.Pending
	switch p {
	case edo.Pending:
		return false
	case edo.End:
		b.src, err = nil, edo.ErrClosed
	}
	b.result.set(v, err)
	return true
}

func (b *StreamBranch[T]) hasLine() bool { return b.line != nil }

func (b *StreamBranch[T]) leaveLine() {
	if b.isPending && b.line != nil {
		b.isPending = false
		b.line.Withdraw()
	}
}

func (b *StreamBranch[T]) release() {
	b.leaveLine()
	b.result.drop()
	b.src, b.guard, b.result = nil, nil, result[T]{}
}

func (b *FutureBranch[T]) handle(task *edo.Task, cx *edo.Context) error {
	return b.result.handle(task, cx)
}

func (b *FutureBranch[T]) handleStep(task *edo.Task, st *edo.Step) (done bool, err error) {
	return b.result.handleStep(task, st)
}

func (b *FutureBranch[T]) arm() arming { return b.armUnless(b.src == nil && !b.result.isSet) }

func (b *FutureBranch[T]) poll(cx *edo.Context) bool {
	if b.state != armed || b.result.isSet {
		return b.state == armed
	}
	v, p, err := b.src.Poll(cx)
	switch p {
	case edo.Pending:
		return false
	case edo.End:
		err = fmt.Errorf("selector: a future returned End: %T", b.src)
	}
	b.src = nil
	b.result.set(v, err)
	return true
}

func (b *FutureBranch[T]) hasLine() bool { return false }

func (b *FutureBranch[T]) leaveLine() {}

func (b *FutureBranch[T]) release() {
	b.result.drop()
	b.src, b.guard, b.result = nil, nil, result[T]{}
}
