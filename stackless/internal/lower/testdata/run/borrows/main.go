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
	fn := func(task *edo.Task, s string) string { edo.Yield(task); return s + s }
	fmt.Println(fn(task, "x") + fn(task, "y"))
	fmt.Println(apply(task, func(task *edo.Task, n int) int { edo.Yield(task); return n + 1 }))
	v, err := edo.Call(task, func(ctx context.Context) (string, error) { return fmt.Sprint(ctx.Err(), n), nil })
	fmt.Println(v, err)
	fmt.Println(caught(task, func(task *edo.Task) { edo.Yield(task); panic("in a borrowed call") }))
	fmt.Println(overMap(task, map[string]int{"a": 1, "b": 2}))
	fmt.Println(values(task))
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
	type local struct{}
	_ = local{}
	for _, v := range m {
		edo.Yield(task)
		n += v
	}
	return n
}

// named is a type of functions that wait.
type named func(task *edo.Task, n int) (string, error)

func (n named) twice(task *edo.Task) (string, error) {
	a, err := n(task, 1)
	if err != nil {
		return "", err
	}
	b, err := n(task, 2)
	return a + b, err
}

func declared(task *edo.Task, n int) (s string, err error) {
	for range n {
		if err := edo.Yield(task); err != nil {
			return "", err
		}
		s += "d"
	}
	return s, nil
}

func (l *loud) method(task *edo.Task, n int) (string, error) {
	defer func() { l.name += "." }()
	edo.Yield(task)
	return fmt.Sprint(l.name, n), nil
}

func makes(task *edo.Task, prefix string) named {
	calls := 0
	edo.Yield(task)
	return func(task *edo.Task, n int) (string, error) {
		calls++
		edo.Yield(task)
		inner := func(task *edo.Task) int { edo.Yield(task); return calls * 10 }
		return fmt.Sprint(prefix, n, calls, inner(task)), nil
	}
}

var table = map[string]named{
	"declared": declared,
	"literal":  func(task *edo.Task, n int) (string, error) { edo.Yield(task); return fmt.Sprint("literal", n), nil },
}

func values(task *edo.Task) (out []string) {
	l := &loud{"loud"}
	made := makes(task, "made")
	for _, fn := range []named{declared, l.method, made, made, table["declared"], table["literal"]} {
		s, err := fn.twice(task)
		out = append(out, s, fmt.Sprint(err))
		// Not lowered: a plain call of the same value.
		h := edo.Go(task, func(task *edo.Task) error {
			s, err := plainly(task, map[int]named{1: fn})
			out = append(out, s, fmt.Sprint(err))
			return nil
		})
		h.Await(task)
	}
	return out
}

func plainly(task *edo.Task, m map[int]named) (s string, err error) { // refused
	type local struct{}
	_ = local{}
	for n, fn := range m {
		if s, err = fn(task, n); err != nil {
			return s, err
		}
	}
	return s, err
}
