package aio

import (
	"runtime"
	"weak"

	"github.com/edo-go/edo/internal/lost"
)

// watchOver has the collector tell of either end of a Duplex, made at pc, that nothing
// refers to any more. Lanes do not refer to their ends.
func watchOver(a, b *Pipe, pc uintptr) {
	a.cleanup = runtime.AddCleanup(a, forgotten.found, forgotten{a.in, a.out, weak.Make(b), pc, lost.Number()})
	b.cleanup = runtime.AddCleanup(b, forgotten.found, forgotten{b.in, b.out, weak.Make(a), pc, lost.Number()})
}

// forgotten is what is known of an end that the collector has found: it must not refer to
// that.
type forgotten struct {
	in, out *lane
	other   weak.Pointer[Pipe]
	pc      uintptr
	number  uint64
}

func (o forgotten) found() { lost.Found(o.number, o.lost) }

// lost closes an end that was not closed. It is reported when that may change what the
// program does: the other end is in use, and has not heard the end of this one.
func (o forgotten) lost() error {
	used := o.other.Value() != nil && !o.out.hasEnded()
	closeEnd(o.in, o.out)
	if !used {
		return nil
	}
	return &lost.Forgotten{What: "aio: an end of a Duplex was never closed; it was garbage, and has been closed", PC: o.pc}
}

// hasEnded says whether the lane has ended, on either side.
func (l *lane) hasEnded() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.readingEnded || l.writingEnded
}
