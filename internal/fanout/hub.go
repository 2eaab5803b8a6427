package fanout

import (
	"cmp"
	"fmt"
	"maps"
	"path/filepath"
	"runtime"
	"slices"
	"sync"

	"github.com/edo-go/edo"
)

// Hub is the part of a channel that knows nothing of its values. Mu guards all of it,
// and whatever the channel says.
//
// Why [sync.Mutex], and not the shorter lock of package mpsc: a value is copied under it,
// which takes as long as the value is large, and when one is sent many receivers come
// for it at the same time. Then it is better to sleep than to spin.
type Hub struct {
	Mu      sync.Mutex
	Waiting Set    // the tasks that wait for news
	Package string // what errors and reports begin with

	senders, last *Sender // those open, in the order in which they were made
	senderCount   int
	receivers     int
	kept          *closing // for direct style
	keptCount     int
}

// Senders returns how many handles to send with are open. Locked.
func (h *Hub) Senders() int { return h.senderCount }

// Receivers returns how many receivers there are. Locked.
func (h *Hub) Receivers() int { return h.receivers }

// AddReceiver counts one more. Locked.
func (h *Hub) AddReceiver() { h.receivers++ }

// RemoveReceiver counts one less, and appends to closers who waited for there to be
// none: to be woken without the lock. Locked.
func (h *Hub) RemoveReceiver(closers []edo.Waker) []edo.Waker {
	h.receivers--
	if h.receivers == 0 {
		for s := h.senders; s != nil; s = s.next {
			closers = s.closers.appendTo(closers)
		}
	}
	return closers
}

// Made says for a report who could send: how many handles are open, by where they were
// made, the most first. A place that was inlined is several in the program, and one in
// its text. Locked.
func (h *Hub) Made() (by []string) {
	at := make(map[string]int)
	for s := h.senders; s != nil; s = s.next {
		f, _ := runtime.CallersFrames([]uintptr{s.pc}).Next()
		at[fmt.Sprintf("%s:%d (func %s)", filepath.Base(f.File), f.Line, filepath.Base(f.Function))]++
	}
	for _, place := range slices.SortedFunc(maps.Keys(at), func(a, b string) int {
		return cmp.Or(cmp.Compare(at[b], at[a]), cmp.Compare(a, b))
	}) {
		by = append(by, count(at[place], "sender")+" made at "+place)
	}
	return by
}

// count says how many of what there are.
func count(n int, what string) string {
	if n == 1 {
		return "a " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
