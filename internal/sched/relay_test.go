package sched

import "testing"

func TestCancellationDuringAHandOverIsSeenByTheNextPoll(t *testing.T) {
	for _, all := range []bool{false, true} {
		for _, ended := range []bool{false, true} {
			rt, _ := newUnstarted(1)
			w := rt.workers[0]
			first, next := newIdle(w), newIdle(w)
			for _, x := range []*Task{first, next} {
				x.state.Store(active)
				rt.register(x, 0)
			}
			w.ring.push(next)
			w.beginPoll(first)
			if got := w.core.cx.TakeNext(ended); got != next {
				t.Fatalf("next is %p, want %p", got, next)
			}
			if all {
				rt.CancelAll()
			} else {
				next.Cancel()
			}
			w.core.cx.HandOver(ended)
			w.endPoll(false) // it waits: its body has not seen the cancellation
			for x := w.ring.pop(); x != next; x = w.ring.pop() {
				if x == nil {
					t.Fatalf("CancelAll: %v, after the end of another: %v: the cancellation is lost", all, ended)
				}
			}
		}
	}
}
