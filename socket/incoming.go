package socket

import (
	"errors"
	"fmt"
	"syscall"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/sched"
)

const (
	firstPause   = 5 * time.Millisecond
	longestPause = time.Second
)

// Incoming is the stream of a listener's connections. It does not end by itself.
// Temporary errors, such as that the process has no descriptors left, are none of
// its items: it reports them to the runtime's OnError, and tries again after a
// pause of 5 ms, then twice as long each time, up to a second. While no connection waits
// there is nothing to report, whatever resource is missing. A permanent error (the
// listener was closed) is an item, and then comes the end.
//
// One task at a time polls it. Drop ends the stream and does not close the listener.
type Incoming struct {
	listener *Listener
	pc       uintptr // where Incoming was called: there its connections count as made
	timer    sched.Timer
	until    int64         // in a pause: the instant that it ends; otherwise 0
	resumes  time.Time     // the same as a time, for reports
	pause    time.Duration // the latest, since a connection came
	waiter   waiter
	ended    bool
}

// Incoming returns the stream of the connections of l.
func (l *Listener) Incoming() *Incoming { return &Incoming{listener: l, pc: caller()} }

// PollNext returns the next connection.
func (s *Incoming) PollNext(cx *edo.Context) (*Conn, edo.Poll, error) {
	if s.ended {
		if !cx.Proceed((*accepting)(s.listener)) { // otherwise a loop that goes on would keep the worker
			return nil, edo.Pending, nil
		}
		return nil, edo.End, nil
	}
	in := (*sched.Context)(cx)
	if s.until != 0 {
		if !cx.Proceed((*pausing)(s)) {
			return nil, edo.Pending, nil
		}
		if in.Now() < s.until {
			in.Arm(&s.timer, s.until)
			return nil, edo.Pending, nil
		}
		s.until = 0
	}
	conn, poll, err := s.listener.accept(cx, s.pc)
	s.listener.note(&s.waiter, cx, poll)
	switch {
	case poll == edo.Pending:
		return nil, edo.Pending, nil
	case err == nil:
		s.pause = 0
		return conn, edo.Ready, nil
	case !isTemporary(err):
		s.ended = true
		return nil, edo.Ready, err
	}
	s.pause = min(max(2*s.pause, firstPause), longestPause)
	in.Runtime().Report(fmt.Errorf("socket: accepting pauses for %v: %w", s.pause, err))
	s.until = in.Now() + int64(s.pause)
	s.resumes = wallTime(in.Runtime().Driver().(driver.Driver), s.until)
	in.Arm(&s.timer, s.until)
	return nil, edo.Pending, nil
}

// Drop ends the stream. If a connection had come meanwhile, another task that waits to
// accept is woken for it.
func (s *Incoming) Drop() {
	s.ended = true
	s.timer.Stop()
	if s.waiter.task != nil {
		s.listener.inner.Forget(s.waiter.clear())
	}
}

// isTemporary reports whether trying to accept again may help: the resources that were
// missing may come back, and the connection that failed was one of many.
func isTemporary(err error) bool {
	if isExhausted(err) {
		return true
	}
	for _, e := range [...]error{
		syscall.ECONNABORTED, syscall.ECONNRESET, syscall.EPROTO, syscall.EINTR, syscall.EPERM,
		syscall.ENETDOWN, syscall.ENETUNREACH, syscall.EHOSTDOWN, syscall.EHOSTUNREACH,
		syscall.ENOPROTOOPT, syscall.EOPNOTSUPP,
	} {
		if errors.Is(err, e) {
			return true
		}
	}
	var temporary interface{ Temporary() bool } // what package net calls so on this system
	return errors.As(err, &temporary) && temporary.Temporary()
}

// isExhausted reports whether the process or the system lacks a resource.
func isExhausted(err error) bool {
	for _, e := range [...]error{syscall.EMFILE, syscall.ENFILE, syscall.ENOBUFS, syscall.ENOMEM, syscall.ENOSPC} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}
