// Deferred calls of functions that wait.
package main

import (
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"sync"

	"github.com/edo-go/edo"
)

func main() {
	fmt.Println(edo.Run(func(task *edo.Task) error {
		for mode := range 5 {
			fmt.Println(order(task, mode))
		}
		fmt.Println(recovered(task, false))
		fmt.Println(recovered(task, true))
		fmt.Println(closes(task))
		fmt.Println(early(task, 0))
		fmt.Println(early(task, 1))
		fmt.Println(early(task, 2))
		fmt.Println(arguments(task))
		fmt.Println(unnamed(task))
		fmt.Println(captured(task))
		fmt.Println(inner(task))
		h := edo.Go(task, func(task *edo.Task) error {
			defer fmt.Println("deferred before a panic")
			edo.Yield(task)
			panic("not recovered")
		})
		_, err := h.Await(task)
		var p *edo.PanicError
		fmt.Println(errors.As(err, &p), p.Value)
		return cancelled(task)
	}))
}

var log []string

func note(a ...any) { log = append(log, fmt.Sprint(a...)) }

func flush() string { s := strings.Join(log, "; "); log = nil; return s }

func boom() { panic("boom") }

func order(task *edo.Task, mode int) (s string) {
	res, err := body(task, mode)
	return fmt.Sprint(flush(), " = ", res, err)
}

func body(task *edo.Task, mode int) (res int, err error) {
	defer func() { note("first, res=", res); res *= 2 }()
	edo.Yield(task)
	defer func() {
		if r := recover(); r != nil {
			note("recovered ", r, " ", strings.Contains(string(debug.Stack()), "main.boom"))
			err = fmt.Errorf("%v", r)
		}
	}()
	if mode > 0 {
		edo.Yield(task)
		defer func() {
			note("third")
			if mode == 2 {
				panic("second panic")
			}
		}()
	}
	edo.Yield(task)
	res = 5
	if mode == 1 || mode == 2 {
		boom()
	}
	if mode == 3 {
		return
	}
	edo.Yield(task)
	return 7, nil
}

func recovered(task *edo.Task, inWait bool) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("recovered: %v", r)
		}
	}()
	edo.Yield(task)
	if inWait {
		return deep(task)
	}
	var p *int
	*p = 1
	return nil
}

func deep(task *edo.Task) error {
	edo.Yield(task)
	boom()
	return edo.Yield(task)
}

type closer struct{ name string }

func (c *closer) Close() error { note("close ", c.name); return nil }
func (c closer) Value()        { note("value ", c.name) }

func closes(task *edo.Task) string {
	func() {
		a := &closer{"a"}
		a.Close()
	}()
	work(task)
	return flush()
}

func work(task *edo.Task) {
	a, b := &closer{"a"}, closer{"b"}
	var mu sync.Mutex
	mu.Lock()
	defer mu.Unlock()
	defer a.Close()
	defer b.Close()
	defer b.Value()
	edo.Yield(task)
	a = &closer{"other a"}
	b.name = "changed b"
	edo.Yield(task)
	note(a.name)
}

func early(task *edo.Task, n int) string {
	step(task, n)
	return flush()
}

func step(task *edo.Task, n int) {
	if n == 0 {
		return
	}
	defer note("one", n)
	edo.Yield(task)
	if n == 1 {
		return
	}
	defer note("two", n+1)
	edo.Yield(task)
	n = 9
}

func arguments(task *edo.Task) string {
	ask(task)
	return flush()
}

func ask(task *edo.Task) {
	x := 1
	ch := make(chan int)
	m := map[string]int{"a": 1}
	defer func(y int, s string) { note(x, y, s) }(x, fmt.Sprint("s", x))
	defer close(ch)
	defer delete(m, "a")
	x = 2
	edo.Yield(task)
	x = 3
}

func unnamed(task *edo.Task) (string, int) {
	defer note("unnamed")
	edo.Yield(task)
	return fmt.Sprint("not yet:", flush()), 1
}

func captured(task *edo.Task) []int {
	var fs []func() int
	collect(task, &fs)
	var out []int
	for _, f := range fs {
		out = append(out, f())
	}
	return out
}

func collect(task *edo.Task, fs *[]func() int) {
	n, m := 1, 2
	defer func() {
		n++
		*fs = append(*fs, func() int { n++; return n*10 + m })
	}()
	edo.Yield(task)
	*fs = append(*fs, func() int { n++; return n })
}

func inner(task *edo.Task) string {
	f := func() (s string) {
		defer func() { s = fmt.Sprint("inner ", recover()) }()
		boom()
		return ""
	}
	edo.Yield(task)
	s := f()
	edo.Yield(task)
	return s
}

func cancelled(task *edo.Task) error {
	h := edo.Go(task, func(task *edo.Task) error {
		defer fmt.Println("deferred when cancelled", task.Err() == nil)
		for {
			if err := edo.Yield(task); err != nil {
				return fmt.Errorf("cut short: %w", err)
			}
		}
	})
	edo.Yield(task)
	h.Abort()
	_, err := h.Await(task)
	fmt.Println(err)
	return nil
}
