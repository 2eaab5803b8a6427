package window

import (
	"fmt"
	"time"
)

// Window is what became of the values of a span of time.
type Window[A any] struct {
	Start time.Time
	End   time.Time // the first instant after it
	Value A
}

// Fold says what becomes of the values of a window. [Count] and [Collect] make one.
type Fold[T, A any] struct {
	// New returns the accumulator of a window that opens; nil means the zero value.
	New func() A
	// Add returns the accumulator with v. It owns both.
	Add func(acc A, v T) A
	// Merge returns the accumulator of two sessions, the earlier one first, that a value
	// between them has made one. Only sessions by event need it.
	Merge func(earlier, later A) A
}

// Count returns a fold that counts the values, and keeps none.
func Count[T any]() Fold[T, int] {
	return Fold[T, int]{
		Add:   func(n int, _ T) int { return n + 1 },
		Merge: func(a, b int) int { return a + b },
	}
}

// Collect returns a fold that keeps the values, in the order in which they come.
func Collect[T any]() Fold[T, []T] {
	return Fold[T, []T]{
		Add:   func(all []T, v T) []T { return append(all, v) },
		Merge: func(a, b []T) []T { return append(a, b...) },
	}
}

// LateError is the error item of a value that came when all its windows had been given.
type LateError[T any] struct {
	Value T // belongs to the receiver
	At    time.Time
	// Watermark is the time before which windows had been given.
	Watermark time.Time
}

func (e *LateError[T]) Error() string {
	return fmt.Sprintf("window: a value of %s is late by %v", e.At.UTC().Format(time.RFC3339Nano), e.Watermark.Sub(e.At))
}
