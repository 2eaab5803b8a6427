package edo

import (
	"fmt"
	"reflect"

	"github.com/edo-go/edo/internal"
	"github.com/edo-go/edo/internal/sched"
)

// BusyError says that a task came to wait for something that has room for one waiter,
// while another task waits for it. The second waiter gets the error, at once. The first
// goes on to wait, and is not disturbed.
type BusyError struct {
	On     string // what both want to wait for: "mpsc: receive"
	First  string // the name of the task that waits
	Second string // the name of the task that came as well
	Use    string // what to use instead: "several receivers take package mpmc"

	second *sched.Task // the task that came as well, as Context.Root
}

// IsOf is for edo's own packages: nobody else can name its first argument. It says whether
// the task that cx polls is the one that came as well, and not one of which it has the
// error as a result.
func (e *BusyError) IsOf(_ internal.Key, cx *Context) bool {
	return cx != nil && e.second != nil && e.second == cx.in().Root()
}

// Error names both tasks, and what to use instead.
func (e *BusyError) Error() string {
	text := fmt.Sprintf("%s: task %s came to wait while task %s waits", e.On, e.Second, e.First)
	if e.First == e.Second {
		text = fmt.Sprintf("%s: task %s came to wait while another wait of the same name waits", e.On, e.Second)
	}
	if e.Use != "" {
		text += ": " + e.Use
	}
	return text
}

// Sole is for a [Leaf] that has room for one waiter. A leaf calls it in a poll that must
// wait and finds a waker, waiting, that an earlier poll left there and that has not been
// woken since. Sole returns a [*BusyError], whose advice is use, when another task still
// waits for leaf with that waker, or another branch of this task, as of a join. It returns
// nil when the leaf may keep the waker of cx instead: the earlier task has ended, or waits
// for something else by now. leaf is the one that was given to [Context.Proceed].
//
// Sole asks the other task as a report does: it polls it without a budget, on another
// goroutine, for some microseconds. So the caller holds no lock that a poll takes. A task
// that cannot be asked, because it runs, is woken: it comes back to the leaf, finds the
// waker of cx there, and asks in its turn. Under a mock task Sole returns nil, and the
// last poll wins.
//
// Before the leaf keeps the waker of cx, the earlier task may come to wait again. So a leaf
// whose polls may overlap looks again, and tells [Context.Displace] which waker it has taken
// the place of.
//
// Compare first: a waker that is zero, or that of cx, needs no question.
func (cx *Context) Sole(waiting Waker, leaf Leaf, use string) error {
	me, other := cx.in().Task(), waiting.t
	if other == nil || other == me || other.HasEnded() {
		return nil
	}
	root := rootOf(other)
	if root == nil || root.HasEnded() {
		return nil
	}
	first := ""
	if root == cx.in().Root() {
		if isWithin(me, other) || !isSibling(cx.in(), other, leaf) {
			return nil
		}
		first = taskName(root)
	} else if first = nameOfWaiter(cx.in(), root, other, leaf); first == "" {
		return nil
	}
	return &BusyError{
		On:     waitOf(leaf, cx).On,
		First:  first,
		Second: taskName(cx.in().Root()),
		Use:    use,
		second: cx.in().Root(),
	}
}

// Displace is for a [Leaf] that has put the waker of cx in the place of another one, w, after
// [Context.Sole] has returned nil. It wakes the task of w if that has come back to leaf in
// between: so it finds the waker of cx there, and asks in its turn. It costs as much as
// Sole, and as there the caller holds no lock that a poll takes.
func (cx *Context) Displace(w Waker, leaf Leaf) {
	other := w.t
	if other == nil || other == cx.in().Task() || other.HasEnded() {
		return
	}
	root := rootOf(other)
	if root == nil || root.HasEnded() || root == cx.in().Root() {
		return
	}
	if nameOfWaiter(cx.in(), root, other, leaf) != "" {
		w.Wake()
	}
}

// part is the body of a task that stands for a part of another one.
type part interface {
	// Parent returns the task that polls the branch, or nil when it is over.
	Parent() *sched.Task
	// Ask polls the branch by an inspection, while its task polls another branch.
	Ask(cx *sched.Context)
}

// rootOf returns the task that t is a branch of, or t, or nil when the branch is over.
func rootOf(t *sched.Task) *sched.Task {
	for t != nil {
		b, ok := t.Body().(part)
		if !ok {
			return t
		}
		t = b.Parent()
	}
	return nil
}

// isWithin says whether t is other, or a branch of it at any depth.
func isWithin(t, other *sched.Task) bool {
	for t != nil && t != other {
		b, ok := t.Body().(part)
		if !ok {
			return false
		}
		t = b.Parent()
	}
	return t == other
}

// nameOfWaiter returns the name of root when other, which is root or a branch of it,
// waits for leaf, and "" otherwise. A root that runs is woken.
func nameOfWaiter(cx *sched.Context, root, other *sched.Task, leaf Leaf) (name string) {
	b, ok := root.Body().(inspected)
	rt := cx.Runtime()
	if !ok || rt == nil {
		return ""
	}
	asked := make(chan bool, 1)
	go func() { // the caller may be locked to its thread, and the poll may call Goexit
		idle := false
		defer func() { asked <- idle }()
		idle = root.Inspect(func() {
			idle = true
			var in *sched.Context
			in = sched.NewInspection(root.HomeOr(rt), root, func(l any) {
				if in.Task() == other && same(l, leaf) {
					name = taskName(root)
				}
			})
			b.inspect((*Context)(in))
		})
	}()
	if !<-asked {
		other.Wake()
		return ""
	}
	return name
}

// isSibling says whether other, a branch of the task that cx polls, waits for leaf. A
// branch that was woken has its turn, and finds out itself.
func isSibling(cx *sched.Context, other *sched.Task, leaf Leaf) bool {
	b, ok := other.Body().(part)
	if !ok || !other.IsIdle() {
		return false
	}
	waits := make(chan bool, 1)
	go func() { // as in nameOfWaiter
		found := false
		defer func() {
			recover() // it panics again when it is polled
			waits <- found
		}()
		var in *sched.Context
		in = sched.NewInspection(cx.Runtime(), cx.Root(), func(l any) {
			found = found || in.Task() == other && same(l, leaf)
		})
		b.Ask(in)
	}()
	return <-waits
}

// same says whether a and b are the same leaf.
func same(a any, b Leaf) bool {
	if a == nil || b == nil || !reflect.TypeOf(a).Comparable() {
		return false
	}
	return a == any(b)
}
