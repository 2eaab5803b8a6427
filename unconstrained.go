package edo

import (
	"math"

	"github.com/edo-go/edo/internal/core"
)

// Unconstrained returns a future that is f without a budget: however many leaf
// operations f does in one poll, its leaves do not give way to other tasks. What was
// left of the budget is left after each poll of f. In direct style it is awaited.
//
// A task whose inputs never end to be ready, and that has no budget, starves the
// others: it is for a poll that is known to end. It owns f, and drops it when it is
// ready.
func Unconstrained[T any](f Future[T]) Future[T] { return &unconstrained[T]{f} }

type unconstrained[T any] struct{ f Future[T] }

// Poll polls f.
func (u *unconstrained[T]) Poll(cx *Context) (v T, p Poll, err error) {
	if u.f == nil {
		return v, Ready, core.ErrPolledAgain
	}
	in := cx.in()
	defer in.SetBudget(in.Budget()) // also when the poll panics: the next one has this context
	in.SetBudget(math.MaxInt32)
	v, p, err = u.f.Poll(cx)
	if p != Pending {
		u.Drop()
	}
	return v, p, err
}

// Drop drops f.
func (u *unconstrained[T]) Drop() {
	if f := u.f; f != nil {
		u.f = nil
		Drop(f)
	}
}

// Function is what a task of u is named after.
func (u *unconstrained[T]) Function() any {
	if a, ok := u.f.(core.Named); ok {
		return a.Function()
	}
	return nil
}
