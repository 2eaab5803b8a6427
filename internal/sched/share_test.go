package sched

import "testing"

// simulatePolls makes w measure lookEvery polls, each of so many nanoseconds and leaf
// operations.
func (w *Worker) simulatePolls(d *manualDriver, nanoseconds, leaves int64) {
	d.now += lookEvery * nanoseconds
	w.core.leaves += lookEvery * leaves
	w.measure(d.now)
}

func TestWorkerKeepsTheTasksThatItRunsBeforeAnotherIsAwake(t *testing.T) {
	rt, d := newUnstarted(2)
	w, other := rt.workers[0], rt.workers[1]
	d.now = 1
	w.measure(d.now)
	const some = ringSize / 4
	for range some {
		w.ring.push(newIdle(w))
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
		w.simulatePolls(d, c.nanoseconds, c.leaves)
		if got := w.shares(); got != c.shares {
			t.Errorf("%s: shares %v, want %v", c.what, got, c.shares)
		}
		if got := other.anyWork(); got != c.shares {
			t.Errorf("%s: another worker sees work: %v, want %v", c.what, got, c.shares)
		}
	}
	w.simulatePolls(d, 50, 0)
	if got := other.search(); got != nil {
		t.Error("another worker has taken a task that was not worth it")
	}
	w.remote.grain.Store(0) // as the monitor does
	if got := other.search(); got == nil {
		t.Error("another worker has found no task")
	}
}

func TestEmptyRingIsNotShared(t *testing.T) {
	rt, _ := newUnstarted(2)
	if rt.workers[0].shares() || rt.workers[1].anyWork() {
		t.Error("an empty ring is shared")
	}
}

func TestMonitorFindsPollsThatHaveBecomeLong(t *testing.T) {
	rt, d := newUnstarted(2)
	w := rt.workers[0]
	d.now = 1
	w.measure(d.now)
	w.simulatePolls(d, 50, 0)
	w.ring.push(newIdle(w))
	if w.shares() {
		t.Fatal("the worker shares a single task of short polls")
	}
	w.remote.beat.Add(1)
	rt.monitor.inspect(rt)
	w.remote.beat.Add(1) // w is not stuck, but has not polled lookEvery times
	rt.monitor.inspect(rt)
	if !w.shares() {
		t.Error("a period later the worker still keeps tasks that it does not come to")
	}
}
