package broadcast_test

import (
	"errors"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/broadcast"
	"github.com/edo-go/edo/edotest"
)

func TestDirectRecvWaitsForTheNextValue(t *testing.T) {
	tx, rx := broadcast.New[int](1)
	task := edotest.NewTask()
	f := edo.Async(rx.Recv)
	edotest.RequirePending(t, task, f)
	send(t, tx, 7, 1)
	edotest.RequireWoken(t, task, 1)
	if v := edotest.RequireReady(t, task, f); v != 7 {
		t.Fatalf("Recv = %d", v)
	}
	f = edo.Async(rx.Recv)
	edotest.RequirePending(t, task, f)
	tx.Close()
	edotest.RequireWoken(t, task, 1)
	edotest.RequireError(t, task, f, edo.ErrClosed)
}

func TestCancelledReceiveLosesNothing(t *testing.T) {
	tx, rx := broadcast.New[int](4)
	defer tx.Close()
	task := edotest.NewTask()
	direct := edo.Async(rx.Recv)
	edotest.RequirePending(t, task, direct)
	send(t, tx, 7, 1)
	edo.Drop(direct)
	edotest.RequireError(t, task, direct, edo.ErrCancelled)
	recv(t, rx, 7)
	future := rx.RecvFuture()
	edotest.RequirePending(t, task, future)
	send(t, tx, 8, 1)
	edo.Drop(future) // does not change the receiver
	recv(t, rx, 8)
	check(t, tx)
}

// total counts what a receiver of the values 1 to n gets. All values that it does not receive,
// it must have missed.
type total struct{ last, received, missed int }

// add counts the results of a receive. The error says that a value is out of order.
func (s *total) add(v int, err error) error {
	var lag *broadcast.LaggedError
	switch {
	case errors.As(err, &lag):
		s.missed += int(lag.Missed)
		s.last += int(lag.Missed)
		return nil
	case err != nil:
		return err
	case v != s.last+1:
		return fmt.Errorf("received %d after %d, with %d missed", v, s.last, s.missed)
	}
	s.last = v
	s.received++
	return nil
}

func TestTasksOnSeveralWorkersReceiveEachValueOrLearnThatTheyMissedIt(t *testing.T) {
	for _, workers := range []int{1, 4} {
		for _, capacity := range []int{1, 3, 64, 10_000} {
			t.Run(fmt.Sprintf("%d workers, capacity %d", workers, capacity), func(t *testing.T) {
				const receivers, n = 16, 3000
				var missed atomic.Int64
				err := edo.Run(func(task *edo.Task) error {
					tx, rx := broadcast.New[int](capacity)
					rx.Drop()
					for range receivers {
						rx := tx.Subscribe()
						edo.Go(task, func(task *edo.Task) error {
							var s total
							for {
								v, err := rx.Recv(task)
								if errors.Is(err, edo.ErrClosed) {
									break
								} else if err = s.add(v, err); err != nil {
									return err
								}
							}
							missed.Add(int64(s.missed))
							if s.last != n {
								return fmt.Errorf("received %d and missed %d of %d", s.received, s.missed, n)
							}
							return nil
						}, edo.Owns(rx))
					}
					for i := range n {
						if _, err := tx.Send(i + 1); err != nil {
							return err
						}
						if i%8 == 0 {
							if err := edo.Yield(task); err != nil {
								return err
							}
						}
					}
					tx.Close()
					return nil
				}, edo.WithConfig(edo.Config{Workers: workers}))
				if err != nil {
					t.Fatal(err)
				}
				if capacity >= n && missed.Load() != 0 {
					t.Fatalf("missed %d values with room for all", missed.Load())
				}
			})
		}
	}
}
