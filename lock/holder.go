package lock

import (
	"sync"
	"sync/atomic"
	"unsafe"

	"github.com/edo-go/edo/internal/core"
	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/internal/origin"
	"github.com/edo-go/edo/internal/sched"
)

// holder is the task that acquired permits last, for reports. The task is nil when permits
// have been released since, and when a Try form acquired them, which knows no task: so a
// task that is named does hold something. A Mutex, a Once and the writer of a RWMutex have
// no other holder.
//
//	mark      the task                                          set by
//	acquired  has acquired its permits                          the task
//	handed    was granted permits in the queue, and has not     the releasing goroutine, with the latch
//	          run since
//	guarded   has made a [Guard], which may be another task's   Guard
//
// The fields are written by plain stores, because an atomic store is half of what a lock
// costs: two of them took 25 ns, where two plain ones take 2. Only reports read the fields.
// By the Go memory model a read of a word sees a value that was written there, also in a
// race. Where it matters there is no race: a report of a deadlock asks the holder as well,
// when that waits, and a task that waits has stored this before. With the race detector the
// stores are atomic.
type holder struct {
	task  *sched.Task // the task itself, also when one of its branches acquired the permits
	place uint32      // with Config.Trace, the number in places of the call that acquired them; 0: not known
	mark  uint32
}

const (
	acquired uint32 = iota
	handed
	guarded
)

// set makes t the holder.
func (h *holder) set(t *sched.Task, place, mark uint32) {
	if invariant.Enabled {
		h.setAtomically(t, place, mark)
		return
	}
	h.task, h.place, h.mark = t, place, mark
}

// clear makes the holder unknown.
func (h *holder) clear() {
	if invariant.Enabled {
		h.setAtomically(nil, 0, acquired)
		return
	}
	h.task = nil
}

func (h *holder) setAtomically(t *sched.Task, place, mark uint32) {
	atomic.StoreUint32(&h.place, place)
	atomic.StoreUint32(&h.mark, mark)
	atomic.StorePointer((*unsafe.Pointer)(unsafe.Pointer(&h.task)), unsafe.Pointer(t))
}

// setGuarded records that the holder has made a Guard. The caller holds permits.
func (h *holder) setGuarded() {
	if invariant.Enabled {
		atomic.StoreUint32(&h.mark, guarded)
		return
	}
	h.mark = guarded
}

// setTask records that t polls the future that holds the only permit: a task that gets
// that future from another task becomes the holder.
func (h *holder) setTask(t *sched.Task) {
	if now, place, mark := h.load(); now != t {
		h.set(t, place, mark)
	}
}

// load returns the holder.
func (h *holder) load() (t *sched.Task, place, mark uint32) {
	t = (*sched.Task)(atomic.LoadPointer((*unsafe.Pointer)(unsafe.Pointer(&h.task))))
	return t, atomic.LoadUint32(&h.place), atomic.LoadUint32(&h.mark)
}

// setInDirectStyle makes the task of in, which has acquired permits in direct style, the
// holder. calls is how many calls the program's own is above the caller.
func (h *holder) setInDirectStyle(in *sched.Context, calls int) {
	place := uint32(0)
	if traces(in) {
		place = places.numberOf(origin.Here(calls + 1))
	}
	h.set(in.Root(), place, acquired)
}

// traces reports whether Config.Trace is on.
func traces(in *sched.Context) bool {
	rt := in.Runtime()
	if rt == nil {
		return false
	}
	owner, ok := rt.Owner().(*core.Runtime)
	return ok && owner.Tracer != nil
}

// places are the calls that acquired permits while Config.Trace was on. A program has few
// such calls, so the list stays short.
var places placeList

type placeList struct {
	mu      sync.Mutex // guards the following
	numbers map[uintptr]uint32
	pcs     []uintptr // the pc with number n is pcs[n-1]
}

// numberOf returns the number of pc.
func (l *placeList) numberOf(pc uintptr) uint32 {
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

// pcOf returns the pc with number n, or 0.
func (l *placeList) pcOf(n uint32) uintptr {
	l.mu.Lock()
	defer l.mu.Unlock()
	if n == 0 {
		return 0
	}
	return l.pcs[n-1]
}
