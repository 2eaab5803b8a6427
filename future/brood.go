package future

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal"
	"github.com/edo-go/edo/internal/fan"
	"github.com/edo-go/edo/internal/own"
	"github.com/edo-go/edo/internal/sched"
)

// brood is the futures that one future owns and polls, each when it was woken. It is
// most of a [fan.Owner]; what embeds it has the rest, PollChild.
type brood[T any] struct {
	set  fan.Set
	kids []kid[T] // nil: over
}

// kid is a future of a brood, until it is ready.
type kid[T any] struct {
	fan.Child
	src own.Future[T]
}

func (b *brood[T]) init(owner fan.Owner, fs []edo.Future[T]) {
	b.kids = make([]kid[T], len(fs))
	for i, f := range fs {
		b.kids[i].src = source(f)
	}
	b.set.Init(owner, len(fs))
}

// Child returns child i.
func (b *brood[T]) Child(i int) *fan.Child { return &b.kids[i].Child }

// poll polls those that were woken, and says whether there is nothing left to poll.
func (b *brood[T]) poll(cx *edo.Context) (over bool) {
	return b.set.Poll(cx.Internal(internal.Key{}))
}

// pollSource polls a future that src owns.
func pollSource[T any](cx *sched.Context, src *own.Future[T]) (v T, ready bool, err error) {
	v, p, err := src.Poll((*edo.Context)(cx))
	if p == edo.End {
		err = errEnded
	}
	return v, p != edo.Pending, err
}

// drop drops the futures that are left.
func (b *brood[T]) drop() {
	b.set.Drop()
	kids := b.kids
	b.kids = nil
	dropKids(kids)
}

// dropKids drops the futures of kids, each of them also when the Drop of another
// panics.
func dropKids[T any](kids []kid[T]) {
	done := 0
	defer func() {
		if done < len(kids) {
			dropKids(kids[done:])
		}
	}()
	for i := range kids {
		done++
		kids[i].src.Drop()
	}
}
