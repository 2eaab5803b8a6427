package core

// A frame has no stack of its own. It can only wait where the compiler saw that it waits, and not in
// a call of something that has kept the Task: a closure that another call has returned or stored, a
// method of an object that was made with the Task.
//
// The compiler knows which functions keep their Task, except those that it does not see. A frame that
// is about to give its Task to such a function is polled aside from then on: it returns that it is
// not done, and is polled again at once, on a coroutine, as in all later polls.
//
//	the poll                        the coroutine
//	returns, done or not            goes back to the pool: the frame has what outlives the wait
//	waits in a call in its middle   stays with the task, and the next poll goes on there
//
// A call for which a frame borrows a coroutine needs none in such a poll.

// Aside are the polls of a frame that run on coroutines.
type Aside struct {
	Borrowed
	Results any // of the poll that ended last, of package edo
}

// GoAside makes the polls of the frame of t run aside, beginning with the next, which is to come at
// once. In a poll where nothing can wait, see StepInPoll, there is no need.
func (t *Task) GoAside() (mustReturn bool) {
	if t.Polls {
		return false
	}
	if r := t.rarely(); r.aside == nil {
		r.aside = &Aside{Borrowed: Borrowed{t: t}}
	}
	return true
}

// IsAside reports whether the polls of the frame of t run aside. During a poll that does not it
// becomes true only when the poll returns, not done: the frame goes on at once, aside.
func (t *Task) IsAside() bool { return t.rare != nil && t.rare.aside != nil }

// Aside returns the polls of t, which run aside. Before the first Results is nil,
// and Begin is called.
func (t *Task) Aside() *Aside { return t.rare.aside }

// HasStack reports whether the function of t may wait where it is.
func (t *Task) HasStack() bool { return !t.IsFrame || t.Coro() != nil }

// Begin gives the polls their function, and the place of its results.
func (a *Aside) Begin(results any, poll func()) { a.Results, a.run = results, poll }

// Poll polls the frame, and reports whether the poll has ended: the frame waits, or is done. A
// panic of the frame is one of Poll.
func (a *Aside) Poll() (ended bool) {
	t := a.t
	if a.hasBegun {
		t.IsResumed = false // the operation that waits on the coroutine knows that it goes on
	}
	if !a.resume() {
		return false
	}
	if a.late != nil { // perhaps one that the frame has passed on
		a.late = t.NewPanic(a.late.Value, a.late.Stack)
	}
	return a.end()
}
