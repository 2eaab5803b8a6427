package future_test

import (
	"errors"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/timer"
)

// rude is a future that does not ask whether it may go on: it is ready for a report too, which polls a
// task to learn what it waits for. It wakes no task: the report came before the wake, and took the result.
type rude struct {
	isReady bool
	err     error
}

func (f *rude) Poll(*edo.Context) (int, edo.Poll, error) {
	if !f.isReady {
		return 0, edo.Pending, nil
	}
	return 1, edo.Ready, f.err
}

// A future that goes on with the result polls the next one in the report as well, where nothing can wait.
// So it must poll that again.
func TestAResultThatAReportTookGoesOn(t *testing.T) {
	slow := func(v int) edo.Future[int] {
		return future.Map(timer.SleepFuture(time.Second), func(edo.Unit) int { return v + 1 })
	}
	for name, build := range map[string]func(f *rude) edo.Future[int]{
		"Map":     func(f *rude) edo.Future[int] { return future.Map(f, func(v int) int { return v + 1 }) },
		"AndThen": func(f *rude) edo.Future[int] { return future.AndThen(f, slow) },
		"OrElse": func(f *rude) edo.Future[int] {
			f.err = errTest
			return future.Of(f).OrElse(func(error) edo.Future[int] { return slow(1) })
		},
		"Then": func(f *rude) edo.Future[int] {
			return future.Then(f, func(v int, _ error) edo.Future[int] { return slow(v) })
		},
		"Flatten": func(f *rude) edo.Future[int] {
			return future.Flatten(future.Map(f, func(v int) edo.Future[int] { return slow(v) }))
		},
		"Loop": func(f *rude) edo.Future[int] {
			turns := 0
			return future.Loop(0, func(v int) edo.Future[int] {
				switch turns++; turns {
				case 1:
					return f
				case 2:
					return slow(v)
				}
				return nil
			})
		},
		"Retry": func(f *rude) edo.Future[int] {
			f.err = errTest
			tries := 0
			return future.Retry(future.Backoff{Initial: time.Second}, func() edo.Future[int] {
				if tries++; tries == 1 {
					return f
				}
				return future.Ready(2)
			})
		},
		"Timeout": func(f *rude) edo.Future[int] {
			return future.AndThen(future.Timeout(time.Hour, f), slow)
		},
		"Fuse":       func(f *rude) edo.Future[int] { return future.AndThen(future.Of(f).Fuse(), slow) },
		"Inspect":    func(f *rude) edo.Future[int] { return future.AndThen(future.Of(f).Inspect(func(int, error) {}), slow) },
		"CatchPanic": func(f *rude) edo.Future[int] { return future.AndThen(future.Of(f).CatchPanic(), slow) },
		"Shared":     func(f *rude) edo.Future[int] { return future.AndThen(future.Share(f), slow) },
		"Race": func(f *rude) edo.Future[int] {
			return future.AndThen(future.Race[int](f, future.Map(timer.SleepFuture(time.Hour), func(edo.Unit) int { return 9 })), slow)
		},
		"FirstOK": func(f *rude) edo.Future[int] {
			return future.AndThen(future.FirstOK[int](future.Fail[int](errTest), f), slow)
		},
		"Join": func(f *rude) edo.Future[int] {
			return future.AndThen(future.Join[int](f, slow(0)), func(all []future.Result[int]) edo.Future[int] { return slow(all[0].Value) })
		},
		"Async": func(f *rude) edo.Future[int] {
			return edo.Async(func(task *edo.Task) (int, error) {
				v, err := edo.Await(task, f)
				if err != nil {
					return v, err
				}
				return edo.Await(task, slow(v))
			})
		},
	} {
		err := sim.Run(1, func(task *edo.Task) error {
			f := &rude{}
			h := edo.Spawn(task, build(f))
			timer.Sleep(task, 2*time.Second)
			if h.Finished() {
				return errors.New("it did not wait")
			}
			f.isReady = true
			task.Runtime().Snapshot()
			if v, err := h.Await(task); v != 2 || err != nil {
				t.Errorf("%s: %d, %v", name, v, err)
			}
			return nil
		})
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
