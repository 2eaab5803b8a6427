package lost

import (
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"weak"
)

// ring is a thing to which the argument of its cleanup refers.
type ring struct {
	number uint64
	back   *ring
	_      [48]byte
}

// makeRing makes one that is forgotten at once, and counts it in found when that is told.
//
//go:noinline
func makeRing(found *atomic.Int64, isClosed bool) (uint64, weak.Pointer[ring]) {
	r := &ring{number: Number()}
	arg := &ring{number: r.number, back: r}
	c := Watch(r, r.number, func(*ring) { found.Add(1) }, arg)
	if isClosed {
		c.Stop()
		Closed()
	}
	return r.number, weak.Make(r)
}

// What a cleanup keeps in memory stays while it may be reported, and no longer.
func TestAnExcusedThingIsLetGoWhenItsSimulationHasEnded(t *testing.T) {
	defer excuseNothing()
	before := watched.Load()
	var found atomic.Int64
	outer := Hold()
	_, ofOuter := makeRing(&found, false)
	inner := Hold()
	_, ofInner := makeRing(&found, false)
	isLeft := func(w weak.Pointer[ring]) bool {
		Collect()
		runtime.GC()
		return w.Value() != nil
	}
	if !isLeft(ofOuter) || !isLeft(ofInner) {
		t.Fatal("a thing is gone before its simulation has ended")
	}
	Excuse(inner)
	Release(inner)
	if !isLeft(ofOuter) || !isLeft(ofInner) {
		t.Error("a thing is gone that may be one of the simulation which runs")
	}
	last := Hold()
	Excuse(outer)
	Release(outer)
	if isLeft(ofOuter) || isLeft(ofInner) {
		t.Error("a thing stays after its simulation, beside one that has begun later")
	}
	Release(last)
	if found.Load() != 0 || len(watchers) != 0 || watched.Load() != before {
		t.Errorf("%d found, %d watchers, %d watched; want none, none, %d", found.Load(), len(watchers), watched.Load(), before)
	}
}

// Without an excuse the cleanup is called after the simulation as well.
func TestAThingThatIsNotExcusedIsFoundAfterItsSimulation(t *testing.T) {
	before := watched.Load()
	since := Hold()
	var found atomic.Int64
	func() { // no ring: it can be found
		r := &ring{number: Number()}
		Watch(r, r.number, func(n uint64) {
			found.Add(1)
			Found(n, func() error { return nil })
		}, r.number)
	}()
	Release(since)
	clear(make([]byte, 1000))
	if Collect(); found.Load() != 1 {
		t.Errorf("found %d", found.Load())
	}
	if len(watchers) != 0 || watched.Load() != before {
		t.Errorf("%d watchers, %d watched, %d before", len(watchers), watched.Load(), before)
	}
}

// A simulation that makes and closes things without end keeps a bounded list.
func TestTheListOfWatchersForgetsThoseOfClosedThings(t *testing.T) {
	since := Hold()
	defer Release(since)
	var found atomic.Int64
	longest := 0
	for n := range 20_000 {
		makeRing(&found, true)
		if n%1000 == 0 {
			runtime.GC()
		}
		longest = max(longest, len(watchers))
	}
	if longest > 10_000 {
		t.Errorf("%d watchers at a time", longest)
	}
	if slices.ContainsFunc(watchers, func(n numbered) bool { return n.number <= since }) {
		t.Error("a watcher from before")
	}
}
