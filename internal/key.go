// Package internal has what edo's own packages know of each other and nobody
// else can name.
package internal

// Key opens the methods of package edo that its own packages alone may call:
// nobody else can name its type.
type Key struct{}
