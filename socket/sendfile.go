package socket

import (
	"math"
	"os"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/sched"
)

// PollSendFile writes up to n bytes of f, from offset on, as [Conn.PollWrite] does, without a copy
// through the memory of the program: aio.SendFile calls it. The offset of f itself is neither
// used nor moved. 0 bytes are the end of f. One call writes 64 KiB at the most, because a page
// that is not in memory keeps the worker waiting for the disk.
//
// It needs Linux and a regular file. Otherwise, and in a simulation, the error matches
// [errors.ErrUnsupported], and nothing was written.
func (c *Conn) PollSendFile(cx *edo.Context, f *os.File, offset, n int64) (int64, edo.Poll, error) {
	if !cx.Proceed((*writable)(c)) {
		return 0, edo.Pending, nil
	}
	in := (*sched.Context)(cx)
	if x := c.extra.Load(); x != nil && x.hasExpired(writing, in) {
		_, poll, err := c.expire(writing, in)
		return 0, poll, err
	}
	inner, ok := unlimited(c.inner).(driver.SendsFiles)
	if !ok {
		return 0, edo.Ready, c.translate("sendfile", errNoSendFile)
	}
	sent, driverPoll, err := inner.SendFile(in, f, offset, min(n, math.MaxInt32))
	done, poll, err := c.endPoll(writing, in, int(sent), edo.Poll(driverPoll), err)
	return int64(done), poll, err
}

var errNoSendFile = driver.Unsupported("this system sends from no file")
