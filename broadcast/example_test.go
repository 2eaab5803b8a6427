package broadcast_test

import (
	"errors"
	"fmt"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/broadcast"
)

// Every receiver gets every value.
func Example() {
	edo.Run(func(task *edo.Task) error {
		tx, first := broadcast.New[string](16)
		second := tx.Subscribe()
		n, err := tx.Send("hello")
		fmt.Println("sent to", n, err)
		tx.Close()
		for i, rx := range []*broadcast.Receiver[string]{first, second} {
			for {
				msg, err := rx.Recv(task)
				if errors.Is(err, edo.ErrClosed) {
					break
				} else if err != nil {
					return err
				}
				fmt.Println("receiver", i, "got", msg)
			}
		}
		return nil
	})
	// Output:
	// sent to 2 <nil>
	// receiver 0 got hello
	// receiver 1 got hello
}

// A receiver that lags learns how many values it has missed, and goes on.
func ExampleReceiver_TryRecv() {
	tx, rx := broadcast.New[int](2)
	for i := range 5 {
		tx.Send(i)
	}
	tx.Close()
	for {
		v, err := rx.TryRecv()
		var lag *broadcast.LaggedError
		switch {
		case errors.As(err, &lag):
			fmt.Println("missed", lag.Missed)
		case err != nil:
			fmt.Println(err)
			return
		default:
			fmt.Println("got", v)
		}
	}
	// Output:
	// missed 3
	// got 3
	// got 4
	// broadcast: receive without senders
}

// A send fails while there are no receivers, and succeeds again after a Subscribe.
func ExampleSender_Subscribe() {
	tx, rx := broadcast.New[string](16)
	defer tx.Close()
	rx.Drop()
	fmt.Println(tx.Send("one"))
	rx = tx.Subscribe()
	fmt.Println(tx.Send("two"))
	fmt.Println(rx.TryRecv())
	// Output:
	// 0 broadcast: send without receivers
	// 1 <nil>
	// two <nil>
}

// A Receiver is a stream, where a gap is an error.
func ExampleReceiver_PollNext() {
	tx, rx := broadcast.New[int](2)
	for i := range 3 {
		tx.Send(i)
	}
	tx.Close()
	edo.Run(func(task *edo.Task) error {
		for {
			v, ok, err := edo.Next(task, rx)
			if !ok {
				return err
			}
			fmt.Println(v, err)
		}
	})
	// Output:
	// 0 broadcast: lagged behind by 1 messages
	// 1 <nil>
	// 2 <nil>
}

// Resubscribe leaves out the values that a receiver has yet to receive.
func ExampleReceiver_Resubscribe() {
	tx, rx := broadcast.New[int](16)
	defer tx.Close()
	tx.Send(1)
	tail := rx.Resubscribe()
	tx.Send(2)
	fmt.Println(rx.TryRecv())
	fmt.Println(tail.TryRecv())
	// Output:
	// 1 <nil>
	// 2 <nil>
}
