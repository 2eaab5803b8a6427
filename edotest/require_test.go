package edotest_test

import (
	"errors"
	"io"
	"runtime"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
)

// answer is a future and a stream whose next answer is fixed.
type answer struct {
	p   edo.Poll
	err error
}

func (a answer) Poll(*edo.Context) (int, edo.Poll, error)     { return 7, a.p, a.err }
func (a answer) PollNext(*edo.Context) (int, edo.Poll, error) { return 7, a.p, a.err }

// fatal is a test that notes whether it was stopped.
type fatal struct {
	testing.TB
	stopped bool
}

func (f *fatal) Helper() {}
func (f *fatal) Fatalf(string, ...any) {
	f.stopped = true
	runtime.Goexit()
}

func TestRequireStopsTheTestUnlessTheOutcomeIsTheOneItNames(t *testing.T) {
	task := edotest.NewTask()
	failed := errors.New("failed")
	outcomes := map[string]answer{
		"pending": {edo.Pending, nil},
		"ready":   {edo.Ready, nil},
		"failed":  {edo.Ready, failed},
		"other":   {edo.Ready, io.EOF},
		"end":     {edo.End, nil},
	}
	for _, c := range []struct {
		name    string
		require func(t testing.TB, a answer)
		passes  string
	}{
		{"RequirePending", func(t testing.TB, a answer) { edotest.RequirePending(t, task, edo.Future[int](a)) }, "pending"},
		{"RequireReady", func(t testing.TB, a answer) { edotest.RequireReady(t, task, edo.Future[int](a)) }, "ready"},
		{"RequireError", func(t testing.TB, a answer) { edotest.RequireError(t, task, edo.Future[int](a), failed) }, "failed"},
		{"RequireNextPending", func(t testing.TB, a answer) { edotest.RequireNextPending(t, task, edo.Stream[int](a)) }, "pending"},
		{"RequireNext", func(t testing.TB, a answer) { edotest.RequireNext(t, task, edo.Stream[int](a)) }, "ready"},
		{"RequireNextError", func(t testing.TB, a answer) { edotest.RequireNextError(t, task, edo.Stream[int](a), failed) }, "failed"},
		{"RequireEnd", func(t testing.TB, a answer) { edotest.RequireEnd(t, task, edo.Stream[int](a)) }, "end"},
	} {
		for name, a := range outcomes {
			f := &fatal{TB: t}
			done := make(chan struct{})
			go func() {
				defer close(done)
				c.require(f, a)
			}()
			<-done
			if f.stopped == (name == c.passes) {
				t.Errorf("%s with the outcome %q: stopped = %v", c.name, name, f.stopped)
			}
		}
	}
}

func TestRequireWokenCountsSinceTheLastTime(t *testing.T) {
	task := edotest.NewTask()
	task.Waker().Wake()
	task.Waker().Wake()
	edotest.RequireWoken(t, task, 2)
	edotest.RequireWoken(t, task, 0)
}
