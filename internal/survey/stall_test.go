package survey_test

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/oneshot"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/timer"
)

func TestStallInTheSimulatorIsAnErrorThatNamesTheTasksAndEndsThem(t *testing.T) {
	var ended error
	err := sim.Run(1, func(task *edo.Task) error {
		_, rx := oneshot.New[int]()
		h := edo.Spawn(task, &tasktest.Gate{Name: "stays shut"}, edo.Name("stuck"))
		edo.Go(task, func(task *edo.Task) error {
			_, ended = rx.Recv(task)
			return ended
		}, edo.Name("direct"))
		_, err := h.Await(task)
		return err
	})
	var stall *edo.StallError
	if !errors.As(err, &stall) || len(stall.Snapshot.Tasks) != 3 {
		t.Fatalf("got %v", err)
	}
	for _, want := range []string{
		"nothing can happen any more",
		"stuck\n  waits for gate: stays shut, from the task that opens it",
		"direct\n  waits for oneshot: receive",
		"waits for edo: the end of a task, from stuck",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("no %q in\n%v", want, err)
		}
	}
	if !errors.Is(ended, edo.ErrCancelled) {
		t.Errorf("the task was not cancelled: %v", ended)
	}
}

func TestStallNamesTheLiveSendersAndWhereEachWasMade(t *testing.T) {
	err := sim.Run(1, func(task *edo.Task) error {
		tx, rx := mpsc.New[int](1)
		defer runtime.KeepAlive(tx)
		again := tx.Clone()
		defer runtime.KeepAlive(again)
		_, err := rx.Recv(task)
		return err
	})
	if err == nil || strings.Count(err.Error(), "stall_test.go:") != 2 {
		t.Errorf("got %v", err)
	}
}

func TestStallRunsTheCollectorFirstAndAForgottenSenderFailsTheRun(t *testing.T) {
	ended := false
	err := sim.Run(1, func(task *edo.Task) error {
		rx := func() *mpsc.Receiver[int] {
			tx, rx := mpsc.New[int](1)
			tx.TrySend(5)
			return rx // tx is garbage
		}()
		if v, err := rx.Recv(task); v != 5 || err != nil {
			return fmt.Errorf("received %v, %v", v, err)
		}
		if _, err := rx.Recv(task); !errors.Is(err, edo.ErrClosed) {
			return err
		}
		ended = true
		return nil
	})
	if _, stalled := errors.AsType[*edo.StallError](err); !ended || stalled || err == nil || !strings.Contains(err.Error(), "a Sender was never closed") {
		t.Fatalf("the receiver saw the end: %v; the run ended with %v", ended, err)
	}
}

func TestWhenTheCollectorRunsChangesNothingInASeededRun(t *testing.T) {
	run := func(collect bool) (at time.Time) {
		err := sim.Run(1, func(task *edo.Task) error {
			tx, rx := mpsc.New[int](1)
			edo.Go(task, func(task *edo.Task) error {
				_, err := rx.Recv(task)
				at = timer.Now(task)
				if !errors.Is(err, edo.ErrClosed) {
					return err
				}
				return nil
			})
			tx.TrySend(0)
			rx.TryRecv()
			tx = nil
			for range 5 {
				if collect {
					runtime.GC()
				}
				if err := timer.Sleep(task, time.Second); err != nil {
					return err
				}
			}
			return nil
		})
		if err == nil || strings.Count(err.Error(), "never closed") != 1 {
			t.Fatal("the run ended with", err)
		}
		return at
	}
	if now, then := run(false), run(true); !now.Equal(then) || now.Second() != 5 {
		t.Errorf("the forgotten sender was seen at %v and at %v, want after 5 s", now, then)
	}
}

func TestStallErrorIsReturnedHoweverManyTasksHaveFailed(t *testing.T) {
	err := sim.Run(1, func(task *edo.Task) error {
		for range 100 {
			edo.Go(task, func(*edo.Task) error { return errors.New("failed") })
		}
		_, err := edo.Await(task, &tasktest.Gate{Name: "shut"})
		return err
	}, sim.WithConfig(sim.Config{Runtime: edo.Config{OnError: func(error) {}}}))
	var stall *edo.StallError
	if !errors.As(err, &stall) {
		t.Errorf("got %v", err)
	}
}
