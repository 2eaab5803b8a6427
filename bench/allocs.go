package main

import (
	"runtime"
	"sync"

	"github.com/edo-go/edo"
)

// mallocs returns how many objects and bytes this process has allocated so far.
func mallocs() (objects, bytes uint64) {
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.Mallocs, stats.TotalAlloc
}

// measureAllocs measures the allocations of spawn for each of m.n tasks.
func measureAllocs(m *meter, spawn func()) {
	objects, bytes := mallocs()
	spawn()
	objectsNow, bytesNow := mallocs()
	m.setExtra("allocs_per_task", float64(objectsNow-objects)/float64(m.n))
	m.setExtra("alloc_bytes_per_task", float64(bytesNow-bytes)/float64(m.n))
}

// goAllocs runs one function in all goroutines, so that only the goroutines allocate.
func goAllocs(m *meter) {
	var wg sync.WaitGroup
	wg.Add(m.n)
	one := func() {
		counter.Add(1)
		wg.Done()
	}
	measureAllocs(m, func() {
		for range m.n {
			go one()
		}
	})
	wg.Wait()
	checkCount(m.n)
}

// futureAllocs makes the futures before it measures.
func futureAllocs(m *meter) edo.Future[edo.Unit] {
	return &checked{m.n, startAll{members: m.n, start: func(cx *edo.Context, g *group) {
		all := make([]incrementer, m.n)
		for i := range all {
			all[i].group = g
		}
		measureAllocs(m, func() {
			for i := range all {
				edo.Spawn(cx, &all[i])
			}
		})
	}}}
}

func directAllocs(task *edo.Task, m *meter) error {
	g := newGroup(m.n)
	one := func(*edo.Task) error {
		counter.Add(1)
		g.done()
		return nil
	}
	measureAllocs(m, func() {
		for range m.n {
			edo.Go(task, one)
		}
	})
	_, err := edo.Await(task, g)
	checkCount(m.n)
	return err
}
