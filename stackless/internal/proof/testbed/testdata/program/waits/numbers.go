//go:build !plain

package waits

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/mpsc"
)

// Numbers returns a closed channel that has values.
func Numbers(values ...int) *mpsc.Receiver[int] {
	tx, rx := mpsc.NewUnbounded[int]()
	for _, v := range values {
		tx.TrySend(v)
	}
	tx.Close()
	return rx
}

// Full returns a closed channel of so many ones.
func Full(n int) *mpsc.Receiver[int] {
	tx, rx := mpsc.NewUnbounded[int]()
	for range n {
		tx.TrySend(1)
	}
	tx.Close()
	return rx
}

// Async returns the future of fn.
func Async(fn func(task *edo.Task) (int, error)) edo.Future[int] {
	return edo.Async(func(task *edo.Task) (int, error) { return fn(task) })
}
