package edo_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/timer"
)

// The tasks of a scope end together: the first error cancels the others.
func ExampleWithScope() {
	edo.Run(func(task *edo.Task) error {
		err := edo.WithScope(task, func(s *edo.Scope) error {
			edo.Go(s, func(task *edo.Task) error {
				defer fmt.Println("the endless one has ended")
				return timer.Sleep(task, 1000*time.Hour)
			})
			edo.Go(s, func(task *edo.Task) error {
				if err := timer.Sleep(task, time.Millisecond); err != nil {
					return err
				}
				return errors.New("no route")
			})
			return nil
		})
		fmt.Println(err)
		return nil
	})
	// Output:
	// the endless one has ended
	// no route
}

// A scope may have a deadline. The error says who was late.
func ExampleScopeTimeout() {
	sim.Run(1, func(task *edo.Task) error { // in virtual time
		err := edo.WithScope(task, func(s *edo.Scope) error {
			for _, d := range []time.Duration{time.Second, time.Hour} {
				edo.Go(s, func(task *edo.Task) error { return timer.Sleep(task, d) }, edo.Name("sleeps for "+d.String()))
			}
			return nil
		}, edo.ScopeTimeout(time.Minute))
		fmt.Println(err)
		fmt.Println(errors.Is(err, context.DeadlineExceeded))
		return nil
	})
	// Output:
	// edo: scope timed out; not ended: sleeps for 1h0m0s
	// true
}

// Results come in the order in which the tasks end, and two run at a time.
func ExampleJoinSet() {
	sim.Run(1, func(task *edo.Task) error {
		set := edo.NewJoinSet[string](2)
		for _, s := range []int{3, 2, 2} {
			set.Go(task, func(task *edo.Task) (string, error) {
				err := timer.Sleep(task, time.Duration(s)*time.Second)
				return fmt.Sprint(s, " seconds"), err
			})
		}
		for {
			v, ok, err := set.Join(task)
			if !ok {
				return err
			}
			fmt.Println(v, err)
		}
	})
	// Output:
	// 2 seconds <nil>
	// 3 seconds <nil>
	// 2 seconds <nil>
}

// What must be completed although the task was cancelled is shielded.
func ExampleShielded() {
	edo.Run(func(task *edo.Task) error {
		h := edo.Go(task, func(task *edo.Task) error {
			err := timer.Sleep(task, 1000*time.Hour)
			edo.Shielded(task, func(task *edo.Task) error {
				if err := timer.Sleep(task, time.Millisecond); err != nil {
					return err
				}
				fmt.Println("said goodbye")
				return nil
			})
			return err
		})
		edo.Yield(task)
		edo.Yield(task)
		h.Abort()
		_, err := h.Await(task)
		fmt.Println(err)
		return nil
	}, edo.WithConfig(edo.Config{CurrentThread: true}))
	// Output:
	// said goodbye
	// edo: task cancelled
}

// Cancelling reaches down the tree of tokens, and never up.
func ExampleCancel() {
	edo.Run(func(task *edo.Task) error {
		server := edo.NewCancel()
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

func ExampleCancelledBy() {
	edo.Run(func(task *edo.Task) error {
		stop := edo.NewCancel()
		h := edo.Go(task, func(task *edo.Task) error { return timer.Sleep(task, 1000*time.Hour) }, edo.CancelledBy(stop))
		stop.Cancel()
		_, err := h.Await(task)
		fmt.Println(err)
		return nil
	})
	// Output: edo: task cancelled
}

func ExampleUntilCancelled() {
	edo.Run(func(task *edo.Task) error {
		stop := edo.NewCancel()
		edo.Go(task, func(*edo.Task) error { stop.Cancel(); return nil })
		_, err := edo.Await(task, edo.UntilCancelled(stop, edo.Future[edo.Unit](timer.SleepFuture(1000*time.Hour))))
		fmt.Println(err)
		return nil
	})
	// Output: edo: a token was cancelled
}

// A value belongs to one task, and goes to its children when they ask for it.
func ExampleLocal() {
	request := edo.NewLocal[int]("request")
	edo.Run(func(task *edo.Task) error {
		_, err := edo.Go(task, func(task *edo.Task) error {
			n, _ := request.Get(task)
			fmt.Println("request", n)
			edo.Go(task, func(task *edo.Task) error {
				_, ok := request.Get(task)
				fmt.Println("a child has it:", ok)
				return nil
			}).Await(task)
			_, err := edo.Go(task, func(task *edo.Task) error {
				n, ok := request.Get(task)
				fmt.Println("a child that inherits has it:", ok, n)
				return nil
			}, edo.InheritValues()).Await(task)
			return err
		}, request.Value(7)).Await(task)
		return err
	})
	// Output:
	// request 7
	// a child has it: false
	// a child that inherits has it: true 7
}

func ExampleAbortHandle() {
	edo.Run(func(task *edo.Task) error {
		stop := edo.Go(task, func(task *edo.Task) error { return timer.Sleep(task, 1000*time.Hour) }).AbortHandle()
		stop.Abort()
		for !stop.Finished() {
			edo.Yield(task)
		}
		fmt.Println("ended")
		return nil
	})
	// Output: ended
}

func ExampleUnconstrained() {
	edo.Run(func(task *edo.Task) error {
		all := func(n int) edo.Future[int] { return &leaves{n: n} } // n operations in one poll, if it may
		n, err := edo.Await(task, edo.Unconstrained(all(1000)))
		fmt.Println(n, "operations in one poll")
		return err
	})
	// Output: 1000 operations in one poll
}
