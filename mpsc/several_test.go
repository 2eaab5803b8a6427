package mpsc_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/chantest"
	"github.com/edo-go/edo/lock"
	"github.com/edo-go/edo/mpsc"
)

// receives are all ways to wait for a message.
var receives = map[string]func(task *edo.Task, rx *mpsc.Receiver[int]) error{
	"Recv":     func(task *edo.Task, rx *mpsc.Receiver[int]) error { _, err := rx.Recv(task); return err },
	"RecvMany": func(task *edo.Task, rx *mpsc.Receiver[int]) error { _, err := rx.RecvMany(task, nil, 1); return err },
	"RecvFuture": func(task *edo.Task, rx *mpsc.Receiver[int]) error {
		_, err := edo.Await(task, rx.RecvFuture())
		return err
	},
	"RecvManyFuture": func(task *edo.Task, rx *mpsc.Receiver[int]) error {
		_, err := edo.Await(task, rx.RecvManyFuture(nil, 1))
		return err
	},
	"RecvTimeout": func(task *edo.Task, rx *mpsc.Receiver[int]) error {
		_, err := rx.RecvTimeout(task, time.Hour)
		return err
	},
	"the stream": func(task *edo.Task, rx *mpsc.Receiver[int]) error {
		_, _, err := edo.Next(task, edo.Stream[int](rx))
		return err
	},
}

func TestSecondReceiveThatWaitsIsAnErrorThatNamesBothAndMpmc(t *testing.T) {
	for firstName, first := range receives {
		for secondName, second := range receives {
			chantest.Simulate(t, func(task *edo.Task) error {
				tx, rx := mpsc.New[int](4)
				defer tx.Close()
				waits := edo.Go(task, func(task *edo.Task) error { return first(task, rx) }, edo.Name("first"))
				edo.Yield(task)
				late := edo.Go(task, func(task *edo.Task) error { return second(task, rx) }, edo.Name("second"))
				_, err := late.Await(task)
				busy, ok := errors.AsType[*edo.BusyError](err)
				if !ok || busy.First != "first" || busy.Second != "second" || !strings.HasPrefix(busy.On, "mpsc: receive") ||
					!strings.Contains(err.Error(), "mpmc") {
					t.Errorf("%s, then %s: %v", firstName, secondName, err)
				}
				if err := tx.TrySend(1); err != nil {
					return err
				}
				_, err = waits.Await(task) // it was not disturbed
				return err
			})
		}
	}
}

func TestReceiverThatIsHandedOnIsNoSecondOne(t *testing.T) {
	for name, receive := range receives {
		chantest.Simulate(t, func(task *edo.Task) error {
			tx, rx := mpsc.New[int](4)
			defer tx.Close()
			for i := range 3 {
				h := edo.Go(task, func(task *edo.Task) error { return receive(task, rx) })
				edo.Yield(task)
				switch i {
				case 0: // it receives
					if err := tx.TrySend(1); err != nil {
						return err
					}
				case 1: // it is cancelled, and leaves its waker behind
					h.Abort()
				case 2: // it waits for something else by now, and its waker is left behind
					h.Abort()
				}
				if _, err := h.Await(task); err != nil && !errors.Is(err, edo.ErrCancelled) {
					t.Errorf("%s, task %d: %v", name, i, err)
				}
			}
			if err := tx.TrySend(1); err != nil {
				return err
			}
			return receive(task, rx)
		})
	}
}

// jobs counts how often each of so many jobs was done.
type jobs []atomic.Int32

func (js jobs) check(t *testing.T) {
	t.Helper()
	lost, twice := 0, 0
	for i := range js {
		switch js[i].Load() {
		case 1:
		case 0:
			lost++
		default:
			twice++
		}
	}
	if lost != 0 || twice != 0 {
		t.Fatalf("of %d jobs %d were lost, and %d done more than once", len(js), lost, twice)
	}
}

