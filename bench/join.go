package main

import "github.com/edo-go/edo"

// goSpawnJoin uses what stands for a handle in plain Go: a channel for each result.
func goSpawnJoin(m *meter) {
	handles := make([]chan int, m.n)
	for i := range handles {
		ch := make(chan int, 1)
		handles[i] = ch
		go func() {
			counter.Add(1)
			ch <- i
		}()
	}
	for i, h := range handles {
		if <-h != i {
			panic("another task's result")
		}
	}
	checkCount(m.n)
}

// numbered is a future that returns its number.
type numbered struct{ i int }

func (f *numbered) Poll(*edo.Context) (int, edo.Poll, error) {
	counter.Add(1)
	return f.i, edo.Ready, nil
}

// joinAll spawns n tasks, and then collects their results in the order of spawning.
type joinAll struct {
	handles []*edo.JoinHandle[int]
	n, i    int
}

func futureSpawnJoin(m *meter) edo.Future[edo.Unit] { return &joinAll{n: m.n} }

func (f *joinAll) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	if f.handles == nil {
		f.handles = make([]*edo.JoinHandle[int], f.n)
		for i := range f.handles {
			f.handles[i] = edo.SpawnInline[int](cx, numbered{i})
		}
	}
	for ; f.i < f.n; f.i++ {
		got, state, err := f.handles[f.i].Poll(cx)
		if state == edo.Pending {
			return edo.Unit{}, edo.Pending, nil
		}
		if err := expect(got, f.i, err); err != nil {
			return edo.Unit{}, edo.Ready, err
		}
		f.handles[f.i] = nil
	}
	checkCount(f.n)
	return edo.Unit{}, edo.Ready, nil
}

func directSpawnJoin(task *edo.Task, m *meter) error {
	handles := make([]*edo.JoinHandle[int], m.n)
	for i := range handles {
		handles[i] = edo.Spawn(task, edo.Async(func(*edo.Task) (int, error) {
			counter.Add(1)
			return i, nil
		}))
	}
	for i, h := range handles {
		got, err := h.Await(task)
		if err := expect(got, i, err); err != nil {
			return err
		}
		handles[i] = nil
	}
	checkCount(m.n)
	return nil
}
