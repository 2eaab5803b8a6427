package main

import (
	"runtime"
	"sync"

	"github.com/edo-go/edo"
)

func goYield(m *meter) {
	n := side(m.n)
	m.n = n * n
	var wg sync.WaitGroup
	for range n {
		wg.Go(func() {
			for range n {
				runtime.Gosched()
			}
		})
	}
	wg.Wait()
}

// yielder is a future that yields n times.
type yielder struct {
	group *group
	n     int
}

func (f *yielder) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	if f.n > 0 {
		f.n--
		cx.Yield()
		return edo.Unit{}, edo.Pending, nil
	}
	f.group.leave(cx)
	return edo.Unit{}, edo.Ready, nil
}

func futureYield(m *meter) edo.Future[edo.Unit] {
	n := side(m.n)
	m.n = n * n
	return &startAll{members: n, start: func(cx *edo.Context, g *group) {
		for range n {
			edo.SpawnInline[edo.Unit](cx, yielder{g, n})
		}
	}}
}

func directYield(task *edo.Task, m *meter) error {
	n := side(m.n)
	m.n = n * n
	g := newGroup(n)
	for range n {
		edo.Go(task, func(task *edo.Task) error {
			defer g.done()
			for range n {
				if err := edo.Yield(task); err != nil {
					return err
				}
			}
			return nil
		})
	}
	_, err := edo.Await(task, g)
	return err
}
