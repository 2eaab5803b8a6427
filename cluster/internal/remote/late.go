package remote

import (
	"context"
	"errors"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/timer"
)

// lateError says that a function in direct style has not returned within the time limit of its caller.
type lateError struct{ own error } // another error of the function; nil: none

func (*lateError) Error() string { return "cluster: the time limit of a call has passed" }
func (*lateError) Unwrap() error { return context.DeadlineExceeded }

// Late returns err, the error of a [timer.Timeout] around a function which has returned own: if the time limit has ended
// it, as an error that is told so to the caller.
func Late(err, own error) error {
	if e, ok := err.(*timer.TimeoutError); ok && err != own {
		return &lateError{e.Err}
	}
	return err
}

// inTime is the future of a function with a time limit around it: it notes which of the two an error is of.
type inTime struct {
	edo.Future[[]byte]
	s *served
}

// Poll notes the error of the function.
func (f *inTime) Poll(cx *edo.Context) (v []byte, poll edo.Poll, err error) {
	v, poll, f.s.own = f.Future.Poll(cx)
	return v, poll, f.s.own
}

// Drop drops the function.
func (f *inTime) Drop() { edo.Drop(f.Future) }

// late returns what is told to the caller of a call whose time limit has passed, and which has ended with err.
func (s *served) late(err error) string {
	text := "its time limit had passed when the call came"
	if after := s.until.Sub(s.since); after > 0 {
		if after > 10*time.Millisecond {
			after = after.Round(time.Millisecond) // what the way has taken of it
		}
		text = "its time limit has passed, " + after.String() + " after the call had come"
	}
	own := s.own
	if e, ok := errors.AsType[*lateError](err); ok {
		own = e.own
	}
	if own != nil && own != context.DeadlineExceeded { // that says the same
		text += ": " + own.Error()
	}
	return text
}
