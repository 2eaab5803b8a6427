package edo

import "github.com/edo-go/edo/internal"

// What becomes of functions in direct style that lose: a race, or a join that has
// failed, is over for the caller when they have ended, and not before. edo's own
// packages do that with two things, which take a key that nobody else can name.

// AwaitEnd is [Await] for a future that comes to an end by itself when it is told that
// the task was cancelled: it goes on waiting then, after it has called cancelled once,
// and returns what the future gives.
func AwaitEnd[T any](_ internal.Key, task *Task, f Future[T], cancelled func()) (v T, err error) {
	if err := task.enter(); err != nil {
		return v, err
	}
	p := Pending
	poll := func(cx *Context) Poll {
		if p == Pending {
			v, p, err = f.Poll(cx)
		}
		return p
	}
	defer func() { task.polls, task.await = false, nil }() // also when the poll panics
	for told := false; ; {
		task.polls = true
		poll(task.cx)
		task.polls = false
		if p != Pending {
			task.leaveInspection()
			return v, err
		}
		if task.coro == nil {
			task.await = poll // for reports
		}
		if told {
			task.wait() // suspend would return at once, again and again
		} else if task.suspend() != nil {
			told = true
			cancelled()
		}
	}
}

// CancelAsync makes f, which [Async] has made, see [ErrCancelled] from its next poll
// on, and says whether it must be polled to its end: it has started and has not ended.
// Other than dropped ones the caller alone polls it.
func CancelAsync(_ internal.Key, f any) (goOn bool) { return goesOn(f) }
