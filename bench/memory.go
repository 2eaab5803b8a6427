package main

import (
	"runtime"
	"sync"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/oneshot"
)

// idlers are tasks that wait on a oneshot. The workload memory measures how they are made;
// wake_sweep measures how they are woken.
type idlers struct {
	m       *meter
	sweep   bool   // measure the waking, and not the making
	before  int64  // resident memory before the tasks
	started *group // a task leaves it when it begins to wait
	group   *group // a task leaves it when it ends
}

// start starts the clock, and reads the memory, before the tasks are made.
func (d *idlers) start() {
	runtime.GC()
	d.before = resident()
	d.m.start()
}

// allWaiting ends the measurement of memory, or begins that of wake_sweep: all tasks wait.
func (d *idlers) allWaiting() {
	if d.sweep {
		d.m.start()
		return
	}
	d.m.stop()
	runtime.GC() // collects the garbage of making the tasks
	start := time.Now()
	runtime.GC()
	d.m.GC = float64(time.Since(start).Microseconds()) / 1000
	d.m.Bytes = float64(resident()-d.before) / float64(d.m.n)
}

// allEnded ends the measurement: all tasks have ended.
func (d *idlers) allEnded() {
	d.m.stop()
	checkCount(d.m.n)
}

func goMemory(m *meter)    { goIdlers(&idlers{m: m}) }
func goWakeSweep(m *meter) { goIdlers(&idlers{m: m, sweep: true}) }

func goIdlers(d *idlers) { goIdlersWith(d, func(ch chan int) int { return <-ch }) }

// goIdlersWith makes idlers that call wait.
func goIdlersWith(d *idlers, wait func(ch chan int) int) {
	senders := make([]chan int, d.m.n)
	d.start()
	var started, wg sync.WaitGroup
	started.Add(d.m.n)
	for i := range senders {
		ch := make(chan int, 1)
		senders[i] = ch
		wg.Go(func() {
			started.Done()
			counter.Add(int64(wait(ch)))
		})
	}
	started.Wait()
	d.allWaiting()
	for _, ch := range senders {
		ch <- 1
	}
	wg.Wait()
	d.allEnded()
}

// idler is a future that waits on a oneshot.
type idler struct {
	rx     *oneshot.Receiver[int]
	d      *idlers
	polled bool
}

func (f *idler) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	if !f.polled {
		f.polled = true
		f.d.started.leave(cx)
	}
	v, state, err := f.rx.Poll(cx)
	if state == edo.Pending {
		return edo.Unit{}, edo.Pending, nil
	}
	counter.Add(int64(v))
	f.d.group.leave(cx)
	return edo.Unit{}, edo.Ready, err
}

// makeIdlers is the future that spawns the idlers and wakes them.
type makeIdlers struct {
	*idlers
	senders []*oneshot.Sender[int]
	woken   bool
}

func futureMemory(m *meter) edo.Future[edo.Unit] { return &makeIdlers{idlers: &idlers{m: m}} }
func futureWakeSweep(m *meter) edo.Future[edo.Unit] {
	return &makeIdlers{idlers: &idlers{m: m, sweep: true}}
}

func (f *makeIdlers) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	if f.senders == nil {
		f.senders = make([]*oneshot.Sender[int], f.m.n)
		f.started, f.group = newGroup(f.m.n), newGroup(f.m.n)
		f.start()
		for i := range f.senders {
			tx, rx := oneshot.New[int]()
			f.senders[i] = tx
			edo.SpawnInline[edo.Unit](cx, idler{rx: rx, d: f.idlers})
		}
	}
	if !f.woken {
		if _, state, _ := f.started.Poll(cx); state == edo.Pending {
			return edo.Unit{}, edo.Pending, nil
		}
		f.woken = true
		f.allWaiting()
		for i, tx := range f.senders {
			f.senders[i] = nil
			if err := tx.SendBy(cx, 1); err != nil {
				return edo.Unit{}, edo.Ready, err
			}
		}
	}
	_, state, err := f.group.Poll(cx)
	if state == edo.Ready {
		f.allEnded()
	}
	return edo.Unit{}, state, err
}

func directMemory(task *edo.Task, m *meter) error { return directIdlers(task, &idlers{m: m}) }
func directWakeSweep(task *edo.Task, m *meter) error {
	return directIdlers(task, &idlers{m: m, sweep: true})
}

func directIdlers(task *edo.Task, d *idlers) error {
	return directIdlersWith(task, d, func(task *edo.Task, d *idlers, rx *oneshot.Receiver[int]) {
		edo.Go(task, func(task *edo.Task) error {
			defer d.group.done()
			d.started.done()
			v, err := rx.Recv(task)
			counter.Add(int64(v))
			return err
		})
	})
}

// directIdlersWith makes idlers by spawn.
func directIdlersWith(task *edo.Task, d *idlers, spawn func(task *edo.Task, d *idlers, rx *oneshot.Receiver[int])) error {
	senders := make([]*oneshot.Sender[int], d.m.n)
	d.started, d.group = newGroup(d.m.n), newGroup(d.m.n)
	d.start()
	for i := range senders {
		tx, rx := oneshot.New[int]()
		senders[i] = tx
		spawn(task, d, rx)
	}
	if _, err := edo.Await(task, d.started); err != nil {
		return err
	}
	d.allWaiting()
	for i, tx := range senders {
		senders[i] = nil
		if err := tx.Send(1); err != nil {
			return err
		}
	}
	_, err := edo.Await(task, d.group)
	d.allEnded()
	return err
}
