package mpmc_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/chantest"
	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/mpmc"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/timer"
)

func TestRecvTimeoutGivesUpWhenTheTimeIsUp(t *testing.T) {
	chantest.Simulate(t, func(task *edo.Task) error {
		tx, rx := mpmc.New[int](1)
		defer tx.Close()
		for _, d := range []time.Duration{time.Hour, time.Millisecond, 1, 0, -1} {
			before := timer.Now(task)
			v, err := rx.RecvTimeout(task, d)
			if v != 0 || !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, edo.ErrClosed) || errors.Is(err, edo.ErrCancelled) {
				return fmt.Errorf("RecvTimeout(%v) = %d, %v", d, v, err)
			}
			if got, want := timer.Now(task).Sub(before), max(0, d).Round(time.Millisecond); d > 1 && got != want {
				return fmt.Errorf("RecvTimeout(%v) took %v", d, got)
			}
			check(t, rx)
		}
		chantest.TrySend(t, tx, 3, nil)
		v, err := rx.RecvTimeout(task, 0)
		if v != 3 || err != nil {
			return fmt.Errorf("RecvTimeout(0) of a message = %d, %v", v, err)
		}
		return nil
	})
}

func TestRecvTimeoutIsOverAsSoonAsAMessageComes(t *testing.T) {
	chantest.Simulate(t, func(task *edo.Task) error {
		tx, rx := mpmc.New[int](1)
		defer tx.Close()
		h := edo.Go(task, func(task *edo.Task) error {
			v, err := rx.RecvTimeout(task, time.Hour)
			if d := timer.Now(task).Sub(start); err == nil && (v != 2 || d != time.Minute) {
				return fmt.Errorf("received %d after %v", v, d)
			}
			return err
		})
		timer.Sleep(task, time.Minute)
		chantest.TrySend(t, tx, 2, nil)
		_, err := h.Await(task)
		return err
	})
}

func TestRecvTimeoutWhoseTimeIsUpWhenAMessageComesTakesItOrLeavesIt(t *testing.T) {
	met := map[bool]int{}
	for seed := range uint64(50) {
		err := sim.Run(seed, func(task *edo.Task) error {
			tx, rx := mpmc.New[int](1)
			defer tx.Close()
			h := edo.Go(task, func(task *edo.Task) error { _, err := rx.RecvTimeout(task, time.Millisecond); return err })
			sender := edo.Go(task, func(task *edo.Task) error {
				if err := timer.Sleep(task, time.Millisecond); err != nil { // due with the other, in either order
					return err
				}
				return tx.TrySend(1)
			})
			_, err := h.Await(task)
			if _, err := sender.Await(task); err != nil {
				return err
			}
			if err != nil && !errors.Is(err, context.DeadlineExceeded) || rx.Len() == 1 != (err != nil) {
				return fmt.Errorf("RecvTimeout = %v, and there are %d messages", err, rx.Len())
			}
			met[err == nil]++
			return rx.Check()
		})
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
	}
	if len(met) != 2 {
		t.Errorf("received or not: %v; 50 seeds must have met both", met)
	}
}

func TestRecvTimeoutEndsWithTheChannelAndWithTheTask(t *testing.T) {
	chantest.Simulate(t, func(task *edo.Task) error {
		tx, rx := mpmc.New[int](1)
		begin := timer.Now(task)
		receive := func(task *edo.Task) error { _, err := rx.RecvTimeout(task, time.Hour); return err }
		var inLine []*edo.JoinHandle[edo.Unit]
		for range 3 {
			inLine = append(inLine, edo.Go(task, receive))
			edo.Yield(task) // it gets in line behind the others
		}
		aborted, next, refused := inLine[0], inLine[1], inLine[2]
		timer.Sleep(task, time.Second)
		chantest.TrySend(t, tx, 1, nil) // promised to the first
		aborted.Abort()
		if _, err := aborted.Await(task); !errors.Is(err, edo.ErrCancelled) {
			return fmt.Errorf("aborted: %v", err)
		}
		if _, err := next.Await(task); err != nil {
			return fmt.Errorf("the next: %v", err)
		}
		tx.Close()
		if _, err := refused.Await(task); !errors.Is(err, edo.ErrClosed) {
			return fmt.Errorf("refused: %v", err)
		}
		if _, err := rx.RecvTimeout(task, 0); !errors.Is(err, edo.ErrClosed) {
			return fmt.Errorf("closed: %v", err)
		}
		if d := timer.Now(task).Sub(begin); d != time.Second {
			return fmt.Errorf("it took %v", d)
		}
		return nil
	})
}

func TestRecvTimeoutAllocatesNothing(t *testing.T) {
	if invariant.Enabled {
		t.Skip("the race detector allocates")
	}
	chantest.Simulate(t, func(task *edo.Task) error {
		tx, rx := mpmc.New[int](1)
		defer rx.Drop()
		defer tx.Close()
		if n := testing.AllocsPerRun(500, func() { rx.RecvTimeout(task, 5*time.Millisecond) }); n > 0.1 {
			t.Errorf("%v allocations", n)
		}
		return nil
	})
}

func TestRecvTimeoutSaysUntilWhen(t *testing.T) {
	chantest.Simulate(t, func(task *edo.Task) error {
		tx, rx := mpmc.New[int](1)
		defer tx.Close()
		f := edo.Async(func(task *edo.Task) (int, error) { return rx.RecvTimeout(task, time.Hour) })
		waits, err := edotest.WaitsIn(task, func(cx *edo.Context) edo.Poll { _, p, _ := f.Poll(cx); return p })
		if err != nil {
			return err
		}
		if w := waits[0]; len(waits) != 1 || w.On != "mpmc: receive (empty, capacity 1)" || !w.Until.Equal(start.Add(time.Hour)) {
			return fmt.Errorf("it waits for %v until %v", waits, w.Until)
		}
		edo.Drop(f)
		return nil
	})
}
