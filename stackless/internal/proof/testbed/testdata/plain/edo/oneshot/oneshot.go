// Package oneshot stands for edo's in the plain build: a receiver has its value.
package oneshot

import "github.com/edo-go/edo"

// A Receiver has its value.
type Receiver[T any] struct{ V T }

// Recv returns it.
func (r *Receiver[T]) Recv(task *edo.Task) (v T, err error) {
	if err := edo.Yield(task); err != nil {
		return v, err
	}
	return r.V, nil
}
