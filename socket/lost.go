package socket

import (
	"runtime"

	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/lost"
	"github.com/edo-go/edo/internal/origin"
)

// newConn returns a connection that was made at pc. It has the collector tell of it when
// it is garbage.
func newConn(inner driver.Conn, pc uintptr) *Conn {
	c := &Conn{inner: inner}
	runtime.AddCleanup(c, forgotten.found, forgotten{inner, pc, lost.Number()})
	return c
}

// newListener returns a listener that was made at pc, as newConn does.
func newListener(inner driver.Listener, pc uintptr) *Listener {
	l := &Listener{inner: inner}
	runtime.AddCleanup(l, forgotten.found, forgotten{inner, pc, lost.Number()})
	return l
}

// caller returns where the caller of its caller is: a place where a handle is made.
func caller() uintptr { return origin.Here(2) }

// forgotten is what is known of a handle that the collector has found: it does not refer
// to the handle. The driver does not either, except by tasks that wait. It is found after
// Close as well, which costs less than having Close take it back: there is nothing to do
// then.
type forgotten struct {
	inner  closer
	pc     uintptr
	number uint64
}

// closer is what a connection and a listener of a driver have in common.
type closer interface {
	Closed() bool
	Close() error
}

func (f forgotten) found() {
	if !f.inner.Closed() {
		lost.Found(f.number, f.lost)
	}
}

// lost closes what nobody has closed, and reports it, unless the runtime has ended in
// between and closed it.
func (f forgotten) lost() error {
	if f.inner.Closed() {
		return nil
	}
	what, addr := "Conn", ""
	switch inner := f.inner.(type) {
	case driver.Conn:
		addr = inner.RemoteAddr().String()
	case driver.Listener:
		what, addr = "Listener", inner.Addr().String()
	}
	f.inner.Close()
	return &lost.Forgotten{What: "socket: a " + what + " was never closed; it was garbage, and has been closed (" + addr + ")", PC: f.pc}
}
