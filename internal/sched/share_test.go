package sched

import "testing"

// polled lets lookEvery polls go by, of so many nanoseconds and leaf operations each, since
// w was measured last.
func (w *Worker) polled(d *handDriver, nanoseconds, leaves int64) {
	d.now += lookEvery * nanoseconds
	w.core.leaves += lookEvery * leaves
	w.measure(d.now)
}

func TestWorkerKeepsToItselfWhatItRunsBeforeAnotherIsAwake(t *testing.T) {
	rt, d := still(2)
	w, other := rt.workers[0], rt.workers[1]
	d.now = 1
	w.measure(d.now)
	const some = ringSize / 4
	for range some {
		w.ring.push(waiting(w))
	}
	for _, c := range []struct {
		what                string
		nanoseconds, leaves int64
		shares              bool
	}{
		{"messages", 100, 1, false},
		{"many messages in each poll", 3000, 100, false},
		{"polls that take long", 20_000, 1, true},
		{"messages again", 50, 0, false},
		{"messages with some work for each", 30_000, 100, true},
	} {
		w.polled(d, c.nanoseconds, c.leaves)
		if got := w.shares(); got != c.shares {
			t.Errorf("%s: shares %v, want %v", c.what, got, c.shares)
		}
		if got := other.anyWork(); got != c.shares {
			t.Errorf("%s: another worker sees work: %v, want %v", c.what, got, c.shares)
		}
	}
	w.polled(d, 50, 0)
	if got := other.search(); got != nil {
		t.Error("another worker has taken what was not worth it")
	}
	w.remote.grain.Store(0) // as the monitor does
	if got := other.search(); got == nil {
		t.Error("another worker has found nothing")
	}
}

func TestEmptyRingIsNotShared(t *testing.T) {
	rt, _ := still(2)
	if rt.workers[0].shares() || rt.workers[1].anyWork() {
		t.Error("there is nothing to share")
	}
}

func TestMonitorFindsPollsThatHaveBecomeLong(t *testing.T) {
	rt, d := still(2)
	w := rt.workers[0]
	d.now = 1
	w.measure(d.now)
	w.polled(d, 50, 0)
	w.ring.push(waiting(w))
	if w.shares() {
		t.Fatal("it shares a single task of short polls")
	}
	w.remote.beat.Add(1)
	rt.monitor.inspect(rt)
	w.remote.beat.Add(1) // it goes on, and is not stuck; but has not polled lookEvery times
	rt.monitor.inspect(rt)
	if !w.shares() {
		t.Error("a period later it keeps to itself what it does not come to")
	}
}
