package edo

import (
	"fmt"

	"github.com/edo-go/edo/internal/core"
	"github.com/edo-go/edo/internal/survey"
)

// BusyError says that a task came to wait for something that has room for one waiter,
// while another task waits for it. The second waiter gets the error, at once. The first
// goes on to wait, and is not disturbed.
type BusyError struct {
	On     string // what both want to wait for: "mpsc: receive"
	First  string // the name of the task that waits
	Second string // the name of the task that came as well
	Use    string // what to use instead: "several receivers take package mpmc"

	secondWaiter
}

// secondWaiter knows which task came as well: edo's own packages ask it.
type secondWaiter = core.SecondWaiter

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
// for something else by now. leaf is the one that was given to [Context.Proceed]: in a simulation
// Sole panics when that was the same pointer as another type. If polls by several leaves leave their wakers at one place,
// each asks for its own leaf first, and then for the others.
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
	cx.mustHaveAsked(leaf)
	me, other := cx.in().Task(), waiting.t
	if other == nil || other == me || other.HasEnded() {
		return nil
	}
	root := survey.RootOf(other)
	if root == nil || root.HasEnded() {
		return nil
	}
	first := ""
	if root == cx.in().Root() {
		if survey.IsWithin(me, other) || !survey.IsSibling(cx.in(), other, leaf) {
			return nil
		}
		first = core.NameOf(root)
	} else if first = survey.NameOfWaiter(cx.in(), root, other, leaf); first == "" {
		return nil
	}
	on, _ := survey.WaitOf(leaf, cx.in())
	return &BusyError{
		On:           on.On,
		First:        first,
		Second:       core.NameOf(cx.in().Root()),
		Use:          use,
		secondWaiter: core.NewSecondWaiter(cx.in().Root()),
	}
}

// Displace is for a [Leaf] that has put the waker of cx in the place of another one, w, after
// [Context.Sole] has returned nil. It wakes the task of w if that has come back to leaf in
// between: so it finds the waker of cx there, and asks in its turn. It costs as much as
// Sole, and as there the caller holds no lock that a poll takes.
func (cx *Context) Displace(w Waker, leaf Leaf) {
	cx.mustHaveAsked(leaf)
	other := w.t
	if other == nil || other == cx.in().Task() || other.HasEnded() {
		return
	}
	root := survey.RootOf(other)
	if root == nil || root.HasEnded() || root == cx.in().Root() {
		return
	}
	if survey.NameOfWaiter(cx.in(), root, other, leaf) != "" {
		w.Wake()
	}
}

// mustHaveAsked panics, in a simulation, when the poll has proceeded with the same object as leaf, as a leaf of another
// type: Sole would find no task that waits for leaf, and take the place of one that does.
func (cx *Context) mustHaveAsked(leaf Leaf) {
	last := cx.in().LastLeaf()
	switch {
	case last == nil:
	case survey.IsSame(last, leaf): // then it may ask for other leaves of its object too
		cx.in().ForgetLeaf()
	case survey.HaveOneAddress(last, leaf):
		panic(fmt.Errorf("edo: Sole or Displace of a %T, in a poll that has given a %T to Proceed: it must be the same leaf", leaf, last))
	}
}
