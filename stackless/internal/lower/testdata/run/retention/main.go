// What a function no longer needs is collected while it waits.
package main

import (
	"fmt"
	"runtime"
	"weak"

	"github.com/edo-go/edo"
)

type thing struct{ data [100]int }

var watched []weak.Pointer[thing]

func make_(n int) *thing {
	t := &thing{}
	t.data[0] = n
	watched = append(watched, weak.Make(t))
	return t
}

// gone waits, and reports how many of the things are still there.
func gone(task *edo.Task, when string) {
	edo.Yield(task)
	for range 3 {
		runtime.GC()
	}
	n := 0
	for _, w := range watched {
		if w.Value() != nil {
			n++
		}
	}
	fmt.Println(when, n)
}

func main() {
	fmt.Println(edo.Run(func(task *edo.Task) error {
		local(task)
		parameter(task, make_(1), 1)
		captured(task)
		loop(task)
		callee(task)
		return nil
	}))
}

func local(task *edo.Task) {
	a, b := make_(1), make_(2)
	edo.Yield(task)
	fmt.Println(a.data[0])
	gone(task, "one of two is needed")
	fmt.Println(b.data[0])
	gone(task, "none is needed")
}

func parameter(task *edo.Task, t *thing, n int) {
	edo.Yield(task)
	fmt.Println(t.data[0])
	gone(task, "the parameter is not needed")
	fmt.Println(n)
}

func captured(task *edo.Task) {
	t := make_(3)
	f := func() int { t.data[0]++; return t.data[0] }
	t.data[1] = 1
	edo.Yield(task)
	fmt.Println(f(), t.data[1])
	gone(task, "the closure is not needed")
}

func loop(task *edo.Task) {
	for i := range 2 {
		var t *thing
		if i == 0 {
			t = make_(4)
			edo.Yield(task)
			fmt.Println(t.data[0])
		}
		gone(task, "in the loop")
	}
	for _, t := range []*thing{make_(5), make_(6)} {
		edo.Yield(task)
		fmt.Println(t.data[0])
	}
	gone(task, "after the loop")
}

func use(task *edo.Task, t *thing) int { edo.Yield(task); n := t.data[0]; edo.Yield(task); return n }

func callee(task *edo.Task) {
	n := use(task, make_(7))
	gone(task, "the argument of a call that has ended")
	fmt.Println(n)
}
