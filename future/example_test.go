package future_test

import (
	"errors"
	"fmt"
	"strings"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/future"
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
