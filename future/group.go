package future

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/fan"
	"github.com/edo-go/edo/internal/own"
	"github.com/edo-go/edo/internal/sched"
)

// group is the futures of a Join, a TryJoin or a Race. It owns them, and polls each when it
// was woken. Each of the three embeds a group and adds PollChild, and so is the [fan.Owner]
// of the set.
type group[T any] struct {
	set     fan.Set
	members []member[T] // nil after drop
}

// member is one of several futures that one future polls, each with a waker of its own. It
// owns the future until that is ready.
type member[T any] struct {
	fan.Child
	src own.Future[T]
}

func newMembers[T any](fs []edo.Future[T]) []member[T] {
	members := make([]member[T], len(fs))
	for i, f := range fs {
		members[i].src = source(f)
	}
	return members
}

// Child returns child i of the set.
func (g *group[T]) Child(i int) *fan.Child { return &g.members[i].Child }

// poll polls the future.
func (m *member[T]) poll(cx *sched.Context) (v T, ready bool, err error) {
	v, p, err := m.src.Poll((*edo.Context)(cx))
	if p == edo.End {
		err = errEnded
	}
	return v, p != edo.Pending, err
}

// mayStart reports whether the children of set may have their first turns, or have had them.
// The start takes an operation off the budget: there may be no children, and their futures
// need not take any.
func mayStart(set *fan.Set, cx *edo.Context) bool { return set.Started() || cx.Proceed(nil) }

// pollSet polls the woken children of set, and reports whether the set is over.
func pollSet(set *fan.Set, cx *edo.Context) (over bool) {
	return mayStart(set, cx) && set.Poll((*sched.Context)(cx))
}

// drop drops the futures that are not ready.
func (g *group[T]) drop() {
	g.set.Drop()
	members := g.members
	g.members = nil
	dropMembers(members)
}

// dropMembers drops the futures of members. When one of their Drops panics, it drops the
// others before it lets the panic go on.
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
