//go:build !amd64 && !arm64

package coro

import "github.com/edo-go/edo/internal/gid"

// self is what a coroutine knows of its goroutine: its identity.
type self struct{ id uintptr }

// take makes s that of the calling goroutine.
func (s *self) take() { s.id = gid.Get() }

func (s self) gid() uintptr { return s.id }

// maybeLocked says whether the goroutine, which calls it, is perhaps locked to its thread.
func (s self) maybeLocked() bool { return true }
