// Deferred calls in loops of functions that wait.
package main

import (
	"errors"
	"fmt"
	"os"
	"runtime"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/sim"
)

type file struct{ name string }

func (f *file) Close() { fmt.Println("close", f.name) }

func (f file) closeValue(n int, s ...string) error {
	fmt.Println("close value", f.name, n, s)
	return nil
}

func open(task *edo.Task, i int) *file {
	edo.Yield(task)
	return &file{fmt.Sprint("file ", i)}
}

func closes(task *edo.Task) (n int, err error) {
	defer fmt.Println("first")
	defer func() { fmt.Println("results", n, err); n++ }()
	for i := range 3 {
		f := open(task, i)
		defer f.Close()
		if i == 1 {
			defer f.closeValue(i, "a", "b")
			continue
		}
		defer func() {
			n += 10
			fmt.Println("literal", i, f.name, n)
			f = nil
		}()
		defer func(at int, f *file) error {
			fmt.Println("with arguments", at, f.name)
			return err
		}(i*2, f)
		edo.Yield(task)
	}
	defer fmt.Println("between")
	for i := 0; i < 2; i++ {
		for j := range 2 {
			defer fmt.Println("inner", i, j)
			edo.Yield(task)
		}
		defer func() { fmt.Println("outer", i, err) }()
		i := i * 10
		defer fmt.Println("after", i)
	}
	defer fmt.Println("last")
	edo.Yield(task)
	return 5, errors.New("returned")
}

func panics(task *edo.Task, at int) (s string) {
	defer func() { s = fmt.Sprint("recovered ", recover(), " ", s) }()
	for i := range 4 {
		edo.Yield(task)
		defer func() {
			s += fmt.Sprint(i, ";")
			if i == at {
				panic(fmt.Sprint("in ", i))
			}
		}()
	}
	edo.Yield(task)
	if at%2 == 0 {
		panic("body")
	}
	return "returned "
}

func breaks(task *edo.Task, list []int) (o []string) {
outer:
	for {
		for k, v := range map[int]int{1: 2} {
			edo.Yield(task)
			defer func() { o = append(o, fmt.Sprint("map", k, v)) }()
			if len(list) == 0 {
				break outer
			}
			list = list[1:]
			defer show(&o, list...)
		}
	}
	return append(o, "end")
}

func show(o *[]string, list ...int) { *o = append(*o, fmt.Sprint(list)) }

func exits(task *edo.Task) error {
	for i := range 3 {
		defer func() {
			fmt.Println("exits", i)
			if i == 1 {
				runtime.Goexit()
			}
		}()
		edo.Yield(task)
	}
	runtime.Goexit()
	return nil
}

func waits(task *edo.Task) error {
	for i := range 3 {
		edo.Yield(task)
		defer func() { fmt.Println("waits", i, edo.Yield(task)) }()
	}
	return nil
}

func none(task *edo.Task) {
	for range 0 {
		edo.Yield(task)
		defer fmt.Println("never")
	}
	edo.Yield(task)
}

func generic[T any](task *edo.Task, list []T) (n int) {
	for _, v := range list {
		edo.Yield(task)
		defer func() { n++; fmt.Println(v, n) }()
	}
	return 100
}

func many(task *edo.Task) (n int) {
	for range 20_000 {
		defer func() { n++ }()
	}
	for i := range 200 {
		edo.Yield(task)
		defer func() { n += i }()
	}
	return 0
}

func main() {
	err := sim.Run(1, func(task *edo.Task) error {
		fmt.Println(closes(task))
		for at := range 6 {
			fmt.Println(panics(task, at))
		}
		fmt.Println(breaks(task, []int{1, 2, 3}))
		_, err := edo.Go(task, exits).Await(task)
		fmt.Println(err, waits(task))
		none(task)
		fmt.Println(generic(task, []string{"a", "b"}), many(task))
		c := edo.Go(task, waits)
		edo.Yield(task)
		c.Abort()
		_, err = c.Await(task)
		fmt.Println(err)
		return nil
	})
	fmt.Println(err)
	if err != nil {
		os.Exit(1)
	}
}
