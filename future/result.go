package future

import "github.com/edo-go/edo/internal/own"

// Result is what one of several futures came to.
type Result[T any] struct {
	Value T
	Err   error
}

// Get returns the value and the error, as a function that waits would.
func (r Result[T]) Get() (T, error) { return r.Value, r.Err }

// Drop drops the value of a future that has one, when it is an [edo.Dropper].
func (r Result[T]) Drop() {
	if r.Err == nil {
		own.Discard(r.Value)
	}
}

// Pair is what two futures came to.
type Pair[A, B any] struct {
	First  A
	Second B
}

// Drop drops what is an [edo.Dropper] in it.
func (p Pair[A, B]) Drop() {
	defer own.Discard(p.Second)
	own.Discard(p.First)
}

// Triple is what three futures came to.
type Triple[A, B, C any] struct {
	First  A
	Second B
	Third  C
}

// Drop drops what is an [edo.Dropper] in it.
func (t Triple[A, B, C]) Drop() {
	defer own.Discard(t.Third)
	defer own.Discard(t.Second)
	own.Discard(t.First)
}
