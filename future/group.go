package future

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal"
	"github.com/edo-go/edo/internal/fan"
	"github.com/edo-go/edo/internal/own"
	"github.com/edo-go/edo/internal/sched"
)

// group is the futures that one future owns and polls, each when it was woken. It is
// most of a [fan.Owner]; what embeds it has the rest, PollChild.
type group[T any] struct {
	set     fan.Set
	members []member[T] // nil: over
}

// member is a future of a group, until it is ready.
type member[T any] struct {
	fan.Child
	src own.Future[T]
}

func (g *group[T]) init(owner fan.Owner, fs []edo.Future[T]) {
	g.members = make([]member[T], len(fs))
	for i, f := range fs {
		g.members[i].src = source(f)
	}
	g.set.Init(owner, len(fs))
}

// Child returns child i.
func (g *group[T]) Child(i int) *fan.Child { return &g.members[i].Child }

// begins says whether the members may have their first turns, or have had them. That takes
// from the budget, as there may be no members, or none that do.
func (g *group[T]) begins(cx *edo.Context) bool { return g.set.Started() || cx.Proceed(nil) }

// poll polls those that were woken, and says whether there is nothing left to poll.
func (g *group[T]) poll(cx *edo.Context) (over bool) {
	return g.begins(cx) && g.set.Poll(cx.Internal(internal.Key{}))
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
func (g *group[T]) drop() {
	g.set.Drop()
	members := g.members
	g.members = nil
	dropMembers(members)
}

// dropMembers drops the futures of members, each of them also when the Drop of another
// panics.
func dropMembers[T any](members []member[T]) {
	done := 0
	defer func() {
		if done < len(members) {
			dropMembers(members[done:])
		}
	}()
	for i := range members {
		done++
		members[i].src.Drop()
	}
}
