package lock

import (
	"fmt"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/report"
)

// Waits says what r waits for, and which task holds it. A request that is not in line is
// kept waiting by none.
func (r *request) Waits(*edo.Context) (w edo.Wait) {
	p := r.p
	if p == nil {
		return edo.Wait{On: "lock: nothing, by a future that was not told what to wait for"}
	}
	w.Held = &report.Held{Of: report.RefTo(p)}
	w.On = r.kind.name()
	p.latch.Lock()
	defer p.latch.Unlock()
	state, free, isClosed := r.state, p.free(r.base), p.isClosed()
	if r.kind == ofSemaphore {
		w.On += fmt.Sprintf(" (%s, %d free)", counted(r.n, "permit"), free)
	}
	switch {
	case state == queued:
		r.heldBy(&w, r.base-free)
		w.By = append(w.By, before(&r.waiter)...)
	case state == granted:
		w.On += ", granted and not taken"
	case isClosed && r.kind == ofOnce:
		w.On += ", which has its value"
	case isClosed:
		w.On += ", which is closed"
	case state == done:
		w.On += ", by a future that has ended"
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

// heldBy says in w which tasks r, which is in line, waits for, where out permits are out.
// With the latch.
//
// What a wait names must be all that can end it, or a task that waits for it is taken for
// one that never goes on. So where another task, or none, may give the permits back as
// well, there is a holder that is no task.
func (r *request) heldBy(w *edo.Wait, out int64) {
	h := w.Held
	h.As = report.HeldBy
	t, at, mark := r.p.holder.load()
	if t != nil {
		h.By = append(h.By, report.Holder{Task: report.RefTo(t), At: places.pc(at)})
	}
	if mark == handed && t != nil {
		w.On += ", granted to a task that has not taken it"
		h.As = report.From
	}
	switch {
	case (r.kind == ofWriter || r.kind == ofReader) && out < rwAll:
		w.By = append(w.By, counted(out, "reader"))
		if r.kind == ofWriter {
			h.Every, h.More = mark != guarded, out > 1 && t != nil
			if mark == guarded && t != nil {
				h.By = append(h.By, report.Holder{})
			}
			break
		}
		// A reader waits for the writer before it, which is first in line: it goes on, or
		// gives up.
		h.As, h.By = report.From, nil
		if first := r.p.line.first; first.task != nil {
			h.By = []report.Holder{{Task: report.RefTo(first.task)}}
		}
	case t == nil:
		w.By = append(w.By, "its holder")
	case r.kind == ofSemaphore || mark == guarded:
		h.By = append(h.By, report.Holder{})
	}
}

// counted is a number of things in words.
func counted(n int64, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
