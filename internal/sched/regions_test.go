package sched

import "testing"

// countingRegions counts the regions that have begun, and those that have ended.
type countingRegions struct {
	on           bool
	begun, ended int
}

func (r *countingRegions) On() bool { return r.on }

func (r *countingRegions) Begin(*Task) Region {
	r.begun++
	return r
}

func (r *countingRegions) End() { r.ended++ }

func TestAPollWithARegionIsNotHandedOver(t *testing.T) {
	r := &countingRegions{}
	rt := New(Config{Workers: 1, Driver: &manualDriver{clockDriver: *newClockDriver()}, Regions: r})
	w := rt.workers[0]
	fresh := func() *Task {
		x := newIdle(w)
		x.state.Store(active)
		rt.register(x, 0)
		return x
	}
	w.beginPoll(fresh())
	next := fresh()
	w.ring.push(next)
	if got := w.core.cx.TakeNext(true); got != next {
		t.Fatal("without a trace the poll is not handed over")
	}
	r.on = true
	w.core.cx.HandOver(true) // the trace has begun meanwhile
	if r.begun != 0 {
		t.Error("a region has begun on the goroutine that the poll was handed over to")
	}
	w.ring.push(fresh())
	if w.core.cx.TakeNext(true) != nil {
		t.Error("a poll that has no region only because it was handed over is handed over")
	}
	w.endPoll(true)
	w.beginPoll(fresh())
	if r.begun != 1 || w.core.cx.TakeNext(true) != nil {
		t.Errorf("the next poll: %d regions, or it is handed over", r.begun)
	}
	w.endPoll(true)
	if r.ended != 1 {
		t.Errorf("%d regions have ended", r.ended)
	}
	r.on = false
	w.beginPoll(fresh())
	if w.core.cx.TakeNext(true) == nil {
		t.Error("after the trace the poll is not handed over")
	}
	if w.endPoll(true); r.begun != 1 || r.ended != 1 {
		t.Errorf("after the trace: %d regions have begun, %d have ended", r.begun, r.ended)
	}
}

func TestTheRegionOfAPollThatPanicsEnds(t *testing.T) {
	r := &countingRegions{on: true}
	runOn(t, Config{Workers: 1, Driver: newClockDriver(), Regions: r}, func(cx *Context) bool { panic("planted") })
	if r.begun != 2 || r.ended != 2 { // the second poll ends the task
		t.Errorf("%d regions have begun, %d have ended", r.begun, r.ended)
	}
}
