package main

import (
	"fmt"
	"runtime"

	"github.com/edo-go/edo"
)

// where is the name of the file, and the line, that the caller is at.
func where() string {
	_, file, line, _ := runtime.Caller(1)
	return fmt.Sprint(file, ":", line)
}

func directives(task *edo.Task) {
	edo.Yield(task)
//line grammar.y:100
	fmt.Println(where())
	fmt.Println(where(), edo.Yield(task))
//line /abs/g.y:200:7
	fmt.Println(where())
	/*line x/y.go:5:1*/ fmt.Println(where())
	edo.Yield(task)
	fmt.Println(where(), edo.Yield(task))
//line ../z.y:7
	fmt.Println(where(), edo.Yield(task))
	edo.Yield(task)
}
