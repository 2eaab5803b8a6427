package carried

import (
	"context"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"sync"
	"testing"
	"testing/synctest"
)

func TestMain(m *testing.M) {
	Prepare()
	m.Run()
}

// onOwnGoroutine calls fn on a goroutine of its own, which ends with the settings that fn
// has left on it.
func onOwnGoroutine(fn func()) {
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		fn()
	}()
	<-ended
}

func TestTheOffsetsAreFound(t *testing.T) {
	if runtime.GOARCH != "amd64" && runtime.GOARCH != "arm64" {
		t.Skip("no assembly")
	}
	onOwnGoroutine(func() {
		if MaybeLocked() || Any() {
			t.Error("the probe was not conclusive: each switch of a coroutine costs microseconds")
		}
	})
}

func TestALockedGoroutineIsSeen(t *testing.T) {
	onOwnGoroutine(func() {
		for depth := 1; depth <= 3; depth++ {
			if Locked() {
				t.Fatal("locked before")
			}
			for range depth {
				runtime.LockOSThread()
				if !Locked() || !MaybeLocked() || !Any() || !lockedByTrace() {
					t.Fatalf("locked %d times, and not seen", depth)
				}
			}
			for range depth {
				if !Locked() {
					t.Fatal("unlocked too early")
				}
				runtime.UnlockOSThread()
			}
			if Locked() || lockedByTrace() {
				t.Fatal("locked afterwards")
			}
		}
	})
}

func TestClearClearsEverything(t *testing.T) {
	onOwnGoroutine(func() {
		if Clear() {
			t.Error("locked, says Clear of a goroutine that carries nothing")
		}
		pprof.SetGoroutineLabels(pprof.WithLabels(context.Background(), pprof.Labels("request", "17")))
		if !Any() || LabelsHere() == nil {
			t.Error("labels are not seen")
		}
		if Clear() || LabelsHere() != nil {
			t.Error("labels are left")
		}
		debug.SetPanicOnFault(true)
		if !Any() {
			t.Error("SetPanicOnFault is not seen")
		}
		if Clear() || debug.SetPanicOnFault(false) {
			t.Error("SetPanicOnFault is left")
		}
		for range 3 {
			runtime.LockOSThread()
		}
		if !Clear() || Locked() {
			t.Error("the lock is left")
		}
	})
}

func TestManyGoroutinesSeeTheirOwn(t *testing.T) {
	var wg sync.WaitGroup
	for i := range 64 {
		wg.Go(func() {
			for range 200 {
				if i%2 == 0 {
					runtime.LockOSThread()
				}
				runtime.Gosched()
				if got := Locked(); got != (i%2 == 0) {
					t.Errorf("locked: %v", got)
					return
				}
				if i%2 == 0 {
					runtime.UnlockOSThread()
				}
			}
		})
	}
	wg.Wait()
}

func TestABubbleIsSeenOnlyFromInside(t *testing.T) {
	if InBubble() {
		t.Error("in a bubble outside of all")
	}
	synctest.Test(t, func(t *testing.T) {
		if !InBubble() {
			t.Error("the bubble is not seen")
		}
		onOwnGoroutine(func() {
			if !InBubble() {
				t.Error("the bubble is not seen by another goroutine in it")
			}
		})
		deep(200, func() {
			if !InBubble() {
				t.Error("the bubble is not seen below many calls")
			}
		})
	})
	if InBubble() {
		t.Error("in a bubble after all have ended")
	}
}

func deep(n int, fn func()) {
	if n == 0 {
		fn()
		return
	}
	deep(n-1, fn)
}

func TestLookingAllocatesNothing(t *testing.T) {
	if n := testing.AllocsPerRun(100, func() { Any(); MaybeLocked(); Locked(); LabelsHere() }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkAny(b *testing.B) {
	for b.Loop() {
		Any()
	}
}

func BenchmarkMaybeLocked(b *testing.B) {
	for b.Loop() {
		MaybeLocked()
	}
}

func BenchmarkInBubble(b *testing.B) {
	for b.Loop() {
		InBubble()
	}
}
