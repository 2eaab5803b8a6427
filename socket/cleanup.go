package socket

import (
	"runtime"
	"unsafe"

	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/lost"
	"github.com/edo-go/edo/internal/origin"
)

// newConn returns a connection that was made at pc. The collector reports it when it is
// garbage and was not closed.
func newConn(inner driver.Conn, pc uintptr) *Conn {
	c := &Conn{inner: inner}
	inner.Notes().SetPlace(origin.Shorten(pc))
	if lost.Held() { // a simulation reports what is lost in the order in which it was made
		lost.WatchHandle((*watchedConn)(c))
		return c
	}
	if !c.hold() {
		runtime.AddCleanup(c, foundConn, inner)
	}
	return c
}

// hold has the driver keep c, and look for it when it is lost. False says that the driver does
// not.
func (c *Conn) hold() bool {
	return c.inner.HoldHandle((*driver.Handle)(unsafe.Pointer(c)), foundConn)
}

// A Conn begins with its handle.
var _ = [1]struct{}{}[unsafe.Offsetof(Conn{}.inner)]

// watchedConn is a connection for package lost.
type watchedConn Conn

// Watch is called when the collector is to look for the connection.
func (w *watchedConn) Watch(m lost.Mark) {
	if w.inner.Closed() {
		lost.Closed()
		return
	}
	lost.Watch((*Conn)(w), m, forgotten.found, forgotten{w.inner, w.inner.Notes().Place().PC(), m})
}

// Unwatch is not called: Close does not tell.
func (w *watchedConn) Unwatch() {}

// foundConn is called for a Conn that the collector has found, and that was made while no
// simulation ran.
func foundConn(inner driver.Conn) {
	forgotten{inner: inner, pc: inner.Notes().Place().PC()}.found()
}

// newListener returns a listener that was made at pc, as newConn does.
func newListener(inner driver.Listener, pc uintptr) *Listener {
	l := &Listener{inner: inner}
	watchLost(l, inner, pc)
	return l
}

// keepPacketConn returns a socket for datagrams that was made at pc, as newConn does.
func keepPacketConn(inner driver.PacketConn, pc uintptr) *PacketConn {
	c := &PacketConn{inner: inner}
	watchLost(c, inner, pc)
	return c
}

// watchLost has the collector look for s, which was made at pc, when it is garbage.
func watchLost[S any](s *S, inner closer, pc uintptr) {
	m := lost.NewMark()
	lost.Watch(s, m, forgotten.found, forgotten{inner, pc, m})
}

// caller returns the place where the caller of its caller was called: there a connection
// or a listener counts as made.
func caller() uintptr { return origin.Here(2) }

// forgotten is what the cleanup of a Conn, a Listener or a PacketConn has of it. It does not refer to
// that, nor does the driver, except by tasks that wait. The cleanup runs after Close as
// well, and finds nothing to do then: that costs less than if Close stopped it.
type forgotten struct {
	inner closer
	pc    uintptr
	mark  lost.Mark
}

// closer has the methods that all sockets of a driver have in common.
type closer interface {
	Closed() bool
	Close() error
}

// found is the cleanup.
func (f forgotten) found() {
	if !f.inner.Closed() {
		lost.Found(f.mark, f.closeLost)
	} else if f.mark != (lost.Mark{}) {
		lost.Closed()
	}
}

// closeLost closes the connection or listener, and returns the report. It returns nil when
// the runtime has ended in between and closed it.
func (f forgotten) closeLost() error {
	if f.inner.Closed() {
		return nil
	}
	what, addr := "Conn", ""
	switch inner := f.inner.(type) {
	case driver.Conn:
		addr = inner.RemoteAddr().String()
	case driver.PacketConn:
		what, addr = "PacketConn", inner.LocalAddr().String()
	case driver.Listener:
		what, addr = "Listener", inner.Addr().String()
	}
	f.inner.Close()
	return &lost.Forgotten{What: "socket: a " + what + " was never closed; it was garbage, and has been closed (" + addr + ")", PC: f.pc}
}
