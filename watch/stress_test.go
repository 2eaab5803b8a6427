package watch_test

import (
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/chantest"
	"github.com/edo-go/edo/watch"
)

// TestGoroutinesSeeGrowingValuesAndTheLast has receivers and senders in goroutines of their
// own.
func TestGoroutinesSeeGrowingValuesAndTheLast(t *testing.T) {
	const senders, receivers, each = 3, 4, 3000
	tx, first := watch.New(0)
	var all sync.WaitGroup
	for i := range receivers {
		rx := first
		if i > 0 {
			rx = tx.Subscribe()
		}
		all.Go(func() {
			p := chantest.NewGoroutineTask()
			last := 0
			for {
				v := 0
				var err error
				if i%2 == 0 {
					v, err = chantest.Await(p, rx.WaitForFuture(func(v int) bool { return v > last }))
				} else if _, err = chantest.Await(p, rx.ChangedFuture()); err == nil {
					v = rx.BorrowAndUpdate()
				}
				if errors.Is(err, edo.ErrClosed) {
					break
				} else if err != nil || v < last || i%2 == 0 && v == last {
					t.Errorf("receiver %d: %d after %d, %v", i, v, last, err)
					return
				}
				last = v
			}
			if last != senders*each {
				t.Errorf("receiver %d has seen %d last, want %d", i, last, senders*each)
			}
		})
	}
	for s := range senders {
		tx := tx.Clone()
		all.Go(func() {
			defer tx.Close()
			for n := range each {
				tx.SendModify(func(v *int) { *v++ })
				if n%100 == s {
					rx := tx.Subscribe()
					runtime.Gosched()
					rx.HasChanged()
					rx.Drop()
				}
			}
		})
	}
	tx.Close()
	all.Wait()
	check(t, tx)
}

func TestTasksOnSeveralWorkersSeeTheLastValue(t *testing.T) {
	for _, workers := range []int{1, 4} {
		t.Run(fmt.Sprint(workers, " workers"), func(t *testing.T) {
			const receivers, n = 32, 2000
			err := edo.Run(func(task *edo.Task) error {
				tx, rx := watch.New(0)
				rx.Drop()
				for i := range receivers {
					rx := tx.Subscribe()
					edo.Go(task, func(task *edo.Task) error {
						last := 0
						for {
							var v int
							var err error
							if i%2 == 0 {
								v, err = rx.WaitFor(task, func(v int) bool { return v > last })
							} else if err = rx.Changed(task); err == nil {
								v = rx.BorrowAndUpdate()
							}
							if errors.Is(err, edo.ErrClosed) {
								break
							} else if err != nil {
								return err
							} else if v < last {
								return fmt.Errorf("%d after %d", v, last)
							}
							last = v
						}
						if last != n {
							return fmt.Errorf("has seen %d last, want %d", last, n)
						}
						return nil
					}, edo.Owns(rx))
				}
				for i := range n {
					if err := tx.Send(i + 1); err != nil {
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
		})
	}
}
