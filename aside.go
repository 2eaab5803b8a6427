package edo

import "github.com/edo-go/edo/internal/core"

// asideResults are the results of a poll that has run aside, see internal/core/aside.go.
type asideResults[T any] struct {
	done bool
	v    T
	err  error
}

// beginAside gives the polls aside of the frame of t their function, once.
func beginAside[T any](t *core.Task, poll func() (done bool, v T, err error)) {
	r := &asideResults[T]{}
	t.Aside().Begin(r, func() { r.done, r.v, r.err = poll() })
}

// stepAside is a poll of the frame of t on a coroutine. It is not done either if the function waits
// on the coroutine, in the middle of the poll.
func stepAside[T any](t *core.Task) (done bool, v T, err error) {
	a := t.Aside()
	r := a.Results.(*asideResults[T])
	if !a.Poll() {
		return false, v, nil
	}
	done, v, err = r.done, r.v, r.err
	*r = asideResults[T]{}
	return done, v, err
}

// pollAside polls f in a poll that runs aside, and in which f cannot wait.
func pollAside[T any](task *Task, f Future[T]) (v T, p Poll, err error) {
	t := task.in()
	t.Polls = true
	defer t.EndPoll()
	return f.Poll(task.cx())
}

// pollNextAside is pollAside of a stream.
func pollNextAside[T any](task *Task, s Stream[T]) (v T, p Poll, err error) {
	t := task.in()
	t.Polls = true
	defer t.EndPoll()
	return s.PollNext(task.cx())
}
