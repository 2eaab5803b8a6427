package mpsc_test

import (
	"errors"
	"fmt"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/mpsc"
)

// A permit is taken before there is something to send: an expensive message is made only
// when it can be sent.
func ExampleSender_Reserve() {
	edo.Run(func(task *edo.Task) error {
		tx, rx := mpsc.New[string](1)
		defer tx.Close()
		permit, err := tx.Reserve(task)
		if err != nil {
			return err
		}
		fmt.Println(tx.TrySend("no room for this"))
		rx.Close() // the permit is still good
		if err := permit.Send("made at leisure"); err != nil {
			return err
		}
		fmt.Println(rx.Recv(task))
		_, err = rx.Recv(task)
		fmt.Println(err)
		return nil
	})
	// Output:
	// mpsc: channel is full
	// made at leisure <nil>
	// mpsc: receive on closed channel
}

// Several permits at once, of which one is given away, and one given back.
func ExampleSender_ReserveMany() {
	edo.Run(func(task *edo.Task) error {
		tx, rx := mpsc.New[string](4)
		permits, err := tx.ReserveMany(task, 3)
		if err != nil {
			return err
		}
		permits.Send("first")
		own, _ := permits.Next()
		permits.Drop() // gives the third back
		tx.Close()
		own.Send("second")
		for {
			msg, err := rx.Recv(task)
			if err != nil {
				fmt.Println(err)
				return nil
			}
			fmt.Println(msg)
		}
	})
	// Output:
	// first
	// second
	// mpsc: receive on closed channel
}

// A batch is the messages in the channel, up to the limit. The buffer is used again.
func ExampleReceiver_RecvMany() {
	edo.Run(func(task *edo.Task) error {
		tx, rx := mpsc.New[int](16)
		for i := range 7 {
			if err := tx.Send(task, i); err != nil {
				return err
			}
		}
		tx.Close()
		buf := make([]int, 0, 4)
		for {
			var err error
			if buf, err = rx.RecvMany(task, buf[:0], 4); errors.Is(err, edo.ErrClosed) {
				return nil
			} else if err != nil {
				return err
			}
			fmt.Println(buf)
		}
	})
	// Output:
	// [0 1 2 3]
	// [4 5 6]
}

// A task that has only a weak handle does not keep the channel open.
func ExampleSender_Downgrade() {
	tx, rx := mpsc.New[string](1)
	weak := tx.Downgrade()
	if strong, ok := weak.Upgrade(); ok {
		strong.TrySend("hello")
		strong.Close()
	}
	fmt.Println(rx.TryRecv())
	tx.Close()
	_, err := rx.TryRecv()
	_, ok := weak.Upgrade()
	fmt.Println(err, ok)
	// Output:
	// hello <nil>
	// mpsc: receive on closed channel false
}

// A send that does not wait for ever.
func ExampleSender_SendTimeout() {
	edo.Run(func(task *edo.Task) error {
		tx, _ := mpsc.New[int](1)
		defer tx.Close()
		fmt.Println(tx.SendTimeout(task, 1, time.Second))
		fmt.Println(tx.SendTimeout(task, 2, time.Millisecond))
		return nil
	})
	// Output:
	// <nil>
	// mpsc: send timed out on full channel
}

// Cap is the number of messages that the channel can hold, less the permits that are out.
func ExampleSender_Cap() {
	tx, _ := mpsc.New[int](4)
	defer tx.Close()
	tx.TrySend(1)
	permit, _ := tx.TryReserve()
	fmt.Println(tx.Len(), tx.Cap(), tx.MaxCap())
	permit.Drop()
	fmt.Println(tx.Len(), tx.Cap(), tx.MaxCap())
	// Output:
	// 1 3 4
	// 1 4 4
}
