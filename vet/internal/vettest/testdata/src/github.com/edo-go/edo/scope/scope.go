package scope

import "github.com/edo-go/edo"

type Scope struct {
	spawner
	inner int
}

type spawner = edo.Spawner

type Option struct{ inner int }

//edo:step RunStep
func Run(task *edo.Task, fn func(s *Scope) error, opts ...Option) (err error) { return nil }
