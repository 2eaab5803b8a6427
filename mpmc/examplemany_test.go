package mpmc_test

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/mpmc"
	"github.com/edo-go/edo/selector"
	"github.com/edo-go/edo/timer"
)

// A pool of workers: each job comes to one of them, and when the last sender is closed
// each worker ends.
func Example_workers() {
	err := edo.Run(func(task *edo.Task) error {
		jobs, in := mpmc.New[int](4)
		squares, out := mpmc.New[int](4)
		for range 3 {
			in, squares := in.Clone(), squares.Clone()
			edo.Go(task, func(task *edo.Task) error {
				for {
					n, err := in.Recv(task)
					if errors.Is(err, edo.ErrClosed) {
						return nil // no more jobs
					} else if err != nil {
						return err
					}
					if err := squares.Send(task, n*n); err != nil {
						return err
					}
				}
			}, edo.Owns(in, squares))
		}
		in.Drop() // the workers have theirs
		squares.Close()
		edo.Go(task, func(task *edo.Task) error {
			for n := range 10 {
				if err := jobs.Send(task, n); err != nil {
					return err
				}
			}
			return nil
		}, edo.Owns(jobs))

		var all []int
		for {
			n, err := out.Recv(task)
			if errors.Is(err, edo.ErrClosed) {
				break
			} else if err != nil {
				return err
			}
			all = append(all, n)
		}
		slices.Sort(all) // the workers finish in any order
		fmt.Println(all)
		return nil
	})
	if err != nil {
		fmt.Println(err)
	}
	// Output: [0 1 4 9 16 25 36 49 64 81]
}

// A full channel pushes back, and a message belongs to the receive that has waited longest.
func Example_bounded() {
	tx, rx := mpmc.New[string](1)
	other := rx.Clone()
	fmt.Println(tx.TrySend("first"))
	fmt.Println(tx.TrySend("second"))
	fmt.Println(other.TryRecv())
	fmt.Println(tx.TrySend("second"))
	other.Drop()
	rx.Drop() // the last one
	fmt.Println(tx.TrySend("third"))
	tx.Close()
	// Output:
	// <nil>
	// mpmc: channel is full
	// first <nil>
	// <nil>
	// mpmc: send on closed channel
}

// A worker waits for jobs and for the time at once: with a handle of its own, as a branch.
func Example_select() {
	err := edo.Run(func(task *edo.Task) error {
		jobs, in := mpmc.New[string](4)
		worker := edo.Go(task, func(task *edo.Task) error {
			idle := timer.SleepFuture(time.Hour)
			defer idle.Drop()
			return selector.New(
				selector.On(in, func(job string, err error) error {
					if err != nil {
						return selector.Stop // edo.ErrClosed: no more jobs
					}
					fmt.Println("does", job)
					return nil
				}),
				selector.OnFuture(idle, func(edo.Unit, error) error {
					fmt.Println("idle for an hour")
					return selector.Stop
				}),
			).Run(task)
		}, edo.Owns(in))
		for _, job := range []string{"this", "that"} {
			if err := jobs.Send(task, job); err != nil {
				return err
			}
		}
		jobs.Close()
		_, err := worker.Await(task)
		return err
	})
	fmt.Println(err)
	// Output:
	// does this
	// does that
	// <nil>
}

// The last receiver that is open closes the channel, and may receive what is left.
func ExampleReceiver_Close() {
	tx, rx := mpmc.New[int](4)
	defer tx.Close()
	tx.TrySend(1)
	rx.Close()
	fmt.Println(tx.TrySend(2))
	fmt.Println(rx.TryRecv())
	fmt.Println(rx.TryRecv())
	// Output:
	// mpmc: send on closed channel
	// 1 <nil>
	// 0 mpmc: receive on closed channel
}

// To end a pool in order, refuse what is new, and let the workers finish what there is.
func ExampleReceiver_CloseAll() {
	tx, worker := mpmc.New[int](4)
	defer tx.Close()
	boss := worker.Clone()
	tx.TrySend(1)
	boss.CloseAll()
	boss.Drop()
	fmt.Println(tx.TrySend(2))
	fmt.Println(worker.TryRecv())
	fmt.Println(worker.TryRecv())
	// Output:
	// mpmc: send on closed channel
	// 1 <nil>
	// 0 mpmc: receive on closed channel
}

// Tasks that share a handle wait each in its own place with futures, and with Recv.
func ExampleReceiver_RecvFuture() {
	tx, rx := mpmc.New[string](4)
	tx.TrySend("hello")
	tx.Close()
	fmt.Println(edo.RunFuture(rx.RecvFuture()))
	_, err := edo.RunFuture(rx.RecvFuture())
	fmt.Println(err)
	// Output:
	// hello <nil>
	// mpmc: receive on closed channel
}

// RecvTimeout waits for so long at the most: nothing is lost when the time is up.
func ExampleReceiver_RecvTimeout() {
	edo.Run(func(task *edo.Task) error {
		tx, rx := mpmc.New[int](4)
		defer tx.Close()
		_, err := rx.RecvTimeout(task, time.Millisecond)
		fmt.Println(err)
		tx.TrySend(7)
		fmt.Println(rx.RecvTimeout(task, time.Millisecond))
		return nil
	})
	// Output:
	// mpmc: receive timed out
	// 7 <nil>
}
