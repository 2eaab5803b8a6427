package future_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/internal/own"
	"github.com/edo-go/edo/internal/own/owntest"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/timer"
)

func TestLoopAwaitsOneFutureAfterTheOtherAndGivesTheLastValue(t *testing.T) {
	task := edotest.NewTask()
	var made []*owntest.Script[int]
	f := future.Loop(0, func(v int) edo.Future[int] {
		for _, src := range made {
			if src.Drops() != 1 {
				t.Error("the future before was not dropped first")
			}
		}
		if v == 3 {
			return nil
		}
		made = append(made, waitAndGive(t, v+1))
		return made[v]
	})
	for i := range 3 {
		edotest.RequirePending(t, task, f)
		if len(made) != i+1 {
			t.Fatalf("%d futures after %d turns", len(made), i)
		}
		made[i].Wake()
		edotest.RequireWoken(t, task, 1)
	}
	if v := edotest.RequireReady(t, task, f); v != 3 {
		t.Fatalf("got %d", v)
	}
	edotest.RequireError(t, task, f, own.ErrPolledAgain)
}

func TestAnErrorEndsALoop(t *testing.T) {
	task, turns := edotest.NewTask(), 0
	f := future.Loop(0, func(int) edo.Future[int] {
		turns++
		return future.Fail[int](errTest)
	})
	edotest.RequireError(t, task, f, errTest)
	edotest.RequireError(t, task, f, own.ErrPolledAgain)
	if turns != 1 {
		t.Fatalf("%d turns", turns)
	}
}

func TestALoopOverFuturesThatAreReadyAtOnceGivesWayAndTakesNoStack(t *testing.T) {
	task, polls := edotest.NewTask(), 1
	f := future.Loop(0, func(v int) edo.Future[int] {
		if v == 10_000 {
			return nil
		}
		return future.Ready(v + 1)
	})
	v, p, err := edotest.Poll(task, f)
	for ; p == edo.Pending; polls++ {
		edotest.RequireWoken(t, task, 1)
		v, p, err = edotest.Poll(task, f)
	}
	if v != 10_000 || err != nil || polls < 10_000/200 {
		t.Fatalf("got %d, %v, after %d polls", v, err, polls)
	}
}

// tries returns a function that makes futures: the first so many fail.
func tries(failing int, made *int) func() edo.Future[int] {
	return func() edo.Future[int] {
		*made++
		if *made <= failing {
			return future.Fail[int](errTest)
		}
		return future.Ready(*made)
	}
}

func TestRetryWaitsLongerEachTimeUpToItsLimit(t *testing.T) {
	simulate(t, func(task *edo.Task) error {
		made, begin := 0, timer.Now(task)
		var waits []time.Duration
		v, err := edo.Await(task, future.Retry(future.Backoff{
			Initial: 10 * time.Millisecond, Max: 50 * time.Millisecond,
			OnRetry: func(attempt int, wait time.Duration, err error) {
				if attempt != made || err != errTest {
					t.Errorf("try %d of %d: %v", attempt, made, err)
				}
				waits = append(waits, wait/time.Millisecond)
			},
		}, tries(5, &made)))
		if want := []time.Duration{10, 20, 40, 50, 50}; v != 6 || !slices.Equal(waits, want) {
			t.Errorf("got %d, after waits of %v", v, waits)
		}
		if took := timer.Now(task).Sub(begin); took != 170*time.Millisecond {
			t.Errorf("it took %v", took)
		}
		return err
	})
}

