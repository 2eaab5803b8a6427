package mpsc_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/chantest"
	"github.com/edo-go/edo/internal/chaos"
	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/timer"
)

func TestRecvTimeoutGivesUpWhenTheTimeIsUp(t *testing.T) {
	chantest.Simulate(t, func(task *edo.Task) error {
		tx, rx := mpsc.New[int](1)
		defer tx.Close()
		for _, d := range []time.Duration{time.Hour, time.Millisecond, 1, 0, -1} {
			before := timer.Now(task)
			_, err := rx.RecvTimeout(task, d)
			if !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, edo.ErrClosed) || errors.Is(err, edo.ErrCancelled) {
				return fmt.Errorf("RecvTimeout(%v) = %v", d, err)
			}
			if got, want := timer.Now(task).Sub(before), max(0, d).Round(time.Millisecond); d > 1 && got != want {
				return fmt.Errorf("RecvTimeout(%v) took %v", d, got)
			}
		}
		for _, d := range []time.Duration{time.Hour, 0, -1, 1<<63 - 1} {
			chantest.TrySend(t, tx, 7, nil)
			if v, err := rx.RecvTimeout(task, d); v != 7 || err != nil {
				return fmt.Errorf("RecvTimeout(%v) of a message = %v, %v", d, v, err)
			}
		}
		check(t, rx)
		tx.Close()
		for _, d := range []time.Duration{time.Hour, 0} {
			if _, err := rx.RecvTimeout(task, d); !errors.Is(err, edo.ErrClosed) {
				return fmt.Errorf("RecvTimeout(%v) at the end = %v", d, err)
			}
		}
		if d := timer.Now(task).Sub(start); d > time.Hour+10*time.Millisecond {
			return fmt.Errorf("the clock went to %v", d)
		}
		return nil
	})
}

func TestRecvTimeoutIsOverAsSoonAsAMessageComesAndItsTimerIsOff(t *testing.T) {
	chantest.Simulate(t, func(task *edo.Task) error {
		tx, rx := mpsc.New[int](1)
		defer tx.Close()
		h := edo.Go(task, func(task *edo.Task) error {
			if v, err := rx.RecvTimeout(task, time.Hour); v != 1 || err != nil {
				return fmt.Errorf("RecvTimeout = %v, %v", v, err)
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
		chantest.TrySend(t, tx, 1, nil)
		_, err := h.Await(task)
		return err
	})
}

func TestMessageThatMeetsTheTimeoutIsReceivedOrStays(t *testing.T) {
	for seed := range uint64(200) {
		err := sim.Run(seed, func(task *edo.Task) error {
			tx, rx := mpsc.New[int](1)
			defer tx.Close()
			edo.Go(task, func(task *edo.Task) error {
				if err := timer.Sleep(task, time.Second); err != nil {
					return err
				}
				return tx.TrySend(1)
			})
			v, err := rx.RecvTimeout(task, time.Second)
			if errors.Is(err, context.DeadlineExceeded) {
				v, err = rx.RecvTimeout(task, time.Second)
			}
			if v != 1 || err != nil {
				return fmt.Errorf("the message was lost: %v, %v", v, err)
			}
			return nil
		})
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
	}
}

func TestRecvTimeoutOfACancelledTaskLosesNothing(t *testing.T) {
	chantest.Simulate(t, func(task *edo.Task) error {
		tx, rx := mpsc.New[int](1)
		defer tx.Close()
		h := edo.Go(task, func(task *edo.Task) error {
			_, err := rx.RecvTimeout(task, time.Hour)
			return err
		})
		edo.Yield(task)
		chantest.TrySend(t, tx, 1, nil)
		h.Abort()
		if _, err := h.Await(task); !errors.Is(err, edo.ErrCancelled) {
			return fmt.Errorf("Await = %v", err)
		}
		chantest.Recv(t, rx, 1)
		return nil
	})
}

func TestRecvTimeoutSaysWhatItWaitsForAndUntilWhen(t *testing.T) {
	chantest.Simulate(t, func(task *edo.Task) error {
		tx, rx := mpsc.New[int](1)
		defer tx.Close()
		f := edo.Async(func(task *edo.Task) (int, error) { return rx.RecvTimeout(task, time.Hour) })
		got, err := edotest.WaitsIn(task, func(cx *edo.Context) edo.Poll { _, p, _ := f.Poll(cx); return p })
		if err != nil {
			return err
		}
		if len(got) != 2 || got[1].On != "mpsc: receive (empty, capacity 1)" || !got[0].Until.Equal(start.Add(time.Hour)) {
			t.Errorf("waits on %v", got)
		}
		edo.Drop(f)
		return nil
	})
}

func TestNothingIsLostByReceivesThatTimeOutOrAreAborted(t *testing.T) {
	chaos.Explore(t, 300, func(w *chaos.World) {
		tx, rx := mpsc.New[*chaos.Value](1 + w.Rand.IntN(3))
		w.Go("sender", func(task *edo.Task) error {
			for range 10 {
				v := w.Ledger.New("sender")
				if err := tx.SendTimeout(task, v, time.Duration(w.Rand.IntN(4))*time.Millisecond); err != nil {
					v.Kept()
					if !errors.Is(err, context.DeadlineExceeded) {
						return nil
					}
				}
				if err := timer.Sleep(task, time.Duration(w.Rand.IntN(4))*time.Millisecond); err != nil {
					return nil
				}
			}
			return nil
		}, edo.Owns(tx))
		receive := func(task *edo.Task) error {
			for {
				v, err := rx.RecvTimeout(task, time.Duration(w.Rand.IntN(4))*time.Millisecond)
				switch {
				case err == nil:
					v.Received()
				case errors.Is(err, edo.ErrClosed), errors.Is(err, edo.ErrCancelled):
					return nil
				case !errors.Is(err, context.DeadlineExceeded):
					return err
				}
			}
		}
		w.Steady("receivers", func(task *edo.Task) error {
			defer rx.Drop()
			for range 3 { // one after the other, as each is aborted
				h := edo.Go(task, receive)
				if w.Rand.IntN(2) == 0 {
					edo.Yield(task)
					h.Abort()
				}
				if _, err := h.Await(task); err != nil && !errors.Is(err, edo.ErrCancelled) {
					return err
				}
			}
			return receive(task)
		})
		w.Check(rx.Check)
	})
}

func TestRecvTimeoutAllocatesNothing(t *testing.T) {
	if invariant.Enabled {
		t.Skip("the race detector allocates")
	}
	chantest.Simulate(t, func(task *edo.Task) error {
		tx, rx := mpsc.New[int](1)
		edo.Go(task, func(task *edo.Task) error {
			defer tx.Close()
			for range 2000 {
				if err := tx.Send(task, 1); err != nil {
					return err
				}
				if err := edo.Yield(task); err != nil {
					return err
				}
			}
			return nil
		})
		var before, after runtime.MemStats
		for i := range 2000 {
			if i == 1000 {
				runtime.ReadMemStats(&before)
			}
			if _, err := rx.RecvTimeout(task, time.Hour); err != nil {
				return err
			}
		}
		runtime.ReadMemStats(&after)
		if n := after.Mallocs - before.Mallocs; n > 100 { // others in the process allocate as well
			t.Errorf("a thousand receives that wait allocate %d times", n)
		}
		return nil
	})
}
