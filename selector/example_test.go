package selector_test

import (
	"errors"
	"fmt"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/oneshot"
	"github.com/edo-go/edo/selector"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/stream"
	"github.com/edo-go/edo/timer"
)

// A task adds up the numbers that it receives, and prints the sum every second.
func ExampleSelect() {
	sim.Run(1, func(task *edo.Task) error {
		tx, rx := mpsc.New[int](4)
		edo.Go(task, func(task *edo.Task) error {
			defer tx.Close()
			for n := range 8 {
				timer.Sleep(task, 300*time.Millisecond)
				tx.Send(task, n)
			}
			return nil
		})

		sum := 0
		sel := selector.New(
			selector.On(rx, func(n int, err error) error { // err is edo.ErrClosed when rx has ended
				if err != nil {
					return selector.Stop
				}
				sum += n
				return nil
			}),
			selector.On(timer.NewInterval(time.Second), func(time.Time, error) error {
				fmt.Println("sum =", sum)
				sum = 0
				return nil
			}),
		)
		err := sel.Run(task)
		fmt.Println("left:", sum, err)
		return nil
	})
	// Output:
	// sum = 3
	// sum = 12
	// left: 13 <nil>
}

// The branch of a future wins once, and then gets the next future.
func ExampleFutureBranch_Reset() {
	sim.Run(1, func(task *edo.Task) error {
		ask := func(n int) *oneshot.Receiver[int] {
			tx, rx := oneshot.New[int]()
			edo.Go(task, func(task *edo.Task) error { return tx.Send(n * n) })
			return rx
		}
		n := 1
		var answer *selector.FutureBranch[int]
		answer = selector.OnFuture(ask(n), func(square int, err error) error {
			fmt.Println(n, square)
			if n++; n > 3 {
				return selector.Stop
			}
			answer.Reset(ask(n))
			return nil
		})
		return selector.New(answer).Run(task)
	})
	// Output:
	// 1 1
	// 2 4
	// 3 9
}

// The branch takes part only while the slice has room.
func ExampleStreamBranch_If() {
	edo.Run(func(task *edo.Task) error {
		var room []int
		sel := selector.New(
			selector.On(stream.Values(1, 2, 3, 4, 5), func(n int, err error) error {
				if err != nil {
					return selector.Stop
				}
				room = append(room, n)
				return nil
			}).If(func() bool { return len(room) < 2 }),
		).Else(func() error {
			fmt.Println(room)
			room = nil
			return nil
		})
		return sel.Run(task)
	})
	// Output:
	// [1 2]
	// [3 4]
}

// A Select in a loop is like the select statement in a loop.
func Example() {
	edo.Run(func(task *edo.Task) error {
		sel := selector.New(
			selector.On(stream.Values(1, 2, 3), func(n int, err error) error {
				if err != nil { // edo.ErrClosed: the stream has ended
					return selector.Stop
				}
				fmt.Println(n)
				return nil
			}),
		)
		fmt.Println(sel.Run(task))
		return nil
	})
	// Output:
	// 1
	// 2
	// 3
	// <nil>
}

// The first branch has all its turns before the second has one.
func ExampleSelect_Biased() {
	show := func(name string) func(int, error) error {
		return func(n int, err error) error {
			if err == nil {
				fmt.Println(name, n)
			}
			return nil
		}
	}
	edo.Run(func(task *edo.Task) error {
		return selector.New(
			selector.On(stream.Values(1, 2), show("urgent")),
			selector.On(stream.Values(3), show("normal")),
		).Biased().Run(task)
	})
	// Output:
	// urgent 1
	// urgent 2
	// normal 3
}

// Next takes one turn, and returns the error of the handler.
func ExampleSelect_Next() {
	edo.Run(func(task *edo.Task) error {
		sel := selector.New(selector.OnFuture(timer.SleepFuture(0), func(edo.Unit, error) error {
			return errors.New("timed out")
		}))
		fmt.Println(sel.Next(task))
		err := sel.Next(task)
		fmt.Println(err, errors.Is(err, selector.Stop))
		return nil
	})
	// Output:
	// timed out
	// selector: every branch has ended true
}

// Else is called when all branches have ended or are turned off.
func ExampleSelect_Else() {
	edo.Run(func(task *edo.Task) error {
		sel := selector.New(
			selector.On(stream.Values(1), func(int, error) error { return nil }).If(func() bool { return false }),
		).Else(func() error {
			fmt.Println("no branch to poll")
			return selector.Stop
		})
		return sel.Run(task)
	})
	// Output: no branch to poll
}

// As a stream a Select has an item for each turn.
func ExampleSelect_PollNext() {
	edo.Run(func(task *edo.Task) error {
		var sum int
		sel := selector.New(selector.On(stream.Values(1, 2, 3), func(n int, _ error) error {
			sum += n
			return nil
		}))
		for {
			_, ok, err := edo.Next[edo.Unit](task, sel)
			if !ok {
				fmt.Println(sum)
				return err
			}
		}
	})
	// Output: 6
}
