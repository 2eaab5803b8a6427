package gid

import (
	"runtime"
	"sync"
	"testing"
)

func TestSameGoroutineHasOneIdentity(t *testing.T) {
	first := Get()
	if first == 0 {
		t.Fatal("identity is 0")
	}
	for range 1000 {
		runtime.Gosched()
		grow(64)
		if got := Get(); got != first {
			t.Fatalf("identity changed from %#x to %#x", first, got)
		}
	}
}

// grow makes the stack move: the identity must not depend on where it lies.
func grow(n int) byte {
	var pad [1024]byte
	if n == 0 {
		return pad[0]
	}
	pad[n] = byte(n)
	return grow(n-1) + pad[n]
}

func TestLivingGoroutinesHaveDifferentIdentities(t *testing.T) {
	const n = 100
	ids := make([]uintptr, n)
	var ready, end sync.WaitGroup
	ready.Add(n)
	end.Add(n)
	release := make(chan struct{})
	for i := range n {
		go func() {
			defer end.Done()
			ids[i] = Get()
			ready.Done()
			<-release
		}()
	}
	ready.Wait()
	close(release)
	end.Wait()
	seen := map[uintptr]bool{Get(): true}
	for _, id := range ids {
		if seen[id] {
			t.Fatalf("two living goroutines share %#x", id)
		}
		seen[id] = true
	}
}

func BenchmarkGet(b *testing.B) {
	for b.Loop() {
		Get()
	}
}
