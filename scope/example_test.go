package scope_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/scope"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/timer"
)

// The tasks of a scope end together: the first error cancels the others.
func ExampleRun() {
	sim.Run(1, func(task *edo.Task) error { // in virtual time
		err := scope.Run(task, func(s *scope.Scope) error {
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

// The error of a scope that has timed out names the tasks that had not ended.
func ExampleTimeout() {
	sim.Run(1, func(task *edo.Task) error {
		err := scope.Run(task, func(s *scope.Scope) error {
			for _, d := range []time.Duration{time.Second, time.Hour} {
				edo.Go(s, func(task *edo.Task) error { return timer.Sleep(task, d) }, edo.Name("sleeps for "+d.String()))
			}
			return nil
		}, scope.Timeout(time.Minute))
		fmt.Println(err)
		fmt.Println(errors.Is(err, context.DeadlineExceeded))
		return nil
	})
	// Output:
	// scope: timed out; not ended: sleeps for 1h0m0s
	// true
}

// A deadline is an instant, such as that of a request.
func ExampleDeadline() {
	sim.Run(1, func(task *edo.Task) error {
		at := timer.Now(task).Add(time.Second)
		err := scope.Run(task, func(s *scope.Scope) error {
			return timer.Sleep(task, time.Hour) // the waits of the function end too
		}, scope.Deadline(at))
		var late *scope.TimeoutError
		fmt.Println(errors.As(err, &late), timer.Now(task).Equal(at))
		return nil
	})
	// Output: true true
}

// Cancel ends the tasks that are not needed any more, and is no error.
func ExampleScope_Cancel() {
	edo.Run(func(task *edo.Task) error {
		err := scope.Run(task, func(s *scope.Scope) error {
			edo.Go(s, func(task *edo.Task) error {
				defer fmt.Println("the ticker has ended")
				return timer.Sleep(task, 1000*time.Hour)
			})
			edo.Yield(task) // the ticker begins
			s.Cancel()
			return nil
		})
		fmt.Println(err)
		return nil
	}, edo.WithConfig(edo.Config{CurrentThread: true}))
	// Output:
	// the ticker has ended
	// <nil>
}

// A Scope is a Spawner: functions that spawn take one, and the scope waits for their tasks.
func ExampleScope() {
	hello := func(s edo.Spawner, name string) {
		edo.Go(s, func(*edo.Task) error { fmt.Println("hello,", name); return nil })
	}
	edo.Run(func(task *edo.Task) error {
		err := scope.Run(task, func(s *scope.Scope) error {
			hello(s, "world")
			return nil
		})
		fmt.Println("all have said hello:", err)
		return nil
	})
	// Output:
	// hello, world
	// all have said hello: <nil>
}
