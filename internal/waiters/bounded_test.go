package waiters

import "testing"

func TestCountBeforeLooksAtNoMoreWaitersThanItsLimit(t *testing.T) {
	var w waiter
	w.node.prev = &w // a ring: without the limit, the count would not end
	if got := CountBefore(&w, 100); got != 100 {
		t.Fatalf("%d are before a waiter in a ring, want 100", got)
	}
}
