package stream

// ErrNil is what tests compare errors with.
var ErrNil = errNil
