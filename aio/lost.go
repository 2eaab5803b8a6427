package aio

import (
	"weak"

	"github.com/edo-go/edo/internal/lost"
)

// watchForgotten makes the garbage collector report an end of a Duplex that becomes garbage.
// pc is the place where the Duplex was made. Lanes do not refer to their ends, so an end in
// use does not keep the other one alive.
func watchForgotten(a, b *Pipe, pc uintptr) {
	m, n := lost.NewMark(), lost.NewMark()
	a.cleanup = lost.Watch(a, m, forgotten.found, forgotten{a.in, a.out, weak.Make(b), pc, m})
	b.cleanup = lost.Watch(b, n, forgotten.found, forgotten{b.in, b.out, weak.Make(a), pc, n})
}

// forgotten describes an end that has become garbage. It must not refer to the end.
type forgotten struct {
	in, out *lane
	other   weak.Pointer[Pipe]
	pc      uintptr
	mark    lost.Mark
}

// found is called by the collector. Package lost decides when closeForgotten is called.
func (o forgotten) found() { lost.Found(o.mark, o.closeForgotten) }

// closeForgotten closes the end. It returns the report if the mistake may change what the
// program does: the other end is in use, and has not read the end of this one.
func (o forgotten) closeForgotten() error {
	otherInUse := o.other.Value() != nil && !o.out.hasEnded()
	closeEnd(o.in, o.out)
	if !otherInUse {
		return nil
	}
	return &lost.Forgotten{What: "aio: an end of a Duplex was never closed; it was garbage, and has been closed", PC: o.pc}
}

// hasEnded reports whether either side of the lane has ended.
func (l *lane) hasEnded() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.readingEnded || l.writingEnded
}
