package mpsc_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/chantest"
	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/timer"
)

func TestSendTimeoutGivesUpWhenTheTimeIsUp(t *testing.T) {
	chantest.Simulate(t, func(task *edo.Task) error {
		tx, rx := mpsc.New[int](1)
		defer tx.Close()
		begin := timer.Now(task)
		if err := tx.SendTimeout(task, 1, time.Hour); err != nil {
			return err
		}
		for _, d := range []time.Duration{time.Hour, time.Millisecond, 1, 0, -1} {
			before := timer.Now(task)
			err := tx.SendTimeout(task, 2, d)
			if !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, edo.ErrClosed) || errors.Is(err, edo.ErrCancelled) {
				return fmt.Errorf("SendTimeout(%v) = %v", d, err)
			}
			if got, want := timer.Now(task).Sub(before), max(0, d).Round(time.Millisecond); d > 1 && got != want {
				return fmt.Errorf("SendTimeout(%v) took %v", d, got)
			}
		}
		check(t, rx)
		chantest.Recv(t, rx, 1)
		chantest.RecvFails(t, rx, edo.ErrEmpty) // the value that timed out was not sent
		if timer.Now(task).Sub(begin) > time.Hour+10*time.Millisecond {
			return errors.New("the clock went further than it had to")
		}
		return tx.SendTimeout(task, 3, 0)
	})
}

// start is when a simulation starts.
var start = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

func TestSendTimeoutIsOverAsSoonAsItIsSent(t *testing.T) {
	chantest.Simulate(t, func(task *edo.Task) error {
		tx, rx := mpsc.New[int](1)
		defer tx.Close()
		chantest.TrySend(t, tx, 1, nil)
		h := edo.Go(task, func(task *edo.Task) error {
			if err := tx.SendTimeout(task, 2, time.Hour); err != nil {
				return err
			}
			if d := timer.Now(task).Sub(start); d != time.Minute {
				return fmt.Errorf("it took %v", d)
			}
			sleep, polls := timer.SleepFuture(2*time.Hour), 0
			_, err := edo.Await(task, edo.Future[edo.Unit](pollOf[edo.Unit](func(cx *edo.Context) (edo.Unit, edo.Poll, error) {
				polls++
				return sleep.Poll(cx)
			})))
			if polls != 2 {
				return fmt.Errorf("polled %d times in the hours after it, want 2: its timer is on", polls)
			}
			return err
		})
		if err := timer.Sleep(task, time.Minute); err != nil {
			return err
		}
		chantest.Recv(t, rx, 1)
		if _, err := h.Await(task); err != nil {
			return err
		}
		chantest.Recv(t, rx, 2)
		return nil
	})
}

func TestSendTimeoutWhoseTimeIsUpWhenItIsAcceptedWasSent(t *testing.T) {
	met := map[bool]int{}
	for seed := range uint64(50) {
		err := sim.Run(seed, func(task *edo.Task) error {
			tx, rx := mpsc.New[int](1)
			defer tx.Close()
			chantest.TrySend(t, tx, 1, nil)
			h := edo.Go(task, func(task *edo.Task) error { return tx.SendTimeout(task, 2, time.Millisecond) })
			receiver := edo.Go(task, func(task *edo.Task) error {
				if err := timer.Sleep(task, time.Millisecond); err != nil { // due with the other, in either order
					return err
				}
				rx.TryRecv()
				return nil
			})
			_, err := h.Await(task)
			if _, err := receiver.Await(task); err != nil {
				return err
			}
			if err != nil && !errors.Is(err, context.DeadlineExceeded) || rx.Len() == 1 != (err == nil) {
				return fmt.Errorf("SendTimeout = %v, and there are %d messages", err, rx.Len())
			}
			met[err == nil]++
			return nil
		})
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
	}
	if len(met) != 2 {
		t.Errorf("sent or not: %v; 50 seeds must have met both", met)
	}
}

