// Calls of functions in other packages.
package main

import (
	"fmt"

	edo2 "github.com/edo-go/edo"

	. "example.com/m/other/lib"
)

func main() {
	fmt.Println(edo2.Run(func(task *edo2.Task) error {
		fmt.Println(Wait(task, 2, "x", "a", "b"))
		o := New(3)
		fmt.Println(o.Get(task, 2), o.Name)
		h := Spawns(task)
		fmt.Println(h.Await(task))
		fmt.Println(Generic(task, "g"), Generic[int](task, 4))
		fmt.Println(edo2.Go(task, Main).Await(task))
		fmt.Println(imports(task), unneeded(task, map[string]int{"a": 1}))
		return hidden(task)
	}))
	fmt.Println(edo2.Run(Main))
}

func hidden(task *edo2.Task) error { // refused
	h := Hidden()
	edo2.Yield(task)
	fmt.Println(h.Get(task, 1))
	return nil
}
