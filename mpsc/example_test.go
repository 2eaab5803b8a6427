package mpsc_test

import (
	"errors"
	"fmt"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/mpsc"
)

func Example() {
	edo.Run(func(task *edo.Task) error {
		tx, rx := mpsc.New[string](1024)
		edo.Go(task, func(task *edo.Task) error {
			defer tx.Close()
			for i := range 3 {
				if err := tx.Send(task, fmt.Sprintf("Message %d from spawned task", i)); err != nil {
					return err
				}
			}
			return nil
		})
		for {
			msg, err := rx.Recv(task)
			if errors.Is(err, edo.ErrClosed) {
				return nil
			} else if err != nil {
				return err
			}
			fmt.Println("Got", msg)
		}
	})
	// Output:
	// Got Message 0 from spawned task
	// Got Message 1 from spawned task
	// Got Message 2 from spawned task
}

// A channel that is full pushes back: TrySend says so, Send waits.
func ExampleSender_TrySend() {
	tx, rx := mpsc.New[int](1)
	defer tx.Close()
	fmt.Println(tx.TrySend(1))
	fmt.Println(tx.TrySend(2))
	rx.TryRecv()
	fmt.Println(tx.TrySend(2))
	rx.Close()
	fmt.Println(tx.TrySend(3))
	// Output:
	// <nil>
	// mpsc: channel is full
	// <nil>
	// mpsc: send on closed channel
}

// Every task has a handle of its own, and the end comes when all are closed.
func ExampleSender_Clone() {
	tx, rx := mpsc.New[int](4)
	tx2 := tx.Clone()
	tx.TrySend(1)
	tx.Close()
	tx2.TrySend(2)
	tx2.Close()
	for {
		v, err := rx.TryRecv()
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(v)
	}
	// Output:
	// 1
	// 2
	// mpsc: receive on closed channel
}

// A send as a future hands the sender back when the value was accepted.
func ExampleSender_SendFuture() {
	tx, rx := mpsc.New[string](4)
	back, err := edo.RunFuture(tx.SendFuture("hello"))
	fmt.Println(back == tx, err)
	back.Close()
	fmt.Println(rx.TryRecv())
	// Output:
	// true <nil>
	// hello <nil>
}

// A Receiver is a stream of the messages.
func ExampleReceiver_PollNext() {
	tx, rx := mpsc.NewUnbounded[int]()
	for i := range 3 {
		tx.TrySend(i)
	}
	tx.Close()
	edo.Run(func(task *edo.Task) error {
		for {
			v, ok, err := edo.Next(task, rx)
			if !ok {
				return err
			}
			fmt.Println(v)
		}
	})
	// Output:
	// 0
	// 1
	// 2
}
