package future

import "github.com/edo-go/edo/internal/own"

// Result is the result of one of several futures: its value, or the error that it failed
// with.
type Result[T any] struct {
	Value T
	Err   error
}

// Get returns the value and the error, in the form in which a function that waits returns
// them.
func (r Result[T]) Get() (T, error) { return r.Value, r.Err }

// Drop drops the value, if it is an [edo.Dropper] and the future has not failed.
func (r Result[T]) Drop() {
	if r.Err == nil {
		own.Discard(r.Value)
	}
}

// Pair is the results of two futures.
type Pair[A, B any] struct {
	First  A
	Second B
}

// Drop drops the fields that are an [edo.Dropper].
func (p Pair[A, B]) Drop() {
	defer own.Discard(p.Second)
	own.Discard(p.First)
}

// Triple is the results of three futures.
type Triple[A, B, C any] struct {
	First  A
	Second B
	Third  C
}

// Drop drops the fields that are an [edo.Dropper].
func (t Triple[A, B, C]) Drop() {
	defer own.Discard(t.Third)
	defer own.Discard(t.Second)
	own.Discard(t.First)
}
