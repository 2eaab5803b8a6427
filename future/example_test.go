package future_test

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/timer"
)

func ExampleLazy() {
	edo.Run(func(task *edo.Task) error {
		edo.Spawn(task, future.Lazy(func() (int, error) {
			fmt.Println("Hello from a task without a stack")
			return 0, nil
		}))
		return nil
	})
	// Output: Hello from a task without a stack
}

func ExampleMap() {
	name := future.Ready("edo")
	s, err := edo.RunFuture(future.Map(name, strings.ToUpper))
	fmt.Println(s, err)
	// Output: EDO <nil>
}

func ExampleAndThen() {
	user := future.Ready("ada")
	greeting := future.AndThen(user, func(name string) edo.Future[string] {
		return future.Lazy(func() (string, error) { return "hello " + name, nil })
	})
	fmt.Println(edo.RunFuture(greeting))
	// Output: hello ada <nil>
}

func ExampleFut_OrElse() {
	f := future.Fail[string](errors.New("the cache is empty")).
		OrElse(func(err error) edo.Future[string] {
			fmt.Println(err)
			return future.Ready("from the database")
		})
	fmt.Println(edo.RunFuture(f))
	// Output:
	// the cache is empty
	// from the database <nil>
}

func ExampleFut_MapErr() {
	f := future.Fail[string](errors.New("no such host")).
		MapErr(func(err error) error { return fmt.Errorf("greeting the server: %w", err) })
	_, err := edo.RunFuture(f)
	fmt.Println(err)
	// Output: greeting the server: no such host
}

func ExampleThen() {
	f := future.Then(future.Fail[int](errors.New("too late")), func(n int, err error) edo.Future[string] {
		if err != nil {
			return future.Ready("failed: " + err.Error())
		}
		return future.Ready(fmt.Sprint(n))
	})
	fmt.Println(edo.RunFuture(f))
	// Output: failed: too late <nil>
}

// lamp is a handle.
type lamp struct{ name string }

func (l lamp) Drop() { fmt.Println(l.name, "is off") }

func ExampleOwning() {
	red, green := lamp{"red"}, lamp{"green"}
	f := future.Owning(future.Lazy(func() (string, error) {
		return "the lamps are on", nil
	}), red, green)
	f.Drop() // before the function ran
	// Output:
	// red is off
	// green is off
}

func ExamplePollFn() {
	left := 3
	f := future.PollFn(func(cx *edo.Context) (string, edo.Poll, error) {
		if left > 0 {
			fmt.Println(left)
			left--
			cx.Waker().WakeBy(cx)
			return "", edo.Pending, nil
		}
		return "go", edo.Ready, nil
	})
	fmt.Println(edo.RunFuture(f))
	// Output:
	// 3
	// 2
	// 1
	// go <nil>
}

func ExampleFlatten() {
	// A future that gives a future: where to ask, and then the answer.
	server := future.Map(future.Ready("b"), func(name string) future.Fut[string] {
		return future.Ready("an answer of " + name)
	})
	fmt.Println(edo.RunFuture(future.Flatten(server)))
	// Output: an answer of b <nil>
}

func ExampleFut_Fuse() {
	sim.Run(1, func(task *edo.Task) error {
		hello := future.Ready("hello").Fuse()
		pause := timer.SleepFuture(time.Second)
		both := future.PollFn(func(cx *edo.Context) (edo.Unit, edo.Poll, error) {
			if v, p, _ := hello.Poll(cx); p == edo.Ready { // once, although it is polled twice
				fmt.Println(v)
			}
			return pause.Poll(cx)
		})
		_, err := edo.Await(task, both)
		return err
	})
	// Output: hello
}

func ExampleFut_Inspect() {
	f := future.Ready(7).Inspect(func(v int, err error) { fmt.Println("seen:", v, err) })
	fmt.Println(edo.RunFuture(future.Map(f, func(v int) int { return v + 1 })))
	// Output:
	// seen: 7 <nil>
	// 8 <nil>
}

func ExampleFut_CatchPanic() {
	f := future.Lazy(func() (int, error) { panic("out of cheese") })
	_, err := edo.RunFuture(f.CatchPanic())
	var caught *edo.PanicError
	fmt.Println(errors.As(err, &caught), caught.Value)
	// Output: true out of cheese
}

func ExampleLoop() {
	dice := []int{3, 1, 6, 2, 5}
	sum := future.Loop(0, func(sum int) edo.Future[int] {
		if sum >= 10 {
			return nil // sum is the result
		}
		n := dice[0]
		dice = dice[1:]
		return future.Ready(sum + n)
	})
	fmt.Println(edo.RunFuture(sum))
	// Output: 10 <nil>
}

func ExampleRetry() {
	attempts := 0
	answer := future.Retry(future.Backoff{
		Initial:  time.Millisecond,
		Jitter:   0.5,
		Attempts: 5,
	}, func() edo.Future[string] {
		if attempts++; attempts < 3 {
			return future.Fail[string](errors.New("no route"))
		}
		return future.Ready("pong")
	})
	v, err := edo.RunFuture(answer)
	fmt.Println(v, err, "after", attempts)
	// Output: pong <nil> after 3
}

func ExampleFirstOK() {
	v, err := edo.RunFuture(future.FirstOK(
		future.Fail[string](errors.New("paris is down")),
		future.Ready("tokyo answers"),
	))
	fmt.Println(v, err)
	// Output: tokyo answers <nil>
}

func ExampleSelect() {
	sim.Run(1, func(task *edo.Task) error {
		slow := future.Map(timer.SleepFuture(2*time.Second), func(edo.Unit) string { return "slow" })
		e, err := edo.Await(task, future.Select(slow, timer.SleepFuture(time.Second)))
		if err != nil {
			return err
		}
		fmt.Println("a second has passed:", e.Index == 1)
		v, err := edo.Await(task, e.FirstLeft) // the loser goes on
		fmt.Println(v, err)
		return nil
	})
	// Output:
	// a second has passed: true
	// slow <nil>
}

func ExampleSelectAll() {
	sim.Run(1, func(task *edo.Task) error {
		fs := []edo.Future[string]{later(3, "c"), later(1, "a"), later(2, "b")}
		for len(fs) > 0 {
			s, err := edo.Await(task, future.SelectAll(fs...))
			if err != nil {
				return err
			}
			fmt.Println(s.Value, "was number", s.Index)
			fs = s.Left
		}
		return nil
	})
	// Output:
	// a was number 1
	// b was number 1
	// c was number 0
}
