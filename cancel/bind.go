package cancel

import (
	"errors"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/core"
	"github.com/edo-go/edo/internal/inside"
	"github.com/edo-go/edo/internal/roster"
	"github.com/edo-go/edo/internal/sched"
)

// By is a spawn option: the task is aborted, as by [edo.JoinHandle.Abort], when t is
// cancelled, also if t was cancelled before the spawn. A task has one token: of several
// options the last counts.
func By(t *Token) edo.SpawnOption {
	if t == nil {
		panic(errors.New("cancel: By of a nil token"))
	}
	return inside.SpawnOption(core.SpawnOption{Apply: func(x *core.Extra) { x.AddBond(&bond{token: t}) }})
}

// bond ties one task to a token.
type bond struct {
	core.Link
	token *Token
	place roster.Place[any] // guarded by token.mu
}

// Tie adds t to what the token reaches.
func (b *bond) Tie(t *sched.Task, _ *core.Runtime) error {
	b.place.Member = t
	if !b.token.join(&b.place) {
		t.Cancel()
	}
	return nil
}

// Failed leaves the error to the next bond.
func (b *bond) Failed(*sched.Task, error) core.Claim { return core.Unclaimed }

// Untie removes the task from the token.
func (b *bond) Untie(*sched.Task) { b.token.forget(&b.place) }

// Until returns a future that resolves as f does, unless t is cancelled first: then f is
// dropped, and the error matches [edo.ErrCancelled]. If t is cancelled before the first poll,
// f is not polled. Later polls ask f before the token, so its value is not lost when both are
// ready. The future owns f.
func Until[T any](t *Token, f edo.Future[T]) edo.Future[T] {
	return &until[T]{f: f, wait: t.newFuture()}
}

type until[T any] struct {
	f        edo.Future[T] // nil: it has ended, or was dropped
	wait     *Future
	hasBegun bool
}

var errCancelled = edo.NewError(edo.ErrCancelled, "cancel: a token was cancelled")

// Poll polls the future, and then the token.
func (u *until[T]) Poll(cx *edo.Context) (v T, p edo.Poll, err error) {
	if u.f == nil {
		return v, edo.Ready, core.ErrPolledAgain
	}
	if !u.hasBegun {
		if !cx.Proceed(u.wait) {
			return v, edo.Pending, nil
		}
		u.hasBegun = true
		if u.wait.t.isReached() {
			u.Drop()
			return v, edo.Ready, errCancelled
		}
	}
	v, p, err = u.f.Poll(cx)
	if p != edo.Pending {
		u.Drop()
		return v, p, err
	}
	if _, p, err := u.wait.Poll(cx); p == edo.Ready {
		if err != nil { // another task waits for the token with u, and goes on waiting
			return v, edo.Ready, err
		}
		u.Drop()
		return v, edo.Ready, errCancelled
	}
	return v, edo.Pending, nil
}

// Drop drops the future, and stops waiting for the token.
func (u *until[T]) Drop() {
	if f := u.f; f != nil {
		u.f = nil
		u.wait.Drop()
		edo.Drop(f)
	}
}
