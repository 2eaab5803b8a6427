package linear

import (
	"slices"
	"sync"
)

// History records operations while they happen. The zero History is empty. Any goroutine may
// use it. Its times count calls and returns, so that no two are equal.
type History[I, O any] struct {
	mu        sync.Mutex
	clock     int64
	all       []Operation[I, O]
	discarded map[int]bool
}

// Call notes that a client calls an operation, and returns the number of the operation. It
// comes before the operation has any effect.
func (h *History[I, O]) Call(client int, input I) (id int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.clock++
	h.all = append(h.all, Operation[I, O]{Client: client, Input: input, Call: h.clock, Pending: true})
	return len(h.all) - 1
}

// Return notes that an operation has returned. It comes after its effect. An operation of which it
// is not known whether it has taken effect does not return: it stays pending.
func (h *History[I, O]) Return(id int, output O) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.clock++
	op := &h.all[id]
	op.Output, op.Return, op.Pending = output, h.clock, false
}

// Discard takes out an operation that is known to have had no effect, and not to have
// any: it was refused, or never sent.
func (h *History[I, O]) Discard(id int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.discarded == nil {
		h.discarded = map[int]bool{}
	}
	h.discarded[id] = true
}

// Operations returns the operations so far, in the order of their calls.
func (h *History[I, O]) Operations() []Operation[I, O] {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.discarded) == 0 {
		return slices.Clone(h.all)
	}
	var all []Operation[I, O]
	for id, op := range h.all {
		if !h.discarded[id] {
			all = append(all, op)
		}
	}
	return all
}
