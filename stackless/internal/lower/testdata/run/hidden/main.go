// Command hidden has waits that no call with the function's own Task shows.
package main

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/timer"
)

func leave(task *edo.Task) error { return timer.Sleep(task, time.Millisecond) }

type res struct {
	name string
	err  error
}

type holder struct {
	task *edo.Task
	out  []error
}

func (h *holder) wait()                       { h.out = append(h.out, leave(h.task)) }
func (h *holder) with(task *edo.Task) *holder { h.task = task; return h } // refused

func a(task *edo.Task) error { h := &holder{task: task}; h.wait(); return h.out[0] } // refused
func b(task *edo.Task) error { h := new(holder).with(task); h.wait(); return h.out[0] }
func c(task *edo.Task) error { // refused
	t := task
	return leave(t)
}
func d(task *edo.Task) error {
	var err error
	var once sync.Once
	once.Do(func() { err = leave(task) })
	return err
}
func e(task *edo.Task) (err error) {
	xs := []int{3, 1, 2}
	slices.SortFunc(xs, func(a, b int) int { err = leave(task); return a - b })
	return err
}
func f(task *edo.Task) (err error) { // refused
	defer leave(task)
	return edo.Yield(task)
}
func keep(s edo.Spawner) error {
	if t, ok := s.(*edo.Task); ok {
		return leave(t)
	}
	return nil
}
func g(task *edo.Task) error { return keep(task) }
func any1(v any) error       { return leave(v.(*edo.Task)) }
func h(task *edo.Task) error { return any1(task) } // refused

var globalTask *edo.Task

func i(task *edo.Task) error { globalTask = task; return j() } // refused
func j() error               { return leave(globalTask) }
func k(task *edo.Task) error { // refused
	ch := make(chan *edo.Task, 1)
	ch <- task
	return leave(<-ch)
}
func l(tasks ...*edo.Task) error { return leave(tasks[0]) }
func m(task *edo.Task) error     { return l(task) } // refused
func n(task *edo.Task) error {
	fn := leave
	return func() error { return fn(task) }()
}
func seq(task *edo.Task) func(func(error) bool) {
	return func(yield func(error) bool) { yield(leave(task)) }
}
func o(task *edo.Task) (err error) { // refused
	for err = range seq(task) {
	}
	return err
}
func gen[T any](task *edo.Task, v T) error { return leave(task) }
func p(task *edo.Task) error               { return func() error { return gen(task, 1) }() }
func q(task *edo.Task) error {
	return edo.Shielded(task, func(*edo.Task) error { return leave(task) }) // refused
}
func r(task *edo.Task) error {
	return edo.Shielded(task, func(inner *edo.Task) error { return func() error { return leave(inner) }() })
}

func main() {
	var all []res
	err := edo.Run(func(task *edo.Task) error {
		all = append(all, res{"a", a(task)})
		all = append(all, res{"b", b(task)})
		all = append(all, res{"c", c(task)})
		all = append(all, res{"f", f(task)})
		all = append(all, res{"g", g(task)})
		all = append(all, res{"h", h(task)})
		all = append(all, res{"i", i(task)})
		all = append(all, res{"k", k(task)})
		all = append(all, res{"m", m(task)})
		all = append(all, res{"n", n(task)})
		return nil
	})
	fmt.Println(all, err)
	run("a", func(task *edo.Task) error { return a(task) })
	fmt.Println("a", edo.Run(func(task *edo.Task) error { return a(task) }))
	fmt.Println("b", edo.Run(func(task *edo.Task) error { return b(task) }))
	fmt.Println("c", edo.Run(func(task *edo.Task) error { return c(task) }))
	fmt.Println("d", edo.Run(func(task *edo.Task) error { return d(task) }))
	fmt.Println("e", edo.Run(func(task *edo.Task) error { return e(task) }))
	fmt.Println("f", edo.Run(func(task *edo.Task) error { return f(task) }))
	fmt.Println("g", edo.Run(func(task *edo.Task) error { return g(task) }))
	fmt.Println("h", edo.Run(func(task *edo.Task) error { return h(task) }))
	fmt.Println("i", edo.Run(func(task *edo.Task) error { return i(task) }))
	fmt.Println("k", edo.Run(func(task *edo.Task) error { return k(task) }))
	fmt.Println("m", edo.Run(func(task *edo.Task) error { return m(task) }))
	fmt.Println("n", edo.Run(func(task *edo.Task) error { return n(task) }))
	fmt.Println("o", edo.Run(func(task *edo.Task) error { return o(task) }))
	fmt.Println("p", edo.Run(func(task *edo.Task) error { return p(task) }))
	fmt.Println("q", edo.Run(func(task *edo.Task) error { return q(task) }))
	fmt.Println("r", edo.Run(func(task *edo.Task) error { return r(task) }))
}

func run(name string, fn func(task *edo.Task) error) { fmt.Println(name, edo.Run(fn)) }
