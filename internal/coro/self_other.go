//go:build !amd64 && !arm64

package coro

import "github.com/edo-go/edo/internal/gid"

// self is what a coroutine knows of its goroutine: its identity.
type self struct{ id uintptr }

// capture makes s that of the calling goroutine.
func (s *self) capture() { s.id = gid.Get() }

// maybeLocked reports whether the goroutine, which calls it, may be locked to its thread.
func (s self) maybeLocked() bool { return true }