func TestSendTimeoutEndsWithTheChannelAndWithTheTask(t *testing.T) {
	chantest.Simulate(t, func(task *edo.Task) error {
		tx, rx := mpsc.New[int](1)
		defer tx.Close()
		chantest.TrySend(t, tx, 1, nil)
		begin := timer.Now(task)
		aborted := edo.Go(task, func(task *edo.Task) error { return tx.SendTimeout(task, 2, time.Hour) })
		refused := edo.Go(task, func(task *edo.Task) error { return tx.SendTimeout(task, 3, time.Hour) })
		timer.Sleep(task, time.Second)
		aborted.Abort()
		if _, err := aborted.Await(task); !errors.Is(err, edo.ErrCancelled) {
			return fmt.Errorf("aborted: %v", err)
		}
		rx.Close()
		if _, err := refused.Await(task); !errors.Is(err, edo.ErrClosed) {
			return fmt.Errorf("refused: %v", err)
		}
		if err := tx.SendTimeout(task, 4, 0); !errors.Is(err, edo.ErrClosed) {
			return fmt.Errorf("closed: %v", err)
		}
		chantest.Recv(t, rx, 1)
		chantest.RecvFails(t, rx, edo.ErrClosed)
		if d := timer.Now(task).Sub(begin); d != time.Second {
			return fmt.Errorf("it took %v", d)
		}
		return nil
	})
}

func TestTheLongestTimeoutDoesNotOverflow(t *testing.T) {
	chantest.Simulate(t, func(task *edo.Task) error {
		tx, rx := mpsc.New[int](1)
		defer tx.Close()
		chantest.TrySend(t, tx, 1, nil)
		timer.Sleep(task, time.Second)
		h := edo.Go(task, func(task *edo.Task) error { return tx.SendTimeout(task, 2, 1<<63-1) })
		timer.Sleep(task, time.Hour)
		if h.Finished() {
			return errors.New("it is over after an hour")
		}
		chantest.Recv(t, rx, 1)
		_, err := h.Await(task)
		return err
	})
}

func TestSendTimeoutIsNotEndedByTheClockOfAnotherRuntime(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1)) // so that the second goroutine gets the pooled object of the first
	for range 5 {
		// One simulation has a send for an hour that is over at once, and then waits for
		// the hour to pass, while another one stands still that waits for the same hour.
		waits, passed, ended := make(chan struct{}), make(chan struct{}), make(chan error, 1)
		chantest.Simulate(t, func(task *edo.Task) error {
			tx, rx := mpsc.New[int](1)
			defer tx.Close()
			chantest.TrySend(t, tx, 1, nil)
			h := edo.Go(task, func(task *edo.Task) error { return tx.SendTimeout(task, 2, time.Hour) })
			if err := timer.Sleep(task, time.Millisecond); err != nil {
				return err
			}
			chantest.Recv(t, rx, 1)
			if _, err := h.Await(task); err != nil {
				return err
			}
			go func() { ended <- sim.Run(2, standStill(waits, passed)) }()
			<-waits
			defer close(passed)
			return timer.Sleep(task, 2*time.Hour)
		})
		if err := <-ended; err != nil {
			t.Fatal(err)
		}
	}
}

// standStill returns a program that sends for an hour, and stops its runtime from when it
// has said that it waits until the other one has passed.
func standStill(waits, passed chan struct{}) func(task *edo.Task) error {
	return func(task *edo.Task) error {
		tx, _ := mpsc.New[int](1)
		defer tx.Close()
		if err := tx.TrySend(1); err != nil {
			return err
		}
		over := false
		h := edo.Go(task, func(task *edo.Task) error {
			err := tx.SendTimeout(task, 2, time.Hour)
			over = true
			if !errors.Is(err, context.DeadlineExceeded) {
				return fmt.Errorf("SendTimeout = %v", err)
			}
			return nil
		})
		err := timer.Sleep(task, time.Millisecond)
		close(waits)
		<-passed
		if over {
			return errors.New("SendTimeout is over after a millisecond: the other clock has ended it")
		}
		if err == nil {
			_, err = h.Await(task)
		}
		return err
	}
}

func TestSendTimeoutAllocatesNothing(t *testing.T) {
	if invariant.Enabled {
		t.Skip("the race detector allocates")
	}
	chantest.Simulate(t, func(task *edo.Task) error {
		tx, _ := mpsc.New[int](1)
		defer tx.Close()
		chantest.TrySend(t, tx, 1, nil)
		if n := testing.AllocsPerRun(500, func() { tx.SendTimeout(task, 2, 5*time.Millisecond) }); n > 0.1 {
			t.Errorf("%v allocations", n)
		}
		return nil
	})
}