func TestRetryGivesUpAfterItsAttemptsOrWhenItIsTold(t *testing.T) {
	task, permanent := edotest.NewTask(), errors.New("permanent")
	made := 0
	f := future.Retry(future.Backoff{Attempts: 3}, tries(9, &made))
	edotest.RequireError(t, task, f, errTest)
	edotest.RequireError(t, task, f, own.ErrPolledAgain)
	if made != 3 {
		t.Errorf("%d tries, want 3", made)
	}
	made = 0
	edotest.RequireError(t, task, future.Retry(future.Backoff{If: func(err error) bool { return err != permanent }}, func() edo.Future[int] {
		if made++; made == 4 {
			return future.Fail[int](permanent)
		}
		return future.Fail[int](errTest)
	}), permanent)
	if made != 4 {
		t.Errorf("%d tries, want 4", made)
	}
}

func TestTheJitterOfARetryIsDrawnFromTheSeedAndWithinItsPart(t *testing.T) {
	waits := func(seed uint64) (all []time.Duration) {
		made := 0
		err := sim.Run(seed, func(task *edo.Task) error {
			_, err := edo.Await(task, future.Retry(future.Backoff{
				Initial: time.Second, Factor: 1, Jitter: 0.5,
				OnRetry: func(_ int, wait time.Duration, _ error) { all = append(all, wait) },
			}, tries(200, &made)))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	first := waits(1)
	if !slices.Equal(first, waits(1)) || slices.Equal(first, waits(2)) {
		t.Error("the seed does not decide the waits")
	}
	shortest, longest := slices.Min(first), slices.Max(first)
	if shortest < time.Second/2 || shortest > 550*time.Millisecond || longest > time.Second || longest < 950*time.Millisecond {
		t.Errorf("the waits are from %v to %v", shortest, longest)
	}
}

func TestARetryThatIsDroppedWhileItWaitsStopsItsTimerAndTriesNoMore(t *testing.T) {
	simulate(t, func(task *edo.Task) error {
		made := 0
		f := future.Retry(future.Backoff{Initial: time.Hour}, tries(9, &made))
		h := edo.Spawn(task, f)
		timer.Sleep(task, time.Minute)
		h.Abort()
		if _, err := h.Await(task); !errors.Is(err, edo.ErrCancelled) || made != 1 {
			t.Errorf("got %v, after %d tries", err, made)
		}
		begin := timer.Now(task)
		f.Drop()
		if took := timer.Now(task).Sub(begin); took != 0 {
			t.Errorf("it took %v", took)
		}
		return nil
	})
}

func TestARetryThatWaitsSaysUntilWhen(t *testing.T) {
	simulate(t, func(task *edo.Task) error {
		made, begin := 0, timer.Now(task)
		h := edo.Spawn(task, future.Retry(future.Backoff{Initial: time.Hour}, tries(1, &made)))
		timer.Sleep(task, time.Minute)
		found := false
		for _, info := range task.Runtime().Snapshot().Tasks {
			for _, w := range info.Waits {
				found = found || w.On == "future: the wait before another try" && w.Until.Equal(begin.Add(time.Hour))
			}
		}
		if !found {
			t.Errorf("no such wait in %+v", task.Runtime().Snapshot().Tasks)
		}
		_, err := h.Await(task)
		if took := timer.Now(task).Sub(begin); took != time.Hour {
			t.Errorf("it took %v", took)
		}
		return err
	})
}

func TestTheLongestBackoffDoesNotOverflow(t *testing.T) {
	simulate(t, func(task *edo.Task) error {
		made := 0
		h := edo.Spawn(task, future.Retry(future.Backoff{
			Initial: 1<<63 - 1, Factor: 1e300,
			OnRetry: func(_ int, wait time.Duration, _ error) {
				if wait < 1<<61 {
					t.Errorf("a wait of %v", wait)
				}
			},
		}, tries(1, &made)))
		timer.Sleep(task, 10_000*time.Hour)
		if h.Finished() || made != 1 {
			t.Errorf("%d tries", made)
		}
		h.Abort()
		return nil
	})
}

func TestTryThatReturnsNilIsAnError(t *testing.T) {
	f := future.Retry(future.Backoff{}, func() edo.Future[int] { return nil })
	edotest.RequireError(t, edotest.NewTask(), f, future.ErrNil)
}
