package edo_test

import (
	"fmt"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/oneshot"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/stream"
	"github.com/edo-go/edo/timer"
)

// A task that adds up what comes, and says every second how much that was.
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
		sel := edo.NewSelect(
			edo.On(rx, func(n int, err error) error { // err is edo.ErrClosed when rx has ended
				if err != nil {
					return edo.Stop
				}
				sum += n
				return nil
			}),
			edo.On(timer.NewInterval(time.Second), func(time.Time, error) error {
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

// A future is waited for once, and set again.
func ExampleFutureBranch_Reset() {
	sim.Run(1, func(task *edo.Task) error {
		ask := func(n int) *oneshot.Receiver[int] {
			tx, rx := oneshot.New[int]()
			edo.Go(task, func(task *edo.Task) error { return tx.Send(n * n) })
			return rx
		}
		n := 1
		var answer *edo.FutureBranch[int]
		answer = edo.OnFuture(ask(n), func(square int, err error) error {
			fmt.Println(n, square)
			if n++; n > 3 {
				return edo.Stop
			}
			answer.Reset(ask(n))
			return nil
		})
		return edo.NewSelect(answer).Run(task)
	})
	// Output:
	// 1 1
	// 2 4
	// 3 9
}

// A branch that takes part only while there is room.
func ExampleStreamBranch_If() {
	edo.Run(func(task *edo.Task) error {
		var room []int
		sel := edo.NewSelect(
			edo.On(stream.Values(1, 2, 3, 4, 5), func(n int, err error) error {
				if err != nil {
					return edo.Stop
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
