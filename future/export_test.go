package future

// ErrNil is what tests compare errors with.
var ErrNil = errNil
