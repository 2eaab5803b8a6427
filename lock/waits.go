package lock

import (
	"fmt"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/held"
)

// Waits says what r waits for, and which task holds it. A request that is not in the queue
// waits for no task.
func (r *request) Waits(*edo.Context) (w edo.Wait) {
	p := r.p
	if p == nil {
		return edo.Wait{On: "lock: nothing, by a future that was not told what to wait for"}
	}
	w.SetHeld(&held.Held{Of: held.RefTo(p)})
	w.On = r.kind.name()
	p.latch.Lock()
	defer p.latch.Unlock()
	state, free, isClosed := r.state, p.free(r.base), p.isClosed()
	if r.kind == ofSemaphore {
		w.On += fmt.Sprintf(" (%s, %d free)", counted(r.n, "permit"), free)
	}
	switch {
	case state == queued:
		r.describeHolders(&w, r.base-free)
		w.By = append(w.By, describeWaitersBefore(&r.waiter)...)
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

// name returns what reports call the lock.
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

// describeHolders adds to w which tasks r waits for. r is in the queue, and n permits are
// not free. The caller holds the latch.
//
// The holders in w must be all that can end the wait: otherwise a report may say that the task
// never goes on, although it does. So where a task that is not known may release the permits
// as well, there is a holder without a task.
func (r *request) describeHolders(w *edo.Wait, n int64) {
	h := w.Held()
	h.As = held.HeldBy
	t, place, mark := r.p.holder.load()
	if t != nil {
		h.By = append(h.By, held.Holder{Task: held.RefTo(t), At: places.pcOf(place)})
	}
	if mark == handed && t != nil {
		w.On += ", granted to a task that has not taken it"
		h.As = held.From
	}
	switch {
	case (r.kind == ofWriter || r.kind == ofReader) && n < rwAll:
		w.By = append(w.By, counted(n, "reader"))
		if r.kind == ofWriter {
			h.Every, h.More = mark != guarded, n > 1 && t != nil
			if mark == guarded && t != nil {
				h.By = append(h.By, held.Holder{})
			}
			break
		}
		// A reader waits for the writer before it, which is the first waiter: that one goes
		// on, or gives up.
		h.As, h.By = held.From, nil
		if first := r.p.queue.First(); first.task != nil {
			h.By = []held.Holder{{Task: held.RefTo(first.task)}}
		}
	case t == nil:
		w.By = append(w.By, "its holder")
	case r.kind == ofSemaphore || mark == guarded:
		h.By = append(h.By, held.Holder{})
	}
}

// counted returns a number of things in words.
func counted(n int64, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
