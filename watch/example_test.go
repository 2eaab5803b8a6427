package watch_test

import (
	"errors"
	"fmt"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/watch"
)

// A task that follows the settings of a program.
func Example() {
	edo.Run(func(task *edo.Task) error {
		tx, rx := watch.New("slow")
		edo.Go(task, func(task *edo.Task) error {
			fmt.Println("begin", rx.BorrowAndUpdate())
			for {
				err := rx.Changed(task)
				if errors.Is(err, edo.ErrClosed) {
					fmt.Println("no more changes")
					return nil
				} else if err != nil {
					return err
				}
				fmt.Println("now", rx.BorrowAndUpdate())
			}
		}, edo.Owns(rx))
		if err := edo.Yield(task); err != nil {
			return err
		}
		tx.Send("normal") // this value is replaced before the task looks
		tx.Send("fast")
		tx.Close()
		return nil
	}, edo.WithConfig(edo.Config{CurrentThread: true}))
	// Output:
	// begin slow
	// now fast
	// no more changes
}

// Several tasks wait until three are ready.
func ExampleReceiver_WaitFor() {
	edo.Run(func(task *edo.Task) error {
		tx, rx := watch.New(0)
		for range 3 {
			edo.Go(task, func(*edo.Task) error {
				tx.SendModify(func(ready *int) { *ready++ })
				return nil
			})
		}
		n, err := rx.WaitFor(task, func(ready int) bool { return ready == 3 })
		fmt.Println(n, "are ready", err)
		return nil
	})
	// Output: 3 are ready <nil>
}

// A Receiver is a stream of the values that it has not seen. After MarkChanged it begins with
// the current value.
func ExampleReceiver_MarkChanged() {
	tx, rx := watch.New("first")
	rx.MarkChanged()
	edo.Run(func(task *edo.Task) error {
		v, ok, err := edo.Next(task, rx)
		fmt.Println(v, ok, err)
		tx.Send("second")
		tx.Close()
		v, ok, err = edo.Next(task, rx)
		fmt.Println(v, ok, err)
		_, ok, err = edo.Next(task, rx)
		fmt.Println(ok, err)
		return nil
	})
	// Output:
	// first true <nil>
	// second true <nil>
	// false <nil>
}

// The task that makes the values can stop when there are no receivers.
func ExampleSender_Closed() {
	edo.Run(func(task *edo.Task) error {
		tx, rx := watch.New(0)
		edo.Go(task, func(*edo.Task) error {
			rx.Drop()
			return nil
		})
		err := tx.Closed(task)
		fmt.Println(err, tx.Send(1))
		return nil
	})
	// Output: <nil> watch: send without receivers
}
