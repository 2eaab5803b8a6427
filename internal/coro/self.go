//go:build amd64 || arm64

package coro

import (
	"unsafe"

	"github.com/edo-go/edo/internal/carried"
)

// self is what a coroutine knows of its goroutine: a word of its descriptor, which is 0
// unless the goroutine is locked to its thread, see [carried.LockWord]. Only that goroutine
// reads the word.
type self struct {
	lock *uintptr
	id   uintptr // of the goroutine, as gid.Get returns it
}

// capture makes s that of the calling goroutine.
func (s *self) capture() {
	s.lock = carried.LockWord()
	s.id = uintptr(unsafe.Pointer(s.lock)) - carried.LockAt()
}

// maybeLocked reports whether the goroutine, which calls it, may be locked to its thread.
func (s self) maybeLocked() bool { return *s.lock != 0 }
