package sim

import "github.com/edo-go/edo"

type Option struct{ inner int }

//edo:spawn RunStep
func Run(seed uint64, main func(task *edo.Task) error, opts ...Option) error { return nil }

type TB interface{ Helper() }

func Explore(t TB, seeds int, fn func(seed uint64) error) {}
