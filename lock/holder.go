package lock

import (
	"sync"
	"sync/atomic"
	"unsafe"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal"
	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/internal/origin"
	"github.com/edo-go/edo/internal/sched"
)

// holder is the task that took permits last, for reports. It is nil when permits have been
// given back since, and when a Try form took them, which knows no task: so a task that is
// named does hold something. Of a Mutex, a Once and the writer of a RWMutex there is no
// other holder.
//
//	mark      the task                                           set by
//	taken     has taken its permits                              it, when it takes them
//	handed    was let out of the line, and has not run since     the one that lets it out, with the latch
//	guarded   has made a [Guard], which may be another task's    Guard
//
// The fields are stored plainly, because an atomic store is half of what a lock costs:
// two of them took 25 ns, where two plain ones take 2. Reports alone read them. The Go
// memory model has a read of a word see a value that was written there, also in a race.
// And it is no race where it matters: a report of a deadlock asks the holder as well, when
// that waits, and a task that waits has stored this before. With the race detector the
// stores are atomic.
type holder struct {
	task *sched.Task // the one that is polled, no branch of it
	at   uint32      // an index of places: where it took them, with Config.Trace; 0: not known
	mark uint32
}

const (
	taken uint32 = iota
	handed
	guarded
)

// set makes t the holder.
func (h *holder) set(t *sched.Task, at, mark uint32) {
	if invariant.Enabled {
		h.setAtomically(t, at, mark)
		return
	}
	h.task, h.at, h.mark = t, at, mark
}

// clear says that the holder is not known.
func (h *holder) clear() {
	if invariant.Enabled {
		h.setAtomically(nil, 0, taken)
		return
	}
	h.task = nil
}

func (h *holder) setAtomically(t *sched.Task, at, mark uint32) {
	atomic.StoreUint32(&h.at, at)
	atomic.StoreUint32(&h.mark, mark)
	atomic.StorePointer((*unsafe.Pointer)(unsafe.Pointer(&h.task)), unsafe.Pointer(t))
}

// guard says that the holder has made a Guard. The caller holds permits.
func (h *holder) guard() {
	if invariant.Enabled {
		atomic.StoreUint32(&h.mark, guarded)
		return
	}
	h.mark = guarded
}

// moved says that t polls what holds the only permit: a task that gets a future from
// another one is the holder from then on.
func (h *holder) moved(t *sched.Task) {
	if now, at, mark := h.load(); now != t {
		h.set(t, at, mark)
	}
}

// load returns the holder.
func (h *holder) load() (t *sched.Task, at, mark uint32) {
	t = (*sched.Task)(atomic.LoadPointer((*unsafe.Pointer)(unsafe.Pointer(&h.task))))
	return t, atomic.LoadUint32(&h.at), atomic.LoadUint32(&h.mark)
}

// took makes the task of in, which has taken permits in direct style, the holder. The
// program is so many calls above the caller.
func (h *holder) took(in *sched.Context, calls int) {
	at := uint32(0)
	if traces(in) {
		at = places.number(origin.Here(calls + 1))
	}
	h.set(in.Root(), at, taken)
}

// traces says whether Config.Trace is on.
func traces(in *sched.Context) bool {
	rt := in.Runtime()
	if rt == nil {
		return false
	}
	owner, ok := rt.Owner().(*edo.Runtime)
	return ok && owner.Traces(internal.Key{})
}

// places are where locks were taken while Config.Trace was on. A program takes them at a
// few places, so the list ends.
var places placeList

type placeList struct {
	mu      sync.Mutex // guards the following
	numbers map[uintptr]uint32
	pcs     []uintptr // that with the number i is pcs[i-1]
}

// number returns the number of pc.
func (l *placeList) number(pc uintptr) uint32 {
	l.mu.Lock()
	defer l.mu.Unlock()
	n, ok := l.numbers[pc]
	if !ok {
		if l.numbers == nil {
			l.numbers = map[uintptr]uint32{}
		}
		l.pcs = append(l.pcs, pc)
		n = uint32(len(l.pcs))
		l.numbers[pc] = n
	}
	return n
}

// pc returns the place with the number n, or 0.
func (l *placeList) pc(n uint32) uintptr {
	l.mu.Lock()
	defer l.mu.Unlock()
	if n == 0 {
		return 0
	}
	return l.pcs[n-1]
}
