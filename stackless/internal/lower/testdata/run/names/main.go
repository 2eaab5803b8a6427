// The names of functions in reports.
package main

import (
	"fmt"

	"github.com/edo-go/edo"
)

// say writes the name of its task.
func say(task *edo.Task) error {
	edo.Yield(task)
	fmt.Println(task.Name())
	return nil
}

type service struct{ name string }

func (s *service) run(task *edo.Task) error  { return say(task) }
func (s service) value(task *edo.Task) error { return say(task) }
func declared(task *edo.Task) error          { return say(task) }

//go:noinline
func (s *service) start(task *edo.Task) *edo.JoinHandle[edo.Unit] {
	return edo.Go(task, func(task *edo.Task) error { return say(task) })
}

func generic[T any](task *edo.Task, v T) *edo.JoinHandle[T] {
	_ = func() {}
	return edo.GoValue(task, func(task *edo.Task) (T, error) { return v, say(task) })
}

type box[T any] struct{ v T }

func (b *box[T]) start(task *edo.Task) *edo.JoinHandle[T] {
	return edo.GoValue(task, func(task *edo.Task) (T, error) { return b.v, say(task) })
}

var start = func(task *edo.Task) *edo.JoinHandle[edo.Unit] {
	return edo.Go(task, func(task *edo.Task) error { return say(task) })
}

func helper(task *edo.Task, fn func(task *edo.Task) error) *edo.JoinHandle[edo.Unit] {
	return edo.Go(task, fn)
}

func helped[T any](task *edo.Task, v T) error {
	name(task, helper(task, func(task *edo.Task) error {
		fmt.Println(v)
		return say(task)
	}))
	return edo.Yield(task)
}

func name[T any](task *edo.Task, h *edo.JoinHandle[T]) {
	h.Await(task)
}

// mixed stays as it is: the literals before that of Blocking are frames in its place.
//
//go:noinline
func mixed(rt *edo.Runtime, i int) *edo.JoinHandle[int] {
	counted := func(task *edo.Task) (int, error) { return 0, say(task) }
	switch i {
	case 0:
		return edo.GoValue(rt, func(task *edo.Task) (int, error) { return 1, say(task) })
	case 1:
		return edo.Spawn(rt, edo.Async(func(task *edo.Task) (int, error) { return 2, say(task) }))
	case 2:
		return edo.Blocking(rt, func(task *edo.Task) (int, error) {
			inner := edo.Blocking(task, func(task *edo.Task) (int, error) { return 4, say(task) })
			inner.Await(task)
			return 3, say(task)
		})
	}
	return edo.GoValue(rt, counted)
}

func main() {
	fmt.Println(edo.Run(func(task *edo.Task) error {
		for i := range 4 {
			mixed(task.Runtime(), i).Await(task)
		}
		fmt.Println(task.Name())
		s := &service{"s"}
		name(task, edo.Go(task, declared))
		name(task, edo.Go(task, s.run))
		name(task, edo.Go(task, s.value))
		name(task, s.start(task))
		name(task, generic(task, 1))
		name(task, (&box[string]{"b"}).start(task))
		name(task, start(task))
		name(task, edo.Go(task, func(task *edo.Task) error {
			func() { fmt.Println("a literal between") }()
			name(task, edo.Go(task, func(task *edo.Task) error { return say(task) }))
			return nil
		}))
		name(task, helper(task, func(task *edo.Task) error { return say(task) }))
		name(task, helper(task, func(task *edo.Task) error { // refused
			type local struct{}
			_ = local{}
			return say(task)
		}))
		return helped(task, 1)
	}))
}
