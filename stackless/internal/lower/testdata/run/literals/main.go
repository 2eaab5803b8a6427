// Command literals has function literals that wait with the Task around them, by a function of the same
// package.
package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/scope"
	"github.com/edo-go/edo/selector"
	"github.com/edo-go/edo/timer"
)

type room struct{ n int }

func (r *room) leave(task *edo.Task) error { r.n++; return timer.Sleep(task, time.Millisecond) }

func leave(task *edo.Task) error { return timer.Sleep(task, time.Millisecond) }

func deferred(task *edo.Task, r *room) (err error) {
	defer func() {
		err = r.leave(task)
	}()
	return edo.Yield(task)
}

func called(task *edo.Task) error {
	f := func() error { return leave(task) }
	if err := edo.Yield(task); err != nil {
		return err
	}
	return f()
}

func atOnce(task *edo.Task) (err error) {
	func() { err = leave(task) }()
	return err
}

func given(task *edo.Task) (err error) {
	each(3, func(int) { err = leave(task) })
	return err
}

func each(n int, fn func(int)) {
	for i := range n {
		fn(i)
	}
}

func handler(task *edo.Task) error {
	n := 0
	return selector.New(
		selector.On(timer.NewInterval(time.Millisecond), func(time.Time, error) error {
			if n++; n == 3 {
				return selector.Stop
			}
			return leave(task)
		}),
	).Run(task)
}

func onlyLiteral(task *edo.Task) func() error {
	return func() error { return leave(task) }
}

// cleansUp waits in deferred calls, shielded, after a panic and after a cancellation.
func cleansUp(task *edo.Task, how string) (err error) {
	defer func() {
		fmt.Println(how, "recovered", recover())
		edo.Shielded(task, func(task *edo.Task) error {
			err = errors.Join(err, leave(task))
			return nil
		})
		fmt.Println(how, "left", leave(task), task.Err())
	}()
	if err := edo.Yield(task); err != nil {
		return err
	}
	if how == "panic" {
		panic("on purpose")
	}
	return timer.Sleep(task, time.Hour)
}

// inScope waits in a literal inside the function of a scope.
func inScope(task *edo.Task) error {
	return scope.Run(task, func(s *scope.Scope) error {
		edo.Go(task, func(task *edo.Task) error { return leave(task) })
		wait := func() error { return leave(task) }
		return errors.Join(wait(), edo.Yield(task), wait())
	}, scope.Timeout(time.Minute))
}

// often waits in a literal and outside it in turns.
func often(task *edo.Task) (n int, err error) {
	wait := func() error { n++; return leave(task) }
	for range 10 {
		if err := errors.Join(wait(), edo.Yield(task)); err != nil {
			return n, err
		}
	}
	return n, nil
}

func main() {
	fmt.Println(edo.Run(func(task *edo.Task) error {
		unused(task)
		fmt.Println("cleans up", cleansUp(task, "panic"))
		h := edo.Go(task, func(task *edo.Task) error { return cleansUp(task, "abort") })
		timer.Sleep(task, time.Millisecond)
		h.Abort()
		_, err := h.Await(task)
		fmt.Println("aborted", err)
		fmt.Println("in scope", inScope(task))
		n, err := often(task)
		fmt.Println("often", n, err)
		return nil
	}))
	fmt.Println("deferred", edo.Run(func(task *edo.Task) error { return deferred(task, &room{}) }))
	fmt.Println("called", edo.Run(func(task *edo.Task) error { return called(task) }))
	fmt.Println("at once", edo.Run(func(task *edo.Task) error { return atOnce(task) }))
	fmt.Println("given", edo.Run(func(task *edo.Task) error { return given(task) }))
	fmt.Println("handler", edo.Run(func(task *edo.Task) error { return handler(task) }))
	fmt.Println("returned", edo.Run(func(task *edo.Task) error { return onlyLiteral(task)() }))
}
