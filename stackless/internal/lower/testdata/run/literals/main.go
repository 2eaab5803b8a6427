// Command literals has function literals that wait with the Task around them, by a function of the same
// package.
package main

import (
	"fmt"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/selector"
	"github.com/edo-go/edo/timer"
)

type room struct{ n int }

func (r *room) leave(task *edo.Task) error { r.n++; return timer.Sleep(task, time.Millisecond) }

func leave(task *edo.Task) error { return timer.Sleep(task, time.Millisecond) }

func deferred(task *edo.Task, r *room) (err error) { // refused
	defer func() {
		err = r.leave(task)
	}()
	return edo.Yield(task)
}

func called(task *edo.Task) error { // refused
	f := func() error { return leave(task) }
	if err := edo.Yield(task); err != nil {
		return err
	}
	return f()
}

func atOnce(task *edo.Task) (err error) { // refused
	func() { err = leave(task) }()
	return err
}

func given(task *edo.Task) (err error) { // refused
	each(3, func(int) { err = leave(task) })
	return err
}

func each(n int, fn func(int)) {
	for i := range n {
		fn(i)
	}
}

func handler(task *edo.Task) error { // refused
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

func onlyLiteral(task *edo.Task) func() error { // refused
	return func() error { return leave(task) }
}

func main() {
	fmt.Println("deferred", edo.Run(func(task *edo.Task) error { return deferred(task, &room{}) }))
	fmt.Println("called", edo.Run(func(task *edo.Task) error { return called(task) }))
	fmt.Println("at once", edo.Run(func(task *edo.Task) error { return atOnce(task) }))
	fmt.Println("given", edo.Run(func(task *edo.Task) error { return given(task) }))
	fmt.Println("handler", edo.Run(func(task *edo.Task) error { return handler(task) }))
	fmt.Println("returned", edo.Run(func(task *edo.Task) error { return onlyLiteral(task)() }))
}
