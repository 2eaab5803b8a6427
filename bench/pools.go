package main

import (
	"sync"

	"github.com/alitto/pond/v2"
	"github.com/panjf2000/ants/v2"
	"github.com/sourcegraph/conc"
	"github.com/sourcegraph/conc/pool"
	"golang.org/x/sync/errgroup"
)

// The libraries that spawn goroutines, or pool them. They have neither a yield nor
// channels, so they only take part in the workloads that spawn.

func concSpawn(m *meter) {
	var wg conc.WaitGroup
	for range m.n {
		wg.Go(increment)
	}
	wg.Wait()
	checkCount(m.n)
}

func concPoolSpawn(m *meter) {
	p := pool.New()
	for range m.n {
		p.Go(increment)
	}
	p.Wait()
	checkCount(m.n)
}

func concNested(m *meter) {
	n := side(m.n)
	m.n = n * n
	var wg conc.WaitGroup
	for range n {
		wg.Go(func() {
			for range n {
				wg.Go(increment)
			}
		})
	}
	wg.Wait()
	checkCount(m.n)
}

func incrementErr() error {
	increment()
	return nil
}

func errgroupSpawn(m *meter) {
	var g errgroup.Group
	for range m.n {
		g.Go(incrementErr)
	}
	must(g.Wait())
	checkCount(m.n)
}

func errgroupNested(m *meter) {
	n := side(m.n)
	m.n = n * n
	var g errgroup.Group
	for range n {
		g.Go(func() error {
			for range n {
				g.Go(incrementErr)
			}
			return nil
		})
	}
	must(g.Wait())
	checkCount(m.n)
}

// antsSpawn uses a pool of so many goroutines.
func antsSpawn(size int) goBody {
	return func(m *meter) {
		p, err := ants.NewPool(size)
		must(err)
		defer p.Release()
		var wg sync.WaitGroup
		wg.Add(m.n)
		one := func() {
			increment()
			wg.Done()
		}
		for range m.n {
			must(p.Submit(one))
		}
		wg.Wait()
		checkCount(m.n)
	}
}

// antsNested spawns from goroutines outside the pool: a goroutine of the pool would wait
// for itself when the pool is full.
func antsNested(size int) goBody {
	return func(m *meter) {
		n := side(m.n)
		m.n = n * n
		p, err := ants.NewPool(size)
		must(err)
		defer p.Release()
		var wg sync.WaitGroup
		wg.Add(m.n)
		one := func() {
			increment()
			wg.Done()
		}
		for range n {
			go func() {
				for range n {
					must(p.Submit(one))
				}
			}()
		}
		wg.Wait()
		checkCount(m.n)
	}
}

func pondSpawn(size int) goBody {
	return func(m *meter) {
		p := pond.NewPool(size)
		for range m.n {
			must(p.Go(increment))
		}
		p.StopAndWait()
		checkCount(m.n)
	}
}

func pondNested(size int) goBody {
	return func(m *meter) {
		n := side(m.n)
		m.n = n * n
		p := pond.NewPool(size)
		var wg sync.WaitGroup
		for range n {
			wg.Go(func() {
				for range n {
					must(p.Go(increment))
				}
			})
		}
		wg.Wait()
		p.StopAndWait()
		checkCount(m.n)
	}
}

func pondJoin(size int) goBody {
	return func(m *meter) {
		p := pond.NewPool(size)
		tasks := make([]pond.Task, m.n)
		for i := range tasks {
			tasks[i] = p.Submit(increment)
		}
		for _, task := range tasks {
			must(task.Wait())
		}
		p.StopAndWait()
		checkCount(m.n)
	}
}
