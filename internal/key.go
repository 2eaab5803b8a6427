package internal

// Key opens the methods of package edo that its own packages alone may call:
// nobody else can name its type.
type Key struct{}
