package lost

import (
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"weak"
)

// handle counts how often it was watched, and what was found of those that are like it.
type handle struct {
	found   *atomic.Int64
	watches int
	cleanup runtime.Cleanup
	_       [48]byte
}

type foundHandle struct {
	mark  Mark
	found *atomic.Int64
}

func (h *handle) Watch(m Mark) {
	h.watches++
	h.cleanup = Watch(h, m, foundHandle.onFound, foundHandle{m, h.found})
}

func (h *handle) Unwatch() {
	h.cleanup.Stop()
	runtime.KeepAlive(h)
}

func (f foundHandle) onFound() { Found(f.mark, func() error { f.found.Add(1); return nil }) }

// inRun begins a simulation, of which the calling goroutine is one.
func inRun(t *testing.T) (r *Run, end func()) {
	r, _ = hold()
	leave := r.Enter()
	return r, func() { leave(); r.Release() }
}

//go:noinline
func forgetHandle(found *atomic.Int64) weak.Pointer[handle] {
	h := &handle{found: found}
	WatchHandle(h)
	return weak.Make(h)
}

func TestAHandleThatIsClosedInItsSimulationIsNeverWatched(t *testing.T) {
	before := watched.Load()
	var found atomic.Int64
	r, end := inRun(t)
	var all []*handle
	for range mostHandles {
		h := &handle{found: &found}
		WatchHandle(h)
		all = append(all, h)
	}
	tooMany := &handle{found: &found}
	WatchHandle(tooMany)
	if tooMany.watches != 1 || watched.Load() != before+mostHandles+1 {
		t.Errorf("watched %d times beyond the limit; %d are watched", tooMany.watches, watched.Load()-before)
	}
	CloseHandle(tooMany)
	for i := range all {
		CloseHandle(all[(i*7)%len(all)])
	}
	if len(r.handles) != 0 || watched.Load() != before {
		t.Errorf("%d are kept, %d watched", len(r.handles), watched.Load()-before)
	}
	end()
	for _, h := range all {
		if h.watches != 0 {
			t.Fatal("the collector looks for a handle that was closed")
		}
	}
}

func TestAHandleThatIsForgottenIsFoundWhenTheCollectorIsAsked(t *testing.T) {
	var found atomic.Int64
	r, end := inRun(t)
	defer end()
	left := forgetHandle(&found)
	runtime.GC()
	if left.Value() == nil {
		t.Error("a handle is gone before the collector was asked")
	}
	closed := &handle{found: &found}
	WatchHandle(closed)
	clear(make([]byte, 1000))
	if Collect(); left.Value() != nil {
		t.Error("a handle is not found")
	}
	if err := r.Tell(); err != nil || found.Load() != 1 {
		t.Errorf("told %v, and %d handles were found", err, found.Load())
	}
	if closed.watches != 1 {
		t.Error("the other one is not watched after that")
	}
	CloseHandle(closed)
	closed = nil
	if Collect(); found.Load() != 1 || r.Tell() != nil || found.Load() != 1 {
		t.Errorf("%d handles were found, and one of them was closed", found.Load())
	}
}

func TestAHandleThatIsForgottenIsFoundAfterItsSimulation(t *testing.T) {
	before := watched.Load()
	var found atomic.Int64
	_, end := inRun(t)
	forgetHandle(&found)
	end()
	clear(make([]byte, 1000))
	if Collect(); found.Load() != 1 || watched.Load() != before {
		t.Errorf("%d were found, %d are watched", found.Load(), watched.Load()-before)
	}
}

func TestAHandleOutsideOfASimulationIsWatchedAtOnce(t *testing.T) {
	var found atomic.Int64
	other, _ := hold()
	defer other.Release()
	h := &handle{found: &found}
	if WatchHandle(h); h.watches != 1 {
		t.Errorf("watched %d times", h.watches)
	}
	CloseHandle(h)
}

// A goroutine of the program closes a handle at the moment at which its simulation ends, or another one asks the collector.
func TestAHandleIsClosedWhileItsSimulationEnds(t *testing.T) {
	before := watched.Load()
	var found atomic.Int64
	for n := range 300 {
		r, _ := hold()
		leave := r.Enter()
		var all []*handle
		for range 8 {
			h := &handle{found: &found}
			WatchHandle(h)
			all = append(all, h)
		}
		leave()
		var closing sync.WaitGroup
		closing.Go(func() {
			for _, h := range all {
				CloseHandle(h)
			}
		})
		if n%3 == 0 {
			r.watchHandles(false)
		}
		r.Release()
		closing.Wait()
	}
	if Collect(); found.Load() != 0 || watched.Load() != before {
		t.Errorf("%d closed handles were found, %d are watched", found.Load(), watched.Load()-before)
	}
}
