package socket

import (
	"errors"
	"fmt"
	"os"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/sched"
)

// MostFiles is how many files one [Conn.WriteFiles] can pass.
const MostFiles = driver.MostFiles

// WriteFiles is [Conn.Write] over a Unix socket, and passes files to the other side, which
// reads them by [Conn.ReadFiles]: they go with the first byte of p, which must not be empty. The
// files stay the caller's, who may close them afterwards. When nothing was written none was
// passed. On other networks, and in a simulation, the error matches [errors.ErrUnsupported].
//
//edo:step WriteFilesStep
func (c *Conn) WriteFiles(task *edo.Task, p []byte, files ...*os.File) (int, error) {
	f := newWriteFiles(c, p, files)
	_, err := edo.Await(task, edo.Future[int](f))
	f.Drop()
	return f.n, err
}

// WriteFilesStep is the step form of [Conn.WriteFiles].
func (c *Conn) WriteFilesStep(task *edo.Task, st *edo.Step, p []byte, files ...*os.File) (done bool, n int, err error) {
	f := edo.StepState[writeFiles](st)
	if f == nil {
		f = newWriteFiles(c, p, files)
	}
	st.Set(nil) // also when this panics
	if done, _, err = edo.AwaitStep(task, edo.Future[int](f)); !done {
		st.Set(f)
		return false, 0, nil
	}
	f.Drop()
	return true, f.n, err
}

func newWriteFiles(c *Conn, p []byte, files []*os.File) *writeFiles {
	f := &writeFiles{write: write{conn: c, p: p}}
	inner, ok := unlimited(c.inner).(driver.PassesFiles)
	switch {
	case !ok:
		f.err = errPassesNoFiles
	case len(p) == 0:
		f.err = errNoByte
	case len(files) > MostFiles:
		f.err = fmt.Errorf("%d files in one write", len(files))
	case len(files) > 0:
		f.pass = func(cx *sched.Context, p []byte) (int, driver.Poll, error) { return inner.WriteFiles(cx, p, files) }
	}
	return f
}

var (
	errPassesNoFiles = driver.Unsupported("a simulation has no descriptors to pass")
	errNoByte        = errors.New("files are passed with a byte, and there is none")
)

// writeFiles is a Write whose first system call passes the files.
type writeFiles struct {
	write
	err error // why it cannot begin
}

func (f *writeFiles) Poll(cx *edo.Context) (int, edo.Poll, error) {
	if f.err != nil {
		return 0, edo.Ready, f.conn.translate("write", f.err)
	}
	return f.write.Poll(cx)
}

// ReadFiles is [Conn.Read] over a Unix socket, with the files that were passed with what it
// reads, which belong to the caller. Bytes that were sent before are read together with the
// first of them, and nothing that was sent after. The files that a plain Read meets are lost.
//
// When the process has no descriptors for all of them, the others are closed, and the error
// matches [syscall.EMFILE]: the bytes that come with it are read. On other networks, and in a
// simulation, the error matches [errors.ErrUnsupported].
//
//edo:step ReadFilesStep
func (c *Conn) ReadFiles(task *edo.Task, p []byte) (int, []*os.File, error) {
	f := newReadFiles(c, p)
	n, err := edo.Await(task, edo.Future[int](f))
	f.Drop()
	return n, f.files, err
}

// ReadFilesStep is the step form of [Conn.ReadFiles].
func (c *Conn) ReadFilesStep(task *edo.Task, st *edo.Step, p []byte) (done bool, n int, files []*os.File, err error) {
	f := edo.StepState[readFiles](st)
	if f == nil {
		f = newReadFiles(c, p)
	}
	st.Set(nil) // also when this panics
	if done, n, err = edo.AwaitStep(task, edo.Future[int](f)); !done {
		st.Set(f)
		return false, 0, nil, nil
	}
	f.Drop()
	return true, n, f.files, err
}

func newReadFiles(c *Conn, p []byte) *readFiles {
	inner, _ := unlimited(c.inner).(driver.PassesFiles)
	return &readFiles{conn: c, inner: inner, p: p}
}

type readFiles struct {
	conn   *Conn
	inner  driver.PassesFiles // nil: the driver has none
	p      []byte
	files  []*os.File
	waiter waiter
}

func (f *readFiles) Poll(cx *edo.Context) (n int, poll edo.Poll, err error) {
	c := f.conn
	if f.inner == nil {
		return 0, edo.Ready, c.translate("read", errPassesNoFiles)
	}
	in := (*sched.Context)(cx)
	switch x := c.extra.Load(); {
	case !cx.Proceed((*readable)(c)):
		poll = edo.Pending
	case x != nil && x.hasExpired(reading, in):
		n, poll, err = c.expire(reading, in)
	default:
		var driverPoll driver.Poll
		n, f.files, driverPoll, err = f.inner.ReadFiles(in, f.p)
		n, poll, err = c.endPoll(reading, in, n, edo.Poll(driverPoll), err)
	}
	if poll == edo.Pending {
		if before := f.waiter.replace(cx); before != nil {
			c.forget(reading, before)
		}
	} else {
		f.waiter.clear()
	}
	return n, poll, err
}

// Drop removes the waiter.
func (f *readFiles) Drop() {
	if f.waiter.task != nil {
		f.conn.forget(reading, f.waiter.clear())
	}
}
