package lock_test

import (
	"sync"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/lock"
)

// benchmarkDirect runs fn b.N times in a task, in direct style.
func benchmarkDirect(b *testing.B, fn func(task *edo.Task)) {
	b.ReportAllocs()
	err := edo.Run(func(task *edo.Task) error {
		for b.Loop() {
			fn(task)
		}
		return nil
	}, edo.WithConfig(edo.Config{Workers: 1}))
	if err != nil {
		b.Fatal(err)
	}
}

// benchmarkPoll runs fn b.N times inside polls.
func benchmarkPoll(b *testing.B, fn func(cx *edo.Context)) {
	b.ReportAllocs()
	edotest.NewTask().Enter(func(cx *edo.Context) {
		for b.Loop() {
			refill(cx)
			fn(cx)
		}
	})
}

func BenchmarkMutexTry(b *testing.B) {
	var m lock.Mutex
	for b.Loop() {
		m.TryLock()
		m.Unlock()
	}
}

func BenchmarkMutexDirect(b *testing.B) {
	var m lock.Mutex
	benchmarkDirect(b, func(task *edo.Task) {
		m.Lock(task)
		m.Unlock()
	})
}

func BenchmarkMutexPoll(b *testing.B) {
	var m lock.Mutex
	var f lock.LockFuture
	benchmarkPoll(b, func(cx *edo.Context) {
		f.Reset(&m)
		g, _, _ := f.Poll(cx)
		g.Unlock()
	})
}

func BenchmarkMutexFuture(b *testing.B) {
	var m lock.Mutex
	benchmarkPoll(b, func(cx *edo.Context) {
		g, _, _ := m.LockFuture().Poll(cx)
		g.Unlock()
	})
}

// BenchmarkMutexWaiting hands every lock over to a waiter.
func BenchmarkMutexWaiting(b *testing.B) {
	var m lock.Mutex
	var f [2]lock.LockFuture
	m.TryLock()
	g, i := m.Guard(), 0
	benchmarkPoll(b, func(cx *edo.Context) {
		f[i].Reset(&m)
		f[i].Poll(cx)
		g.Unlock()
		g, _, _ = f[i].Poll(cx)
		i ^= 1
	})
}

func BenchmarkSyncMutex(b *testing.B) {
	var m sync.Mutex
	for n := 0; b.Loop(); {
		m.Lock()
		n++
		m.Unlock()
	}
}

func BenchmarkRWMutexDirectRead(b *testing.B) {
	var m lock.RWMutex
	benchmarkDirect(b, func(task *edo.Task) {
		m.RLock(task)
		m.RUnlock()
	})
}

func BenchmarkRWMutexDirectWrite(b *testing.B) {
	var m lock.RWMutex
	benchmarkDirect(b, func(task *edo.Task) {
		m.Lock(task)
		m.Unlock()
	})
}

func BenchmarkSyncRWMutexRead(b *testing.B) {
	var m sync.RWMutex
	n := 0
	for b.Loop() {
		m.RLock()
		_ = n
		m.RUnlock()
	}
}

func BenchmarkSemaphoreTry(b *testing.B) {
	s := lock.NewSemaphore(5)
	for b.Loop() {
		s.TryAcquire(2)
		s.Release(2)
	}
}

func BenchmarkSemaphoreDirect(b *testing.B) {
	s := lock.NewSemaphore(5)
	benchmarkDirect(b, func(task *edo.Task) {
		s.Acquire(task, 2)
		s.Release(2)
	})
}

func BenchmarkSemaphoreOwn(b *testing.B) {
	s := lock.NewSemaphore(5)
	benchmarkDirect(b, func(task *edo.Task) {
		s.Acquire(task, 2)
		s.Own(2).Release()
	})
}

func BenchmarkSemaphorePoll(b *testing.B) {
	s := lock.NewSemaphore(5)
	var f lock.AcquireFuture
	benchmarkPoll(b, func(cx *edo.Context) {
		f.Reset(s, 2)
		p, _, _ := f.Poll(cx)
		p.Release()
	})
}

func BenchmarkChannelAsSemaphore(b *testing.B) {
	s := make(chan struct{}, 5)
	for b.Loop() {
		s <- struct{}{}
		<-s
	}
}

func BenchmarkNotifyDirect(b *testing.B) {
	var n lock.Notify
	benchmarkDirect(b, func(task *edo.Task) {
		n.NotifyOne()
		n.Wait(task)
	})
}

func BenchmarkNotifyPoll(b *testing.B) {
	var n lock.Notify
	var f lock.Notified
	benchmarkPoll(b, func(cx *edo.Context) {
		n.NotifyOne()
		f.Reset(&n)
		f.Poll(cx)
	})
}

func BenchmarkOnceGet(b *testing.B) {
	var o lock.Once[int]
	benchmarkDirect(b, func(task *edo.Task) {
		if _, ok := o.Get(); !ok {
			o.GetOrInit(task, func(*edo.Task) (int, error) { return 1, nil })
		}
	})
}

func BenchmarkSyncOnce(b *testing.B) {
	get := sync.OnceValue(func() int { return 1 })
	for b.Loop() {
		get()
	}
}

// BenchmarkContended has 8 tasks, or goroutines, that lock in turn, on two workers.
func BenchmarkContended(b *testing.B) {
	const tasks = 8
	b.Run("lock.Mutex", func(b *testing.B) {
		var m lock.Mutex
		sum := 0
		err := edo.Run(func(task *edo.Task) error {
			for range tasks {
				edo.Go(task, func(task *edo.Task) error {
					for range b.N / tasks {
						if err := m.Lock(task); err != nil {
							return err
						}
						sum++
						m.Unlock()
					}
					return nil
				})
			}
			return nil
		}, edo.WithConfig(edo.Config{Workers: 2}))
		if err != nil || sum != b.N/tasks*tasks {
			b.Fatal(err, sum)
		}
	})
	b.Run("sync.Mutex", func(b *testing.B) {
		var m sync.Mutex
		var all sync.WaitGroup
		sum := 0
		for range tasks {
			all.Go(func() {
				for range b.N / tasks {
					m.Lock()
					sum++
					m.Unlock()
				}
			})
		}
		all.Wait()
	})
	b.Run("channel", func(b *testing.B) {
		m := make(chan struct{}, 1)
		var all sync.WaitGroup
		sum := 0
		for range tasks {
			all.Go(func() {
				for range b.N / tasks {
					m <- struct{}{}
					sum++
					<-m
				}
			})
		}
		all.Wait()
	})
}
