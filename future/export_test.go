package future

// ErrNil is errNil, for tests.
var ErrNil = errNil
