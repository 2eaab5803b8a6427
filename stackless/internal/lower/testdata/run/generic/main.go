// Generic functions and methods.
package main

import (
	"cmp"
	"fmt"

	"github.com/edo-go/edo"
)

type number interface{ ~int | ~float64 }

type pairOf[K cmp.Ordered, V any] struct {
	key K
	val V
}

type stack[T any] struct{ items []T }

func (s *stack[E]) push(task *edo.Task, items ...E) error {
	for _, item := range items {
		if err := edo.Yield(task); err != nil {
			return err
		}
		s.items = append(s.items, item)
	}
	return nil
}

func (s stack[_]) size(task *edo.Task) int { // refused
	edo.Yield(task)
	return len(s.items)
}

func sum[T number](task *edo.Task, list []T) (total T) {
	for _, v := range list {
		edo.Yield(task)
		total += v
	}
	return total
}

func transform[T, U any](task *edo.Task, list []T, fn func(T) U) ([]U, error) {
	var out []U
	var zero U
	for _, v := range list {
		edo.Yield(task)
		u := zero
		u = fn(v)
		out = append(out, u)
	}
	return out, nil
}

func max2[K cmp.Ordered, V any](task *edo.Task, a, b pairOf[K, V]) (best pairOf[K, V]) {
	defer func() { edo.Rand(task) }()
	edo.Yield(task)
	if a.key > b.key {
		return a
	}
	return b
}

func parallel[T any](task *edo.Task, fns ...func() T) (out []T) {
	var hs []*edo.JoinHandle[T]
	for i, fn := range fns {
		n := 0
		hs = append(hs, edo.GoValue(task, func(task *edo.Task) (T, error) {
			for range i {
				n++
				edo.Yield(task)
			}
			return fn(), nil
		}))
	}
	for _, h := range hs {
		v, err := h.Await(task)
		if err != nil {
			panic(err)
		}
		out = append(out, v)
	}
	return out
}

func recursive[T any](task *edo.Task, list []T) int {
	if len(list) == 0 {
		return 0
	}
	edo.Yield(task)
	return 1 + recursive(task, list[1:])
}

func await[T any](task *edo.Task, v T) T {
	f := edo.Async(func(task *edo.Task) (T, error) { edo.Yield(task); return v, nil })
	got, err := edo.Await(task, f)
	if err != nil {
		panic(err)
	}
	again, err := edo.Await[T](task, edo.Async(func(task *edo.Task) (T, error) { edo.Yield(task); return got, nil }))
	if err != nil {
		panic(err)
	}
	return again
}

func main() {
	fmt.Println(edo.Run(func(task *edo.Task) error {
		fmt.Println(sum(task, []int{1, 2, 3}), sum(task, []float64{1.5, 2}))
		fmt.Println(transform(task, []int{1, 2}, func(n int) string { return fmt.Sprint("n", n) }))
		var s stack[string]
		s.push(task, "a", "b")
		fmt.Println(s.size(task), s.items)
		fmt.Println(max2(task, pairOf[int, string]{1, "one"}, pairOf[int, string]{2, "two"}))
		fmt.Println(parallel(task, func() int { return 1 }, func() int { return 2 }))
		fmt.Println(recursive(task, []byte("abc")), recursive[string](task, nil))
		fmt.Println(await(task, "x"), await(task, 3))
		return nil
	}))
}
