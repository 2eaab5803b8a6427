// Package variables are initialized in the order of the source, also if functions that run while they
// are refer to them.
package main

import (
	"fmt"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/joinset"
)

// Declared first: a variable without an initializer has its turn too.
var (
	order []string
	out   string
)

func note(name string) string {
	order = append(order, name)
	return name + " is there"
}

var started = note("started") + run(func(task *edo.Task, out *string) error {
	*out += inLiteral
	return nil
})

var inLiteral = note("inLiteral")

var ran = note("ran") + spawns()

var (
	inRun     = note("inRun")
	inGo      = note("inGo")
	inMethod  = note("inMethod")
	inSet     = note("inSet")
	inGeneric = note("inGeneric")
	inPlain   = note("inPlain")
	unneeded  = note("unneeded")
)

func run(fn func(task *edo.Task, out *string) error) (out string) {
	edo.Run(func(task *edo.Task) error {
		edo.Yield(task)
		return fn(task, &out)
	})
	return out
}

func spawns() string {
	err := edo.Run(first)
	return fmt.Sprint(out, err)
}

func first(task *edo.Task) error {
	edo.Yield(task)
	out += inRun
	edo.Go(task, second).Await(task)
	edo.Go(task, (&service{}).serve).Await(task)
	s := joinset.New[edo.Unit](2)
	s.Go(task, func(task *edo.Task) (edo.Unit, error) {
		edo.Yield(task)
		out += inSet
		return edo.Unit{}, nil
	})
	s.Join(task)
	s.Drop()
	generic(task, 1)
	return plain(task)
}

func second(task *edo.Task) error {
	edo.Yield(task)
	out += inGo
	return nil
}

type service struct{ n int }

func (s *service) serve(task *edo.Task) error {
	edo.Yield(task)
	out += inMethod
	return nil
}

func generic[T any](task *edo.Task, v T) {
	edo.Go(task, func(task *edo.Task) error {
		edo.Yield(task)
		out += fmt.Sprint(inGeneric, v)
		return nil
	}).Await(task)
}

func plain(task *edo.Task) error {
	edo.Yield(task)
	out += inPlain
	return nil
}

func main() {
	fmt.Println(started)
	fmt.Println(ran)
	fmt.Println(order, unneeded)
}
