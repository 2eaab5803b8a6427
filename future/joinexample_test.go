package future_test

import (
	"errors"
	"fmt"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/timer"
)

// later returns a future that is ready with v after so many seconds.
func later[T any](seconds int, v T) edo.Future[T] {
	return future.Map(timer.SleepFuture(time.Duration(seconds)*time.Second), func(edo.Unit) T { return v })
}

func ExampleJoin() {
	all, _ := edo.RunFuture(future.Join(
		future.Ready(1),
		future.Fail[int](errors.New("not today")),
		edo.Async(func(task *edo.Task) (int, error) { return 3, edo.Yield(task) }),
	))
	for _, r := range all {
		fmt.Println(r.Value, r.Err)
	}
	// Output:
	// 1 <nil>
	// 0 not today
	// 3 <nil>
}

func ExampleTryJoin() {
	fmt.Println(edo.RunFuture(future.TryJoin[int](future.Ready(1), future.Ready(2))))
	fmt.Println(edo.RunFuture(future.TryJoin[int](future.Ready(1), future.Fail[int](errors.New("not today")))))
	// Output:
	// [1 2] <nil>
	// [] not today
}

func ExampleTryJoin2() {
	both, err := edo.RunFuture(future.TryJoin2(future.Ready("answer"), future.Ready(42)))
	fmt.Println(both.First, both.Second, err)
	// Output: answer 42 <nil>
}

func ExampleRace() {
	sim.Run(1, func(task *edo.Task) error {
		fmt.Println(edo.Await(task, future.Race(later(3, "tortoise"), later(2, "hare"))))
		return nil
	})
	// Output: hare <nil>
}

func ExampleRaceTask() {
	sim.Run(1, func(task *edo.Task) error {
		run := func(name string, d time.Duration) func(task *edo.Task) (string, error) {
			return func(task *edo.Task) (string, error) {
				if err := timer.Sleep(task, d); err != nil {
					fmt.Println(name, "gives up:", err)
					return "", err
				}
				return name, nil
			}
		}
		fmt.Println(future.RaceTask(task, run("tortoise", time.Hour), run("hare", time.Minute)))
		return nil
	})
	// Output:
	// tortoise gives up: edo: task cancelled
	// hare <nil>
}

func ExampleJoinTask() {
	sim.Run(1, func(task *edo.Task) error {
		square := func(n int) func(task *edo.Task) (int, error) {
			return func(task *edo.Task) (int, error) {
				return n * n, timer.Sleep(task, time.Duration(n)*time.Second)
			}
		}
		began := timer.Now(task)
		all, err := future.JoinTask(task, square(3), square(2), square(1))
		fmt.Println(all[0].Value, all[1].Value, all[2].Value, err)
		fmt.Println(timer.Now(task).Sub(began))
		return nil
	})
	// Output:
	// 9 4 1 <nil>
	// 3s
}

// The two have different types.
func ExampleJoin2() {
	both, _ := edo.RunFuture(future.Join2(future.Ready("answer"), future.Fail[int](errors.New("not today"))))
	fmt.Println(both.First.Value, both.First.Err)
	fmt.Println(both.Second.Value, both.Second.Err)
	// Output:
	// answer <nil>
	// 0 not today
}

func ExampleJoin3() {
	all, _ := edo.RunFuture(future.Join3(future.Ready("a"), future.Ready(2), future.Ready(true)))
	fmt.Println(all.First.Value, all.Second.Value, all.Third.Value)
	// Output: a 2 true
}

func ExampleReady() {
	fmt.Println(edo.RunFuture(future.Ready(42)))
	// Output: 42 <nil>
}

func ExampleFail() {
	fmt.Println(edo.RunFuture(future.Fail[int](errors.New("not today"))))
	// Output: 0 not today
}

// Of begins a chain at a future of any kind.
func ExampleOf() {
	slow := edo.Async(func(task *edo.Task) (int, error) { return 0, errors.New("not today") })
	fmt.Println(edo.RunFuture(future.Of(slow).OrElse(func(error) edo.Future[int] { return future.Ready(7) })))
	// Output: 7 <nil>
}
