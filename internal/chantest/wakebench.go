package chantest

import (
	"sync/atomic"
	"testing"
)

// BenchmarkGoroutines is one send to n goroutines that all wait, until the last of them has
// received and has woken the sender: the same in plain Go as what a benchmark measures with
// tasks. start starts a goroutine that calls received for each value.
func BenchmarkGoroutines(b *testing.B, n int, start func(received func()), send func()) {
	done := make(chan int, 1)
	var left atomic.Int64
	for range n {
		start(func() {
			if left.Add(-1) == 0 {
				done <- 1
			}
		})
	}
	for b.Loop() {
		left.Store(int64(n))
		send()
		<-done
	}
}
