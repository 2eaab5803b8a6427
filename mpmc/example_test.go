package mpmc_test

import (
	"fmt"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/mpmc"
)

// Every task has a handle of its own, and the end comes when all are closed.
func ExampleSender_Clone() {
	tx, rx := mpmc.New[int](4)
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
	// mpmc: receive on closed channel
}

// A send as a future hands the sender back when the value was accepted.
func ExampleSender_SendFuture() {
	tx, rx := mpmc.New[string](4)
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
	tx, rx := mpmc.NewUnbounded[int]()
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