// work has several tasks receive from one receiver, each as receive does, until the
// channel is closed or the task was told that another one receives.
func work(t *testing.T, n int, receive func(task *edo.Task, rx *mpsc.Receiver[int], buf []int) ([]int, error)) {
	t.Helper()
	done := make(jobs, n)
	var busy atomic.Int32
	err := edo.Run(func(task *edo.Task) error {
		tx, rx := mpsc.New[int](64)
		for range 4 {
			edo.Go(task, func(task *edo.Task) error {
				var buf []int
				for {
					var err error
					buf, err = receive(task, rx, buf[:0])
					for _, j := range buf {
						done[j].Add(1)
					}
					if _, ok := errors.AsType[*edo.BusyError](err); ok {
						busy.Add(1)
						return nil
					} else if errors.Is(err, edo.ErrClosed) {
						return nil
					} else if err != nil {
						return err
					}
				}
			})
		}
		defer tx.Close()
		for j := range n {
			if err := tx.Send(task, j); err != nil {
				return err
			}
		}
		return nil
	}, edo.WithConfig(edo.Config{Workers: 4}))
	if err != nil {
		t.Fatal(err)
	}
	done.check(t)
	if busy.Load() > 3 {
		t.Errorf("%d of 4 tasks were told that another one waits", busy.Load())
	}
}

func TestNoMessageIsLostOrTwiceWhenSeveralTasksReceiveAtTheSameTime(t *testing.T) {
	for range 4 {
		work(t, 2000, func(task *edo.Task, rx *mpsc.Receiver[int], buf []int) ([]int, error) {
			v, err := rx.Recv(task)
			if err == nil {
				buf = append(buf, v)
			}
			return buf, err
		})
		work(t, 2000, func(task *edo.Task, rx *mpsc.Receiver[int], buf []int) ([]int, error) {
			return rx.RecvMany(task, buf, 5)
		})
		work(t, 2000, func(task *edo.Task, rx *mpsc.Receiver[int], buf []int) ([]int, error) {
			v, err := rx.RecvTimeout(task, time.Minute)
			if errors.Is(err, context.DeadlineExceeded) {
				return buf, nil
			} else if err == nil {
				buf = append(buf, v)
			}
			return buf, err
		})
	}
}

func TestReceiverBehindAMutexServesSeveralTasks(t *testing.T) {
	const n = 3000
	done := make(jobs, n)
	var m lock.Mutex
	err := edo.Run(func(task *edo.Task) error {
		tx, rx := mpsc.New[int](64)
		for range 4 {
			edo.Go(task, func(task *edo.Task) error {
				for {
					if err := m.Lock(task); err != nil {
						return err
					}
					j, err := rx.Recv(task)
					m.Unlock()
					if errors.Is(err, edo.ErrClosed) {
						return nil
					} else if err != nil {
						return err
					}
					done[j].Add(1)
				}
			})
		}
		defer tx.Close()
		for j := range n {
			if err := tx.Send(task, j); err != nil {
				return err
			}
		}
		return nil
	}, edo.WithConfig(edo.Config{Workers: 4}))
	if err != nil {
		t.Fatal(err)
	}
	done.check(t)
}

func TestEveryTaskThatPollsForTheEndIsWoken(t *testing.T) {
	ends := map[string]func(tx *mpsc.Sender[int], rx *mpsc.Receiver[int]){
		"the receiver is closed": func(_ *mpsc.Sender[int], rx *mpsc.Receiver[int]) { rx.Close() },
		"the handle is closed":   func(tx *mpsc.Sender[int], _ *mpsc.Receiver[int]) { tx.Close() },
	}
	for name, end := range ends {
		chantest.Simulate(t, func(task *edo.Task) error {
			tx, rx := mpsc.New[int](4)
			defer tx.Close()
			var woken int
			for range 3 {
				edo.Spawn(task, edo.Future[edo.Unit](pollOf[edo.Unit](func(cx *edo.Context) (edo.Unit, edo.Poll, error) {
					p := tx.PollClosed(cx)
					if p == edo.Ready {
						woken++
					}
					return edo.Unit{}, p, nil
				})))
				edo.Yield(task)
			}
			end(tx, rx)
			for range 5 {
				edo.Yield(task)
			}
			if woken != 3 {
				t.Errorf("%s: %d of 3 tasks know", name, woken)
			}
			return nil
		})
	}
}

func TestTasksThatCameAndWentAreNotKept(t *testing.T) {
	open := func() (*mpsc.Sender[int], *mpsc.Receiver[int]) { return mpsc.New[int](1) }
	chantest.TasksThatCameAndWentAreNotKept(t, open, (*mpsc.Sender[int]).Watchers)
}
