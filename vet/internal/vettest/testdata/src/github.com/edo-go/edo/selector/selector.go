package selector

import "github.com/edo-go/edo"

type StreamBranch[T any] struct{ v T }

//edo:step OnStep
func On[T any](s edo.Stream[T], handler func(v T, err error) error) *StreamBranch[T] { return nil }

func (b *StreamBranch[T]) If(guard func() bool) *StreamBranch[T] { return b }
