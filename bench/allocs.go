package main

import (
	"runtime"
	"sync"

	"github.com/edo-go/edo"
)

// mallocs returns how many objects, and how many bytes, were ever allocated.
func mallocs() (objects, bytes uint64) {
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.Mallocs, stats.TotalAlloc
}

// allocated measures what spawn allocates for each of m.n tasks.
func allocated(m *meter, spawn func()) {
	objects, bytes := mallocs()
	spawn()
	objectsNow, bytesNow := mallocs()
	m.extra("allocs_per_task", float64(objectsNow-objects)/float64(m.n))
	m.extra("alloc_bytes_per_task", float64(bytesNow-bytes)/float64(m.n))
}

// goAllocs gives all goroutines one function: what each allocates is its own.
func goAllocs(m *meter) {
	var wg sync.WaitGroup
	wg.Add(m.n)
	one := func() {
		counter.Add(1)
		wg.Done()
	}
	allocated(m, func() {
		for range m.n {
			go one()
		}
	})
	wg.Wait()
	check(m.n)
}

// futureAllocs makes the futures beforehand.
func futureAllocs(m *meter) edo.Future[edo.Unit] {
	return &checked{m.n, startAll{members: m.n, start: func(cx *edo.Context, g *group) {
		all := make([]incrementer, m.n)
		for i := range all {
			all[i].group = g
		}
		allocated(m, func() {
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
	allocated(m, func() {
		for range m.n {
			edo.Go(task, one)
		}
	})
	_, err := edo.Await(task, g)
	check(m.n)
	return err
}
