// The lines that the program sees are those of the source.
package main

import (
	"errors"
	"fmt"
	"runtime"

	"github.com/edo-go/edo"
)

func line() int {
	_, _, l, _ := runtime.Caller(1)
	return l
}

func pause(task *edo.Task, n int) int { edo.Yield(task); return n }

func main() {
	fmt.Println(edo.Run(func(task *edo.Task) error {
		fmt.Println(line())
		edo.Yield(task)
		fmt.Println(line(), pause(task,
			1,
		), line(), func() int {
			return line()
		}(),
			line())
		fmt.Println(lines(task))
		directives(task)
		h := edo.Go(task, func(task *edo.Task) error {
			edo.Yield(task)
			fmt.Println(line())
			return nil
		})
		h.Await(task)
		fmt.Println(line())
		return nil
	}))
	fmt.Println(line())
	fn := func() (int, error) {
		return line(), edo.Run(func(task *edo.Task) error {
			return errors.New(fmt.Sprint(
				line()))
		})
	}
	fmt.Println(fn())
	fmt.Println(line())
}

func lines(task *edo.Task) (out []int) {
	defer func() {
		out = append(out, line())
	}()
	for range 1 {
		if pause(task, 1) == 1 {
			out = append(out,
				line(),
				pause(task, line()),
				line())
		}
	}
	switch {
	case line() > 0:
		edo.Yield(task)
		out = append(out, line())
	}
	if x := line(); x > 0 {
		out = append(out, x,
			line())
		return append(out,
			line(),
			pause(task, 0))
	}
	return
}
