package socket

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/sched"
)

// Package aio asks whether a reader and a writer are connections that splice.
func init() {
	driver.SplicerOf = func(v any) driver.Splices {
		c, ok := v.(*Conn)
		if !ok {
			return nil
		}
		if _, ok := unlimited(c.inner).(driver.Splices); !ok {
			return nil
		}
		return (*splicer)(c)
	}
}

// splicer is a connection whose driver splices. Its operations are PollRead and PollWrite of
// the connection, with its time limits and its errors.
type splicer Conn

func (s *splicer) ReadToPipe(in *sched.Context, p *driver.Pipe) (int, driver.Poll, error) {
	return s.poll(reading, in, p, driver.Splices.ReadToPipe)
}

func (s *splicer) WriteFromPipe(in *sched.Context, p *driver.Pipe) (int, driver.Poll, error) {
	return s.poll(writing, in, p, driver.Splices.WriteFromPipe)
}

func (s *splicer) poll(d direction, in *sched.Context, p *driver.Pipe,
	op func(driver.Splices, *sched.Context, *driver.Pipe) (int, driver.Poll, error),
) (int, driver.Poll, error) {
	c := (*Conn)(s)
	var leaf edo.Leaf = (*readable)(c)
	if d == writing {
		leaf = (*writable)(c)
	}
	if !(*edo.Context)(in).Proceed(leaf) {
		return 0, driver.Pending, nil
	}
	if x := c.extra.Load(); x != nil && x.hasExpired(d, in) {
		n, poll, err := c.expire(d, in)
		return n, driver.Poll(poll), err
	}
	n, driverPoll, err := op(unlimited(c.inner).(driver.Splices), in, p)
	n, poll, err := c.endPoll(d, in, n, edo.Poll(driverPoll), err)
	return n, driver.Poll(poll), err
}
