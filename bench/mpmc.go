package main

import (
	"errors"
	"sync"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/mpmc"
)

// mpmcBetween returns a workload of so many producers and as many consumers.
func mpmcBetween(name string, workers int) workload {
	return workload{
		name: name, op: "a message through a channel of 1,024, from as many producers as the name says to as many consumers", n: 2 * million,
		variants: goAndEdo(goMPMC(workers), futureMPMC(workers), directMPMC(workers)),
	}
}

// goMPMC sends m.n messages from so many producers to as many consumers.
func goMPMC(workers int) goBody {
	return func(m *meter) {
		each := max(m.n/workers, 1)
		m.n = each * workers
		ch := make(chan int, 1024)
		var producers, consumers sync.WaitGroup
		for range workers {
			producers.Go(func() {
				for i := range each {
					ch <- i
				}
			})
			consumers.Go(func() {
				sum := 0
				for v := range ch {
					sum += v
				}
				counter.Add(int64(sum))
			})
		}
		producers.Wait()
		close(ch)
		consumers.Wait()
		checkCount(sumOf(workers, each))
	}
}

// mpmcProducer sends 0 to n-1.
type mpmcProducer struct {
	tx      *mpmc.Sender[int]
	send    mpmc.SendFuture[int]
	sending bool
	i, n    int
}

func (f *mpmcProducer) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	for f.i < f.n {
		if !f.sending {
			f.send.Reset(f.tx, f.i)
			f.sending = true
		}
		_, state, err := f.send.Poll(cx)
		if state == edo.Pending {
			return edo.Unit{}, edo.Pending, nil
		}
		if err != nil {
			return edo.Unit{}, edo.Ready, err
		}
		f.sending = false
		f.i++
	}
	return edo.Unit{}, edo.Ready, nil
}

func (f *mpmcProducer) Drop() { f.tx.Close() }

// mpmcConsumer adds up what it receives.
type mpmcConsumer struct {
	rx    *mpmc.Receiver[int]
	group *group
	sum   int
}

func (f *mpmcConsumer) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	for {
		v, state, err := f.rx.PollNext(cx)
		switch {
		case state == edo.Pending || err != nil:
			return edo.Unit{}, state, err
		case state == edo.End:
			counter.Add(int64(f.sum))
			f.group.leave(cx)
			return edo.Unit{}, edo.Ready, nil
		}
		f.sum += v
	}
}

func (f *mpmcConsumer) Drop() { f.rx.Drop() }

func futureMPMC(workers int) futureBody {
	return func(m *meter) edo.Future[edo.Unit] {
		each := max(m.n/workers, 1)
		m.n = each * workers
		return &checked{sumOf(workers, each), startAll{members: workers, start: func(cx *edo.Context, g *group) {
			tx, rx := mpmc.New[int](1024)
			for range workers {
				edo.SpawnInline[edo.Unit](cx, mpmcProducer{tx: tx.Clone(), n: each})
				edo.SpawnInline[edo.Unit](cx, mpmcConsumer{rx: rx.Clone(), group: g})
			}
			tx.Close()
			rx.Drop()
		}}}
	}
}

func directMPMC(workers int) directBody {
	return func(task *edo.Task, m *meter) error {
		each := max(m.n/workers, 1)
		m.n = each * workers
		g := newGroup(workers)
		tx, rx := mpmc.New[int](1024)
		for range workers {
			tx, rx := tx.Clone(), rx.Clone()
			edo.Go(task, func(task *edo.Task) error {
				defer tx.Close()
				for i := range each {
					if err := tx.Send(task, i); err != nil {
						return err
					}
				}
				return nil
			})
			edo.Go(task, func(task *edo.Task) error {
				defer g.done()
				defer rx.Drop()
				sum := 0
				for {
					v, err := rx.Recv(task)
					if errors.Is(err, edo.ErrClosed) {
						counter.Add(int64(sum))
						return nil
					}
					if err != nil {
						return err
					}
					sum += v
				}
			})
		}
		tx.Close()
		rx.Drop()
		if _, err := edo.Await(task, edo.Future[edo.Unit](g)); err != nil {
			return err
		}
		checkCount(sumOf(workers, each))
		return nil
	}
}
