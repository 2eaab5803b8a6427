package main

import (
	"errors"
	"sync"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/mpsc"
)

// goMPSC sends m.n messages from so many producers to one receiver.
func goMPSC(producers int) goBody {
	return func(m *meter) {
		each := max(m.n/producers, 1)
		m.n = each * producers
		ch := make(chan int, 1024)
		var wg sync.WaitGroup
		for range producers {
			wg.Go(func() {
				for i := range each {
					ch <- i
				}
			})
		}
		go func() {
			wg.Wait()
			close(ch)
		}()
		sum := 0
		for v := range ch {
			sum += v
		}
		if sum != sumOf(producers, each) {
			panic("another sum")
		}
	}
}

// sumOf returns the sum of all messages: each producer sends 0, 1, 2, ...
func sumOf(producers, each int) int { return producers * (each * (each - 1) / 2) }

// producer sends 0 to n-1.
type producer struct {
	tx      *mpsc.Sender[int]
	send    mpsc.SendFuture[int]
	sending bool
	i, n    int
}

func (f *producer) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
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

func (f *producer) Drop() { f.tx.Close() }

// consumer starts the producers and adds up their messages.
type consumer struct {
	producers, each int
	rx              *mpsc.Receiver[int]
	sum             int
}

func futureMPSC(producers int) futureBody {
	return func(m *meter) edo.Future[edo.Unit] {
		each := max(m.n/producers, 1)
		m.n = each * producers
		return &consumer{producers: producers, each: each}
	}
}

func (f *consumer) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	if f.rx == nil {
		tx, rx := mpsc.New[int](1024)
		f.rx = rx
		for range f.producers {
			edo.SpawnInline[edo.Unit](cx, producer{tx: tx.Clone(), n: f.each})
		}
		tx.Close()
	}
	for {
		v, state, _ := f.rx.PollNext(cx)
		switch state {
		case edo.Pending:
			return edo.Unit{}, edo.Pending, nil
		case edo.End:
			return edo.Unit{}, edo.Ready, expect(f.sum, sumOf(f.producers, f.each), nil)
		}
		f.sum += v
	}
}

func (f *consumer) Drop() { f.rx.Drop() }

func directMPSC(producers int) directBody {
	return func(task *edo.Task, m *meter) error {
		each := max(m.n/producers, 1)
		m.n = each * producers
		tx, rx := mpsc.New[int](1024)
		defer rx.Drop()
		for range producers {
			tx := tx.Clone()
			edo.Go(task, func(task *edo.Task) error {
				defer tx.Close()
				for i := range each {
					if err := tx.Send(task, i); err != nil {
						return err
					}
				}
				return nil
			})
		}
		tx.Close()
		sum := 0
		for {
			v, err := rx.Recv(task)
			if errors.Is(err, edo.ErrClosed) {
				return expect(sum, sumOf(producers, each), nil)
			}
			if err != nil {
				return err
			}
			sum += v
		}
	}
}
