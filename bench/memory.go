package main

import (
	"runtime"
	"sync"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/oneshot"
)

// idlers is what the measurements of memory and of wake_sweep share: the clock of
// the one stands still while that of the other runs.
type idlers struct {
	m       *meter
	sweep   bool // measure the wake-up instead of the making
	before  int64
	started *group // of those that have begun to wait
	group   *group // of those that have ended
}

// begin takes the time and the memory from which the rest counts.
func (d *idlers) begin() {
	runtime.GC()
	d.before = resident()
	d.m.start()
}

// waiting measures the tasks, all of which wait.
func (d *idlers) waiting() {
	if d.sweep {
		d.m.start()
		return
	}
	d.m.stop()
	runtime.GC() // what the making left behind is not the tasks'
	at := time.Now()
	runtime.GC()
	d.m.GC = float64(time.Since(at).Microseconds()) / 1000
	d.m.Bytes = float64(resident()-d.before) / float64(d.m.n)
}

// end is when the last task has ended.
func (d *idlers) end() {
	d.m.stop()
	check(d.m.n)
}

func goMemory(m *meter)    { goIdlers(&idlers{m: m}) }
func goWakeSweep(m *meter) { goIdlers(&idlers{m: m, sweep: true}) }

func goIdlers(d *idlers) {
	senders := make([]chan int, d.m.n)
	d.begin()
	var started, wg sync.WaitGroup
	started.Add(d.m.n)
	for i := range senders {
		ch := make(chan int, 1)
		senders[i] = ch
		wg.Go(func() {
			started.Done()
			counter.Add(int64(<-ch))
		})
	}
	started.Wait()
	d.waiting()
	for _, ch := range senders {
		ch <- 1
	}
	wg.Wait()
	d.end()
}

// idler waits on a oneshot.
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

// makeIdlers is the task that makes the others wait and wakes them.
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
		f.begin()
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
		f.waiting()
		for i, tx := range f.senders {
			f.senders[i] = nil
			if err := tx.SendBy(cx, 1); err != nil {
				return edo.Unit{}, edo.Ready, err
			}
		}
	}
	_, state, err := f.group.Poll(cx)
	if state == edo.Ready {
		f.end()
	}
	return edo.Unit{}, state, err
}

func directMemory(task *edo.Task, m *meter) error { return directIdlers(task, &idlers{m: m}) }
func directWakeSweep(task *edo.Task, m *meter) error {
	return directIdlers(task, &idlers{m: m, sweep: true})
}

func directIdlers(task *edo.Task, d *idlers) error {
	senders := make([]*oneshot.Sender[int], d.m.n)
	d.started, d.group = newGroup(d.m.n), newGroup(d.m.n)
	d.begin()
	for i := range senders {
		tx, rx := oneshot.New[int]()
		senders[i] = tx
		edo.Go(task, func(task *edo.Task) error {
			defer d.group.done()
			d.started.done()
			v, err := rx.Recv(task)
			counter.Add(int64(v))
			return err
		})
	}
	if _, err := edo.Await(task, d.started); err != nil {
		return err
	}
	d.waiting()
	for i, tx := range senders {
		senders[i] = nil
		if err := tx.Send(1); err != nil {
			return err
		}
	}
	_, err := edo.Await(task, d.group)
	d.end()
	return err
}
