package future_test

import (
	"errors"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/oneshot"
	"github.com/edo-go/edo/timer"
)

// Functions in direct style, made futures by edo.Async, as members of combinators.

func TestAsyncMembersThatAreDroppedEndBeforeTheTaskEnds(t *testing.T) {
	for name, build := range map[string]func(fs ...edo.Future[int]) edo.Future[int]{
		"Race": func(fs ...edo.Future[int]) edo.Future[int] {
			return future.Race(append(fs, edo.Async(returnAfter(time.Second, 7, nil)))...)
		},
		"TryJoin": func(fs ...edo.Future[int]) edo.Future[int] {
			return future.Map(future.TryJoin(append(fs, edo.Async(returnAfter(time.Second, 7, errTest)))...), func([]int) int { return 0 }).
				OrElse(func(error) edo.Future[int] { return future.Ready(7) })
		},
		"TryJoin3": func(fs ...edo.Future[int]) edo.Future[int] {
			return future.Map(future.TryJoin3(fs[0], edo.Async(returnAfter(time.Second, 7, errTest)), fs[1]), func(future.Triple[int, int, int]) int { return 0 }).
				OrElse(func(error) edo.Future[int] { return future.Ready(7) })
		},
	} {
		t.Run(name, func(t *testing.T) {
			simulate(t, func(task *edo.Task) error {
				var c counts
				h := edo.Spawn(task, build(edo.Async(c.waitForCancellation), edo.Async(c.waitForCancellation)))
				v, err := h.Await(task)
				if v != 7 || err != nil || c.begun != c.ended || c.begun != 2 {
					t.Errorf("got %d, %v; %+v", v, err, c)
				}
				return nil
			})
		})
	}
}

func TestAsyncMembersOfAnAbortedJoinEnd(t *testing.T) {
	simulate(t, func(task *edo.Task) error {
		var c counts
		h := edo.Spawn(task, future.Join(edo.Async(c.waitForCancellation), future.Race(edo.Async(c.waitForCancellation), edo.Async(c.waitForCancellation))))
		timer.Sleep(task, time.Second)
		h.Abort()
		if _, err := h.Await(task); !errors.Is(err, edo.ErrCancelled) || c != (counts{3, 3}) {
			t.Errorf("got %v; %+v", err, c)
		}
		h = edo.Spawn(task, future.Join(edo.Async(c.waitForCancellation)))
		h.Abort() // before its first poll
		if _, err := h.Await(task); !errors.Is(err, edo.ErrCancelled) || c.begun != 3 {
			t.Errorf("got %v; %+v", err, c)
		}
		return nil
	})
}

func TestAsyncMembersOfAJoinWaitForTimersChannelsAndTasks(t *testing.T) {
	for _, workers := range []int{1, 2, 4} {
		err := edo.Run(func(task *edo.Task) error {
			tx, rx := mpsc.New[int](2)
			spawned := edo.Spawn(task, future.Lazy(func() (int, error) { return 5, nil }))
			all, err := edo.Await(task, future.Join(
				edo.Async(func(task *edo.Task) (int, error) {
					defer tx.Close()
					for i := range 100 {
						if err := tx.Send(task, i); err != nil {
							return 0, err
						}
					}
					return 1, nil
				}),
				edo.Async(func(task *edo.Task) (sum int, err error) {
					for {
						v, err := rx.Recv(task)
						if err != nil {
							return sum, nil
						}
						sum += v
					}
				}),
				edo.Async(returnAfter(time.Millisecond, 3, nil)),
				edo.Future[int](spawned),
			))
			if err != nil || all[0].Value != 1 || all[1].Value != 4950 || all[2].Value != 3 || all[3].Value != 5 {
				t.Errorf("got %v, %v", all, err)
			}
			return nil
		}, edo.WithConfig(edo.Config{Workers: workers}))
		if err != nil {
			t.Fatal(err)
		}
	}
}

// Several tasks wake each other's members, on real workers.
func TestJoinsOnManyWorkersLoseNoWake(t *testing.T) {
	const tasks, members = 40, 50
	err := edo.Run(func(task *edo.Task) error {
		for range tasks {
			var rxs []edo.Future[int]
			var txs []*oneshot.Sender[int]
			for range members {
				tx, rx := oneshot.New[int]()
				rxs, txs = append(rxs, rx), append(txs, tx)
			}
			edo.Go(task, func(task *edo.Task) error {
				for i, tx := range txs {
					if i%7 == 0 {
						edo.Yield(task)
					}
					tx.Send(i)
				}
				return nil
			})
			edo.Go(task, func(task *edo.Task) error {
				all, err := edo.Await(task, future.Join(rxs...))
				for i, r := range all {
					if r.Value != i || r.Err != nil {
						t.Errorf("result %d is %v", i, r)
					}
				}
				return err
			})
		}
		return nil
	}, edo.WithConfig(edo.Config{Workers: 4}))
	if err != nil {
		t.Fatal(err)
	}
}
