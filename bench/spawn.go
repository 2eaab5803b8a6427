package main

import (
	"sync"

	"github.com/edo-go/edo"
)

// spawn, in plain Go.

func increment() { counter.Add(1) }

func goSpawn(m *meter) {
	var wg sync.WaitGroup
	for range m.n {
		wg.Go(increment)
	}
	wg.Wait()
	checkCount(m.n)
}

func goSpawnNested(m *meter) {
	n := side(m.n)
	m.n = n * n
	var wg sync.WaitGroup
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

// spawn, with futures.

// incrementer is a future that never waits.
type incrementer struct{ group *group }

func (f *incrementer) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	counter.Add(1)
	f.group.leave(cx)
	return edo.Unit{}, edo.Ready, nil
}

func futureSpawn(m *meter) edo.Future[edo.Unit] {
	return &checked{m.n, startAll{members: m.n, start: func(cx *edo.Context, g *group) {
		for range m.n {
			edo.SpawnInline[edo.Unit](cx, incrementer{g})
		}
	}}}
}

// nest spawns n incrementers.
type nest struct {
	group *group
	n     int
}

func (f *nest) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	for range f.n {
		edo.SpawnInline[edo.Unit](cx, incrementer{f.group})
	}
	return edo.Unit{}, edo.Ready, nil
}

func futureSpawnNested(m *meter) edo.Future[edo.Unit] {
	n := side(m.n)
	m.n = n * n
	return &checked{m.n, startAll{members: m.n, start: func(cx *edo.Context, g *group) {
		for range n {
			edo.SpawnInline[edo.Unit](cx, nest{g, n})
		}
	}}}
}

// checked is startAll that checks the counter at the end.
type checked struct {
	n int
	startAll
}

func (c *checked) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	unit, state, err := c.startAll.Poll(cx)
	if state == edo.Ready {
		checkCount(c.n)
	}
	return unit, state, err
}

// spawn, in direct style.

func directSpawn(task *edo.Task, m *meter) error {
	g := newGroup(m.n)
	one := func(*edo.Task) error {
		counter.Add(1)
		g.done()
		return nil
	}
	for range m.n {
		edo.Go(task, one)
	}
	_, err := edo.Await(task, g)
	checkCount(m.n)
	return err
}

func directSpawnNested(task *edo.Task, m *meter) error {
	n := side(m.n)
	m.n = n * n
	g := newGroup(m.n)
	one := func(*edo.Task) error {
		counter.Add(1)
		g.done()
		return nil
	}
	for range n {
		edo.Go(task, func(task *edo.Task) error {
			for range n {
				edo.Go(task, one)
			}
			return nil
		})
	}
	_, err := edo.Await(task, g)
	checkCount(m.n)
	return err
}
