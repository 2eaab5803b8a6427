package lock

import (
	"fmt"
	"path/filepath"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal"
	"github.com/edo-go/edo/internal/origin"
	"github.com/edo-go/edo/internal/sched"
)

// held is what is known of the tasks that hold what a request waits for.
type held struct {
	task    *sched.Task // the last that took some; nil: not known
	at      uintptr     // where, with Config.Trace; 0: not known
	granted bool        // it was let out of the line, and has not run since
	readers int64       // how many readers hold the lock, if they do
	more    bool        // others may hold it as well, or instead
}

// Waits says what r waits for, and which task holds it. A request that is not in line is
// kept waiting by none.
func (r *request) Waits(cx *edo.Context) (w edo.Wait) {
	p := r.p
	if p == nil {
		return edo.Wait{On: "lock: nothing, by a future that was not told what to wait for"}
	}
	p.latch.Lock()
	state, free, isClosed := r.state, p.free(r.base), p.isClosed()
	var ahead []string
	var h held
	if state == queued {
		ahead, h = before(&r.waiter), r.held(r.base-free)
	}
	p.latch.Unlock()
	w.On = r.kind.name()
	if r.kind == ofSemaphore {
		w.On += fmt.Sprintf(" (%s, %d free)", counted(r.n, "permit"), free)
	}
	switch {
	case state == queued && h.granted:
		w.On += ", granted to a task that has not taken it"
	case state == queued:
	case state == granted:
		w.On += ", granted and not taken"
	case isClosed && r.kind == ofOnce:
		w.On += ", which has its value"
	case isClosed:
		w.On += ", which is closed"
	case state == done:
		w.On += ", by a future that has ended"
	}
	if state == queued {
		w.By = append(h.words(cx), ahead...)
	}
	return w
}

// name is what reports call what is waited for.
func (k kind) name() string {
	switch k {
	case ofSemaphore:
		return "lock: semaphore"
	case ofMutex:
		return "lock: mutex"
	case ofWriter:
		return "lock: rwmutex, to write"
	case ofReader:
		return "lock: rwmutex, to read"
	}
	return "lock: once"
}

// held returns what is known of those that hold the out permits. With the latch.
func (r *request) held(out int64) (h held) {
	t, at, mark := r.p.holder.load()
	if t != nil {
		h.task, h.at, h.granted = t, places.pc(at), mark == handed
	}
	h.more = mark == guarded || r.kind == ofSemaphore
	if (r.kind == ofWriter || r.kind == ofReader) && out < rwAll {
		h.readers = out
		h.more = h.more || out > 1
	}
	return h
}

// words returns h as the beginning of [edo.Wait.By].
func (h held) words(cx *edo.Context) (by []string) {
	if h.readers != 0 {
		by = append(by, counted(h.readers, "reader"))
	}
	if h.task != nil {
		name := nameOf(cx, h.task)
		if h.at != 0 {
			f := origin.Frame(h.at)
			name += fmt.Sprintf(" (taken at %s:%d)", filepath.Base(f.File), f.Line)
		}
		by = append(by, name)
	} else if h.readers == 0 {
		by = append(by, "its holder")
	}
	return by
}

// nameOf returns what to call t in a report by cx.
func nameOf(cx *edo.Context, t *sched.Task) string {
	name := "a task"
	if n, ok := t.Body().(interface{ Name() string }); ok {
		name = n.Name()
	}
	switch {
	case cx.Internal(internal.Key{}).Root() == t:
		name = "this task itself"
	case t.HasEnded():
		name += ", which has ended"
	}
	return name
}

// counted is a number of things in words.
func counted(n int64, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
