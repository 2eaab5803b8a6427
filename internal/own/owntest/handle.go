package owntest

// Handle is a value that is owned: it counts how often it was dropped.
type Handle struct {
	N     int
	drops int
}

// NewHandle returns a handle with a number.
func NewHandle(n int) *Handle { return &Handle{N: n} }

// Drop counts.
func (h *Handle) Drop() { h.drops++ }

// Drops returns how often the handle was dropped.
func (h *Handle) Drops() int { return h.drops }
