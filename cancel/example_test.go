package cancel_test

import (
	"fmt"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cancel"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/timer"
)

// A cancellation reaches the tokens below: here the shutdown of a server ends a request.
func Example() {
	edo.Run(func(task *edo.Task) error {
		server := cancel.New()
		request := server.Child()
		h := edo.Go(task, func(task *edo.Task) error {
			if err := request.Cancelled(task); err != nil {
				return err
			}
			fmt.Println("the request is over")
			return nil
		})
		server.Cancel()
		_, err := h.Await(task)
		return err
	})
	// Output: the request is over
}

// The token aborts the tasks that are bound to it.
func ExampleBy() {
	edo.Run(func(task *edo.Task) error {
		stop := cancel.New()
		h := edo.Go(task, func(task *edo.Task) error { return timer.Sleep(task, 1000*time.Hour) }, cancel.By(stop))
		stop.Cancel()
		_, err := h.Await(task)
		fmt.Println(err)
		return nil
	})
	// Output: edo: task cancelled
}

// The future ends with the token.
func ExampleUntil() {
	edo.Run(func(task *edo.Task) error {
		stop := cancel.New()
		edo.Go(task, func(*edo.Task) error { stop.Cancel(); return nil })
		_, err := edo.Await(task, cancel.Until(stop, edo.Future[edo.Unit](timer.SleepFuture(1000*time.Hour))))
		fmt.Println(err)
		return nil
	})
	// Output: cancel: a token was cancelled
}

// A child is cancelled on its own, or with its parent.
func ExampleToken_Child() {
	server := cancel.New()
	request, other := server.Child(), server.Child()
	request.Cancel()
	fmt.Println(server.IsCancelled(), request.IsCancelled(), other.IsCancelled())
	server.Cancel()
	fmt.Println(server.IsCancelled(), request.IsCancelled(), other.IsCancelled())
	// Output:
	// false true false
	// true true true
}

// The zero value of a Token is ready for use.
func ExampleToken() {
	var stop cancel.Token
	fmt.Println(stop.IsCancelled())
	stop.Cancel()
	stop.Cancel() // a second time does nothing
	fmt.Println(stop.IsCancelled())
	// Output:
	// false
	// true
}

// A parent forgets a child that was dropped. Dropping cancels nothing.
func ExampleToken_Drop() {
	server := cancel.New()
	request := server.Child()
	request.Drop()
	fmt.Println(request.IsCancelled())
	// Output: false
}

// A task waits for a cancellation.
func ExampleToken_Cancelled() {
	edo.Run(func(task *edo.Task) error {
		stop := cancel.New()
		edo.Go(task, func(*edo.Task) error { stop.Cancel(); return nil })
		fmt.Println(stop.Cancelled(task))
		return nil
	})
	// Output: <nil>
}

// A cancellation as a future races with another one.
func ExampleToken_CancelledFuture() {
	edo.Run(func(task *edo.Task) error {
		stop := cancel.New()
		edo.Go(task, func(*edo.Task) error { stop.Cancel(); return nil })
		_, err := edo.Await(task, future.Race[edo.Unit](stop.CancelledFuture(), timer.SleepFuture(1000*time.Hour)))
		fmt.Println(stop.IsCancelled(), err)
		return nil
	})
	// Output: true <nil>
}

// A future that is written by hand polls the token.
func ExampleToken_PollCancelled() {
	edo.Run(func(task *edo.Task) error {
		stop := cancel.New()
		h := edo.Spawn(task, future.PollFn(func(cx *edo.Context) (edo.Unit, edo.Poll, error) {
			p, err := stop.PollCancelled(cx)
			return edo.Unit{}, p, err
		}))
		stop.Cancel()
		_, err := h.Await(task)
		fmt.Println(err)
		return nil
	})
	// Output: <nil>
}
