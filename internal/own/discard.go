package own

import "github.com/edo-go/edo/internal/discard"

// Discard drops v, or the droppers that it holds, as package discard says. A queue, Join and
// Collect call it for values that no task gets. Unlike edo.Drop it does not allocate for
// the values of types that have nothing to drop, such as int.
func Discard[T any](v T) { discard.Value(v) }

// DiscardAll discards the values in their order, each of them also when the Drop of
// another panics.
func DiscardAll[T any](values []T) { discard.All(values) }
