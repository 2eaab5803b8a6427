// Variables that lie in the frames of callees, and variables that stand for literals.
package main

import (
	"errors"
	"fmt"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/scope"
)

func main() {
	fmt.Println(edo.Run(func(task *edo.Task) error {
		fmt.Println(first(task, "a", 1, []int{1, 2, 3}))
		fmt.Println(swapped(task, 1, 2, 3))
		fmt.Println(twice(task, "x", "y"))
		fmt.Println(depth(task, 4, "d"))
		fmt.Println(even(task, 5), odd(task, 5))
		fmt.Println(recovered(task, "r", 5))
		fmt.Println(branches(task, 0, "b"), branches(task, 1, "b"), branches(task, 2, "b"))
		fmt.Println(loops(task, []string{"l", "m"}))
		fmt.Println(spawned(task))
		fmt.Println(scoped(task, "s"))
		fmt.Println(kept(task, 3))
		fmt.Println(literals(task))
		fmt.Println(pair{1, "p"}.both(task, 2))
		fmt.Println(local(task))
		h := edo.GoValue(task, pair{7, "q"}.one)
		fmt.Println(h.Await(task))
		return nil
	}, edo.WithConfig(edo.Config{CurrentThread: true})))
}

// first hands its parameters on, and on.
func first(task *edo.Task, s string, n int, list []int) (string, error) {
	return second(task, list, n, s)
}

func second(task *edo.Task, list []int, n int, s string) (string, error) {
	total := n
	for _, v := range list {
		got, err := third(task, v, s)
		if err != nil {
			return s, err
		}
		total += len(got)
	}
	return fmt.Sprint(s, total), nil
}

func third(task *edo.Task, v int, s string) (string, error) {
	label := s + fmt.Sprint(v)
	if err := edo.Yield(task); err != nil {
		return "", err
	}
	s = "changed"
	v++
	return label + s + fmt.Sprint(v), edo.Yield(task)
}

// swapped gives its parameters in another order, so that none may overwrite the other.
func swapped(task *edo.Task, a, b, c int) int { return digits(task, c, a, b) }

func digits(task *edo.Task, a, b, c int) int {
	edo.Yield(task)
	a, b = b, a
	edo.Yield(task)
	return a*100 + b*10 + c
}

// twice calls one function twice: the second argument waits for its call.
func twice(task *edo.Task, x, y string) string {
	one, _ := third(task, 1, x)
	two, _ := third(task, 2, y)
	return one + two + x
}

func depth(task *edo.Task, n int, s string) string {
	if n == 0 {
		edo.Yield(task)
		return s
	}
	return depth(task, n-1, s+fmt.Sprint(n)) + "."
}

func even(task *edo.Task, n int) bool {
	if n == 0 {
		return true
	}
	edo.Yield(task)
	return odd(task, n-1)
}

func odd(task *edo.Task, n int) bool {
	if n == 0 {
		return false
	}
	return even(task, n-1)
}

// recovered goes on after a panic of its callee.
func recovered(task *edo.Task, s string, n int) (out string, err error) {
	defer func() {
		if v := recover(); v != nil {
			out, err = fmt.Sprint(out, "+", v), errors.New("recovered")
		}
	}()
	for i := range n {
		out = fails(task, s, i)
	}
	return out, nil
}

func fails(task *edo.Task, s string, i int) string {
	edo.Yield(task)
	if i == 2 {
		panic(s)
	}
	edo.Yield(task)
	return s + fmt.Sprint(i)
}

func branches(task *edo.Task, which int, s string) string {
	switch which {
	case 0:
		return fails(task, s, which)
	case 1:
		edo.Yield(task)
		return s
	}
	edo.Yield(task)
	t := s + "!"
	edo.Yield(task)
	return fails(task, t, 0)
}

func loops(task *edo.Task, list []string) (out []string) {
	for i := 0; i < 3; i++ {
		for _, s := range list {
			got, err := third(task, i, s)
			if i == 1 {
				continue
			}
			out = append(out, got)
			if err != nil {
				return out
			}
		}
	}
	return out
}

func spawned(task *edo.Task) (string, error) {
	s, n := "spawned", 9
	h := edo.GoValue(task, func(task *edo.Task) (string, error) { return third(task, n, s) })
	return h.Await(task)
}

func scoped(task *edo.Task, s string) (out string, err error) {
	err = scope.Run(task, func(in *scope.Scope) error {
		for i := range 2 {
			edo.Go(in, func(task *edo.Task) error {
				got, err := third(task, i, s)
				out += got
				return err
			})
		}
		got, err := third(task, 5, s)
		out += got
		return err
	})
	return out, err
}

// kept reads its parameter after the call.
func kept(task *edo.Task, n int) int { return digits(task, n, n, n) + n }

// literals spawns variables that stand for literals.
func literals(task *edo.Task) (out []string) {
	n := 0
	add := func(task *edo.Task) error {
		n++
		out = append(out, fmt.Sprint("add ", n))
		return edo.Yield(task)
	}
	for range 2 {
		edo.Go(task, add).Await(task)
	}
	for i := range 3 {
		show := func(task *edo.Task) (string, error) {
			edo.Yield(task)
			i += 10
			return fmt.Sprint("show ", i, " ", n), nil
		}
		n += 100
		got, _ := edo.GoValue(task, show).Await(task)
		more, _ := edo.GoValue(task, show).Await(task)
		out = append(out, got, more)
	}
	var again = func(task *edo.Task) error { out = append(out, "again"); return nil }
	run := func() { edo.Go(task, again) }
	run()
	run()
	edo.Yield(task)
	edo.Yield(task)
	edo.Go(task, func(task *edo.Task) error {
		for range 2 {
			edo.Go(task, again) // of the function around it
		}
		return nil
	}).Await(task)
	changes := func(*edo.Task) error { out = append(out, "before"); return nil }
	if n > 0 {
		changes = func(*edo.Task) error { out = append(out, "after"); return nil }
	}
	edo.Go(task, changes).Await(task)
	if n := 5; n > 0 { // another n
		edo.Go(task, add).Await(task)
	}
	err := scope.Run(task, func(s *scope.Scope) error { return add(task) })
	return append(out, fmt.Sprint(n, err))
}

type pair struct {
	n int
	s string
}

func (p pair) both(task *edo.Task, n int) string { return branches(task, p.n+n, p.s) }

func (p pair) one(task *edo.Task) (string, error) { return third(task, p.n, p.s) }

// local spawns a literal with a type of its own function, which is refused.
func local(task *edo.Task) (string, error) { // refused
	type text string
	show := func(task *edo.Task) (string, error) { return string(text("local")), edo.Yield(task) } // refused
	return edo.GoValue(task, show).Await(task)
}
