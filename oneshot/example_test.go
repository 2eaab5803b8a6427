package oneshot_test

import (
	"errors"
	"fmt"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/oneshot"
)

func Example() {
	err := edo.Run(func(task *edo.Task) error {
		tx, rx := oneshot.New[string]()
		edo.Go(task, func(*edo.Task) error { return tx.Send("hello from spawned task") })
		msg, err := rx.Recv(task)
		if err != nil {
			return err
		}
		fmt.Printf("Got %q\n", msg)
		return nil
	})
	fmt.Println(err)
	// Output:
	// Got "hello from spawned task"
	// <nil>
}

// A receiver is a future: it can be spawned, or given to a combinator.
func ExampleReceiver() {
	tx, rx := oneshot.New[int]()
	tx.Send(42)
	fmt.Println(edo.RunFuture(rx))
	// Output: 42 <nil>
}

// A sender that is closed without having sent fails the receiver.
func ExampleSender_Close() {
	tx, rx := oneshot.New[int]()
	tx.Close()
	_, err := rx.TryRecv()
	fmt.Println(err)
	fmt.Println(errors.Is(err, edo.ErrClosed))
	// Output:
	// oneshot: receive from a sender that went without sending
	// true
}

// A task that works on an answer can find out that no task waits for it any more.
func ExampleSender_Closed() {
	edo.Run(func(task *edo.Task) error {
		tx, rx := oneshot.New[int]()
		edo.Go(task, func(task *edo.Task) error {
			if err := tx.Closed(task); err != nil {
				return err
			}
			fmt.Println("no task wants it any more")
			return nil
		})
		rx.Drop()
		return nil
	})
	// Output: no task wants it any more
}

// An actor that may panic defers the Close of the sender that it has received: so the task that
// has asked gets an error. The requests in the queue end with the receiver that the actor owns.
func ExampleSender_Close_deferred() {
	type request struct {
		question string
		reply    *oneshot.Sender[string]
	}
	edo.Run(func(task *edo.Task) error {
		tx, rx := mpsc.New[request](4)
		defer tx.Close()
		actor := edo.Go(task, func(task *edo.Task) error {
			req, err := rx.Recv(task)
			if err != nil {
				return err
			}
			defer req.reply.Close()
			panic("no answer")
		}, edo.Owns(rx))
		for _, q := range []string{"in hand", "in the queue"} {
			reply, answer := oneshot.New[string]()
			if err := tx.Send(task, request{q, reply}); err != nil {
				return err
			}
			defer func() {
				_, err := answer.Recv(task)
				fmt.Println(q, errors.Is(err, edo.ErrClosed))
			}()
		}
		_, err := actor.Await(task)
		fmt.Println(err != nil)
		return nil
	})
	// Output:
	// true
	// in the queue true
	// in hand true
}
