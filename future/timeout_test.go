package future_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/internal/own/owntest"
	"github.com/edo-go/edo/oneshot"
	"github.com/edo-go/edo/timer"
)

const tick = time.Millisecond

// readyAfter returns a future that is ready with v after d.
func readyAfter(d time.Duration, v int) edo.Future[int] {
	return future.Map(timer.SleepFuture(d), func(edo.Unit) int { return v })
}

func TestTimeoutReturnsAResultThatIsReadyInTimeAndOtherwiseFailsAtTheDeadline(t *testing.T) {
	for _, c := range []struct {
		limit, takes time.Duration
		inTime       bool
	}{
		{10 * tick, 3 * tick, true}, {10 * tick, 10 * tick, true}, {10 * tick, 11 * tick, false},
		{0, tick, false}, {-tick, tick, false}, {0, 0, true}, {1<<63 - 1, tick, true},
	} {
		simulate(t, func(task *edo.Task) error {
			start := timer.Now(task)
			v, err := edo.Await(task, future.Timeout(c.limit, readyAfter(c.takes, 7)))
			took := timer.Now(task).Sub(start)
			switch {
			case c.inTime && (v != 7 || err != nil || took != c.takes):
				t.Errorf("%v: got %d, %v after %v", c, v, err, took)
			case !c.inTime && (!errors.Is(err, context.DeadlineExceeded) || took != max(0, c.limit)):
				t.Errorf("%v: got %v after %v", c, err, took)
			}
			var late interface{ Timeout() bool }
			if !c.inTime && (!errors.As(err, &late) || !late.Timeout()) {
				t.Errorf("%v is not a time-out", err)
			}
			return nil
		})
	}
}

func TestAValueThatIsReadyAtThePollIsReturnedAfterTheDeadlineToo(t *testing.T) {
	simulate(t, func(task *edo.Task) error {
		tx, rx := oneshot.New[int]()
		f := future.Timeout(10*tick, edo.Future[int](rx))
		edo.Await(task, future.PollFn(func(cx *edo.Context) (edo.Unit, edo.Poll, error) {
			_, p, _ := f.Poll(cx)
			if p != edo.Pending {
				t.Errorf("got %v", p)
			}
			return edo.Unit{}, edo.Ready, nil
		}))
		if err := timer.Sleep(task, 20*tick); err != nil { // the deadline passes, and f is not polled
			return err
		}
		tx.Send(7)
		v, err := edo.Await(task, edo.Future[int](f))
		if v != 7 || err != nil {
			t.Errorf("got %d, %v", v, err)
		}
		return nil
	})
}

// usesUpBudget is a future that uses up the budget of each poll, and is never ready.
type usesUpBudget struct{ dropped bool }

func (h *usesUpBudget) Poll(cx *edo.Context) (v int, _ edo.Poll, _ error) {
	for cx.Proceed(nil) {
	}
	return v, edo.Pending, nil
}

func (h *usesUpBudget) Drop() { h.dropped = true }

func TestTimeoutEndsAFutureThatUsesUpTheBudget(t *testing.T) {
	h := &usesUpBudget{}
	err := edo.Run(func(task *edo.Task) error {
		_, err := edo.Await(task, future.Timeout[int](5*tick, h))
		if !errors.Is(err, context.DeadlineExceeded) || !h.dropped {
			t.Errorf("got %v; dropped: %v", err, h.dropped)
		}
		return nil
	}, edo.WithConfig(edo.Config{CurrentThread: true}))
	if err != nil {
		t.Fatal(err)
	}
}

func TestTimeoutDropsItsFutureBeforeItFailsAndWhenItIsDropped(t *testing.T) {
	simulate(t, func(task *edo.Task) error {
		src := owntest.NewScript[int](t).Wait()
		f := future.Timeout(tick, edo.Future[int](src))
		if _, err := edo.Await(task, edo.Future[int](f)); !errors.Is(err, context.DeadlineExceeded) || src.Drops() != 1 {
			t.Errorf("got %v, dropped %d times", err, src.Drops())
		}
		src = owntest.NewScript[int](t).Wait()
		f = future.Timeout(time.Hour, edo.Future[int](src))
		start := timer.Now(task)
		edo.Await(task, edo.Future[int](future.Race[int](readyAfter(tick, 1), f)))
		if src.Drops() != 1 {
			t.Errorf("dropped %d times", src.Drops())
		}
		if err := timer.Sleep(task, tick); err != nil {
			return err
		}
		if took := timer.Now(task).Sub(start); took != 2*tick { // the timer was stopped: the clock did not advance to it
			t.Errorf("took %v", took)
		}
		return nil
	})
}

func TestTimeoutOfAFunctionInDirectStyleCancelsIt(t *testing.T) {
	simulate(t, func(task *edo.Task) error {
		var in error
		f := future.Timeout(tick, edo.Async(func(task *edo.Task) (int, error) {
			in = timer.Sleep(task, time.Hour)
			return 0, in
		}))
		h := edo.Spawn(task, edo.Future[int](f))
		if _, err := h.Await(task); !errors.Is(err, context.DeadlineExceeded) || in != edo.ErrCancelled {
			t.Errorf("got %v, and inside %v", err, in)
		}
		return nil
	})
}

func TestAReportFindsTheLeavesAndTheDeadlineOfATimeout(t *testing.T) {
	simulate(t, func(task *edo.Task) error {
		tx, rx := oneshot.New[int]()
		defer tx.Drop()
		f := future.Timeout(tick, edo.Future[int](rx))
		defer f.Drop()
		waits, err := edotest.WaitsIn(task, func(cx *edo.Context) edo.Poll { _, p, _ := f.Poll(cx); return p })
		if len(waits) != 2 || waits[0].On != "oneshot: receive" || waits[1].On != "future: time-out" {
			t.Errorf("the report found %v", waits)
		} else if want := timer.Now(task).Add(tick); !waits[1].Until.Equal(want) {
			t.Errorf("until %v, want %v", waits[1].Until, want)
		}
		return err
	})
}
