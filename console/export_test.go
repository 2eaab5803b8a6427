package console

import (
	"net/http"
	"time"
)

// Fast returns a handler with an observer of its own, which makes a frame each few milliseconds.
func Fast(opts ...Option) http.Handler {
	o := newObserver(5*time.Millisecond, 0)
	o.isEager, o.rest = true, 50*time.Millisecond
	return &handler{guard: newGuard(opts), observer: o}
}

// Enter counts one more reader of a handler that Fast has returned.
func Enter(h http.Handler) (leave func()) { return h.(*handler).observer.enter() }

// NextFrame returns a channel that is closed when the next frame has come.
func NextFrame(h http.Handler) <-chan struct{} {
	_, _, come := h.(*handler).observer.next()
	return come
}

// WaitForEnd waits until the observer has ended, for want of readers.
func WaitForEnd(h http.Handler) {
	o := h.(*handler).observer
	for {
		o.mu.Lock()
		runs, come := o.runs, o.come
		o.mu.Unlock()
		if !runs {
			return
		}
		<-come
	}
}

// DescribeCycle returns what a cycle is, for a finding.
func DescribeCycle(c *Cycle) string { return c.describe() }

// DescribeFull returns what fills, for a finding.
func DescribeFull(o *Object, isWhole bool) string { return o.describeFull(isWhole) }

// LongOrAll returns how long the polls that a reader is shown have taken, of polls that have taken so long.
func LongOrAll(took []time.Duration) (shown []time.Duration) {
	var polls []*poll
	for _, d := range took {
		polls = append(polls, &poll{last: time.Time{}.Add(d)})
	}
	for _, p := range longOrAll(polls) {
		shown = append(shown, p.took())
	}
	return shown
}
