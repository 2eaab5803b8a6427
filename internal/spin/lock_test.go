package spin

import (
	"sync"
	"testing"
)

func TestOneHolderAtATime(t *testing.T) {
	const goroutines, each = 8, 5000
	var l Lock
	var n int // guarded by l
	var all sync.WaitGroup
	for range goroutines {
		all.Go(func() {
			for range each {
				l.Lock()
				n++
				l.Unlock()
			}
		})
	}
	all.Wait()
	if n != goroutines*each {
		t.Errorf("%d sections, want %d: two were held at a time", n, goroutines*each)
	}
}

func TestAWaiterGetsTheLockAfterALongSection(t *testing.T) {
	var l Lock
	l.Lock()
	started, done := make(chan bool), make(chan bool)
	go func() {
		close(started)
		l.Lock()
		close(done)
	}()
	<-started
	select {
	case <-done:
		t.Fatal("two hold it")
	default:
	}
	l.Unlock()
	<-done
}
