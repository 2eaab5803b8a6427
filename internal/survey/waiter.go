package survey

import (
	"reflect"

	"github.com/edo-go/edo/internal/core"
	"github.com/edo-go/edo/internal/sched"
)

// Part is the body of a branch: a task that stands for a part of another task, such as one
// future of a join.
type Part interface {
	// Parent returns the task that polls the branch; nil: the branch has ended.
	Parent() *sched.Task
	// Ask polls the branch in an inspection, while its task polls another branch.
	Ask(cx *sched.Context)
}

// RootOf returns the task that t is a branch of, at any depth, or t itself if it is no branch.
// It returns nil when the branch has ended.
func RootOf(t *sched.Task) *sched.Task {
	for t != nil {
		b, ok := t.Body().(Part)
		if !ok {
			return t
		}
		t = b.Parent()
	}
	return nil
}

// IsWithin reports whether t is other, or a branch of it at any depth.
func IsWithin(t, other *sched.Task) bool {
	for t != nil && t != other {
		b, ok := t.Body().(Part)
		if !ok {
			return false
		}
		t = b.Parent()
	}
	return t == other
}

// NameOfWaiter returns the name of root if other, which is root or a branch of it, waits for
// leaf, and "" otherwise. A root that cannot be asked, because it runs, is woken.
func NameOfWaiter(cx *sched.Context, root, other *sched.Task, leaf any) (name string) {
	b, ok := root.Body().(core.Body)
	rt := cx.Runtime()
	if !ok || rt == nil {
		return ""
	}
	asked := make(chan bool, 1)
	go func() { // on another goroutine: see ask.go
		idle := false
		defer func() { asked <- idle }()
		idle = root.Inspect(func() {
			idle = true
			var in *sched.Context
			in = sched.NewInspection(root.HomeOr(rt), root, func(l any) {
				if in.Task() == other && IsSame(l, leaf) {
					name = core.NameOf(root)
				}
			})
			b.Inspect(in)
		})
	}()
	if !<-asked {
		other.Wake()
		return ""
	}
	return name
}

// IsSibling reports whether other, a branch of the task that cx polls, waits for leaf. It
// returns false for a branch that was woken: its own poll will find the conflict.
func IsSibling(cx *sched.Context, other *sched.Task, leaf any) bool {
	b, ok := other.Body().(Part)
	if !ok || !other.IsIdle() {
		return false
	}
	waits := make(chan bool, 1)
	go func() { // as in NameOfWaiter
		found := false
		defer func() {
			recover() // the branch panics again when its task polls it
			waits <- found
		}()
		var in *sched.Context
		in = sched.NewInspection(cx.Runtime(), cx.Root(), func(l any) {
			found = found || in.Task() == other && IsSame(l, leaf)
		})
		b.Ask(in)
	}()
	return <-waits
}

// IsSame reports whether a and b are the same leaf.
func IsSame(a, b any) bool {
	if a == nil || b == nil || !reflect.TypeOf(a).Comparable() {
		return false
	}
	return a == b
}

// HaveOneAddress reports whether a and b are pointers to one address, also as different types.
func HaveOneAddress(a, b any) bool {
	x, y := reflect.ValueOf(a), reflect.ValueOf(b)
	return x.Kind() == reflect.Pointer && y.Kind() == reflect.Pointer && x.Pointer() == y.Pointer()
}
