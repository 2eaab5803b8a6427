package lost

import (
	"slices"

	"github.com/edo-go/edo/internal/gid"
)

// A Handle is a thing that its owner must close, as [WatchHandle] sees it.
type Handle interface {
	// Watch has the collector look for the thing, whose mark is given: it calls [Watch]. It is called once at the most, by
	// any goroutine, and before Unwatch.
	Watch(m Mark)
	// Unwatch ends that.
	Unwatch()
}

// WatchHandle has the collector look for h, which the caller has just made, until [CloseHandle].
//
// In a simulation the collector has something to do only when nothing else can happen. So the simulation itself refers to
// the first handles that it makes, and has them watched when [Collect] is called, or when it has ended. Most have been closed
// by then: a handle of a short simulation costs some nanoseconds, and not the 300 of a cleanup. What a handle refers to
// stays in memory meanwhile, as it does for its cleanup.
func WatchHandle(h Handle) {
	g := gid.Get()
	r := runOn(g)
	if r == nil {
		h.Watch(newMark(uint64(g)))
		return
	}
	m := newMark(r.id)
	if !r.keep(h, m) {
		h.Watch(m)
	}
}

// CloseHandle says that the owner of h has closed it.
func CloseHandle(h Handle) {
	watched.Add(-1)
	if len(runs()) != 0 && letGo(h) {
		return
	}
	h.Unwatch()
}

// letGo takes h off the list of the simulation that keeps it, if one does.
func letGo(h Handle) bool {
	r := runOn(gid.Get())
	if r != nil && r.letGo(h) {
		return true
	}
	return slices.ContainsFunc(runs(), func(o *Run) bool { return o != r && o.letGo(h) })
}

// mostHandles is how many handles a simulation keeps. So a long one keeps few, and is done with them soon when the collector
// is asked.
const mostHandles = 64

type marked struct {
	Mark
	handle Handle
}

// keep keeps h, if there is room.
func (r *Run) keep(h Handle, m Mark) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.hasEnded || len(r.handles) == mostHandles {
		return false
	}
	r.handles = append(r.handles, marked{m, h})
	return true
}

// letGo takes h off the list.
func (r *Run) letGo(h Handle) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	i := slices.IndexFunc(r.handles, func(m marked) bool { return m.handle == h })
	if i < 0 {
		return false
	}
	last := len(r.handles) - 1
	r.handles[i], r.handles[last] = r.handles[last], marked{}
	r.handles = r.handles[:last]
	return true
}

// watchHandles has the collector look for the handles that r keeps. The lock of r is held meanwhile: so one that is closed
// at the same time is either off the list, or watched. ends says that r keeps none from now on.
func (r *Run) watchHandles(ends bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.hasEnded = r.hasEnded || ends
	for _, h := range r.handles {
		h.handle.Watch(h.Mark)
	}
	clear(r.handles)
	r.handles = r.handles[:0]
}
