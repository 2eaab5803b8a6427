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
	mark Mark
	back *ring
	_    [48]byte
}

// makeRing makes one that is forgotten at once, and counts it in found when that is told.
//
//go:noinline
func makeRing(m Mark, found *atomic.Int64, isClosed bool) weak.Pointer[ring] {
	r := &ring{mark: m}
	arg := &ring{mark: m, back: r}
	c := Watch(r, m, func(*ring) { found.Add(1) }, arg)
	if isClosed {
		c.Stop()
		Closed()
	}
	return weak.Make(r)
}

// What a cleanup keeps in memory stays while it may be reported, and no longer.
func TestAnExcusedThingIsLetGoWhenItsSimulationHasEnded(t *testing.T) {
	defer excuseNothing()
	before := watched.Load()
	var found atomic.Int64
	outer, newOuter := hold()
	ofOuter := makeRing(newOuter(), &found, false)
	inner, newInner := hold()
	ofInner := makeRing(newInner(), &found, false)
	isLeft := func(w weak.Pointer[ring]) bool {
		Collect()
		runtime.GC()
		return w.Value() != nil
	}
	if !isLeft(ofOuter) || !isLeft(ofInner) {
		t.Fatal("a thing is gone before its simulation has ended")
	}
	inner.Excuse()
	inner.Release()
	if !isLeft(ofOuter) {
		t.Error("a thing is gone of the simulation which runs")
	}
	if isLeft(ofInner) {
		t.Error("a thing stays after its simulation, beside one that has begun before")
	}
	last, _ := hold()
	outer.Excuse()
	outer.Release()
	if isLeft(ofOuter) {
		t.Error("a thing stays after its simulation, beside one that has begun later")
	}
	last.Release()
	if found.Load() != 0 || len(watchers) != 0 || watched.Load() != before {
		t.Errorf("%d found, %d watchers, %d watched; want none, none, %d", found.Load(), len(watchers), watched.Load(), before)
	}
}

// Without an excuse the cleanup is called after the simulation as well.
func TestAThingThatIsNotExcusedIsFoundAfterItsSimulation(t *testing.T) {
	before := watched.Load()
	run, of := hold()
	var found atomic.Int64
	func() { // no ring: it can be found
		r := &ring{mark: of()}
		Watch(r, r.mark, func(m Mark) {
			found.Add(1)
			Found(m, func() error { return nil })
		}, r.mark)
	}()
	run.Release()
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
	r, of := hold()
	defer r.Release()
	var found atomic.Int64
	longest := 0
	for n := range 20_000 {
		makeRing(of(), &found, true)
		if n%1000 == 0 {
			runtime.GC()
		}
		longest = max(longest, len(watchers))
	}
	if longest > 10_000 {
		t.Errorf("%d watchers at a time", longest)
	}
	makeRing(NewMark(), &found, true)
	if slices.ContainsFunc(watchers, func(w watching) bool { return w.maker != r.id }) {
		t.Error("a watcher of a thing that no simulation has made")
	}
}
