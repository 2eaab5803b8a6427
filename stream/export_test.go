package stream

// ErrNil is errNil, for tests.
var ErrNil = errNil
