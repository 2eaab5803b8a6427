// Calls of functions that the compiler does not know.
package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/edo-go/edo"
)

type waiter interface {
	wait(task *edo.Task, n int) (int, error)
}

type loud struct{ name string }

func (l *loud) wait(task *edo.Task, n int) (int, error) {
	for range n {
		if err := edo.Yield(task); err != nil {
			return 0, err
		}
	}
	return len(l.name) * n, nil
}

func main() {
	fmt.Println(edo.Run(run))
	fmt.Println(edo.Run(app{"method"}.run))
	a := &app{"pointer"}
	fmt.Println(edo.Run(a.runPointer))
}

type app struct{ name string }

func (a app) run(task *edo.Task) error {
	edo.Yield(task)
	fmt.Println(a.name)
	return nil
}

func (a *app) runPointer(task *edo.Task) error {
	edo.Yield(task)
	fmt.Println(a.name)
	return errors.New("its error")
}

func run(task *edo.Task) error {
	var w waiter = &loud{"ab"}
	n, err := w.wait(task, 3)
	fmt.Println(n, err)
	fn := func(task *edo.Task, s string) string { edo.Yield(task); return s + s } // refused
	fmt.Println(fn(task, "x") + fn(task, "y"))
	fmt.Println(apply(task, func(task *edo.Task, n int) int { edo.Yield(task); return n + 1 })) // refused
	v, err := edo.Call(task, func(ctx context.Context) (string, error) { return fmt.Sprint(ctx.Err(), n), nil })
	fmt.Println(v, err)
	fmt.Println(caught(task, func(task *edo.Task) { edo.Yield(task); panic("in a borrowed call") })) // refused
	fmt.Println(overMap(task, map[string]int{"a": 1, "b": 2}))
	f := edo.Async(func(task *edo.Task) (int, error) { edo.Yield(task); return n, nil })
	fmt.Println(edo.Await(task, f))
	return nil
}

func apply(task *edo.Task, fn func(*edo.Task, int) int) (out []int) {
	for i := range 3 {
		out = append(out, fn(task, i))
	}
	return out
}

func caught(task *edo.Task, fn func(task *edo.Task)) (err error) {
	defer func() { err = fmt.Errorf("caught: %v", recover()) }()
	fn(task)
	return nil
}

func overMap(task *edo.Task, m map[string]int) (n int) { // refused
	for _, v := range m {
		edo.Yield(task)
		n += v
	}
	return n
}
