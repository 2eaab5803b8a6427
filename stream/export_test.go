package stream

// ErrNil is errNil, for tests.
var ErrNil = errNil

// ErrEnded is errEnded, for tests.
var ErrEnded = errEnded
