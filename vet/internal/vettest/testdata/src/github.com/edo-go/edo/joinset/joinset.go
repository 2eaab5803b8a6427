package joinset

import "github.com/edo-go/edo"

type Set[T any] struct{ inner int }
