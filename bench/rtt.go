package main

import (
	"errors"
	"sync"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/oneshot"
)

const rttClients = 4

// requests returns the number of requests per client, and sets m.n to their sum.
func requests(m *meter) int {
	each := max(m.n/rttClients, 1)
	m.n = each * rttClients
	return each
}

func goRTT(m *meter) {
	type request struct {
		key   int
		reply chan int
	}
	each := requests(m)
	ch := make(chan request, 1024)
	go func() {
		for r := range ch {
			r.reply <- r.key
		}
	}()
	var wg sync.WaitGroup
	for range rttClients {
		wg.Go(func() {
			for i := range each {
				reply := make(chan int, 1)
				ch <- request{i, reply}
				if <-reply != i {
					panic("another reply")
				}
			}
		})
	}
	wg.Wait()
	close(ch)
}

// A request asks the coordinator to send key to reply.
type request struct {
	key   int
	reply *oneshot.Sender[int]
}

// coordinator answers requests, until all clients have ended.
type coordinator struct {
	rx    *mpsc.Receiver[request]
	group *group
}

func (f *coordinator) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	for {
		r, state, _ := f.rx.PollNext(cx)
		switch state {
		case edo.Pending:
			return edo.Unit{}, edo.Pending, nil
		case edo.End:
			f.group.leave(cx)
			return edo.Unit{}, edo.Ready, nil
		}
		if err := r.reply.SendBy(cx, r.key); err != nil {
			return edo.Unit{}, edo.Ready, err
		}
	}
}

func (f *coordinator) Drop() { f.rx.Drop() }

// client makes n requests, one after the other.
type client struct {
	tx    *mpsc.Sender[request]
	send  mpsc.SendFuture[request]
	reply *oneshot.Receiver[int]
	group *group
	step  step
	n, i  int
}

func (f *client) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	for f.i < f.n {
		switch f.step {
		case fresh:
			tx, rx := oneshot.New[int]()
			f.reply = rx
			f.send.Reset(f.tx, request{f.i, tx})
			f.step = sending
		case sending:
			_, state, err := f.send.Poll(cx)
			if state == edo.Pending {
				return edo.Unit{}, edo.Pending, nil
			}
			if err != nil {
				return edo.Unit{}, edo.Ready, err
			}
			f.step = receiving
		case receiving:
			v, state, err := f.reply.Poll(cx)
			if state == edo.Pending {
				return edo.Unit{}, edo.Pending, nil
			}
			if err := expect(v, f.i, err); err != nil {
				return edo.Unit{}, edo.Ready, err
			}
			f.i++
			f.step = fresh
		}
	}
	f.group.leave(cx)
	return edo.Unit{}, edo.Ready, nil
}

func (f *client) Drop() { f.tx.Close() }

func futureRTT(m *meter) edo.Future[edo.Unit] {
	each := requests(m)
	return &startAll{members: rttClients + 1, start: func(cx *edo.Context, g *group) {
		tx, rx := mpsc.New[request](1024)
		edo.SpawnInline[edo.Unit](cx, coordinator{rx: rx, group: g})
		for range rttClients {
			edo.SpawnInline[edo.Unit](cx, client{tx: tx.Clone(), group: g, n: each})
		}
		tx.Close()
	}}
}

func directRTT(task *edo.Task, m *meter) error {
	each := requests(m)
	g := newGroup(rttClients + 1)
	tx, rx := mpsc.New[request](1024)
	edo.Go(task, func(task *edo.Task) error {
		defer g.done()
		defer rx.Drop()
		for {
			r, err := rx.Recv(task)
			if errors.Is(err, edo.ErrClosed) {
				return nil
			}
			if err != nil {
				return err
			}
			if err := r.reply.Send(r.key); err != nil {
				return err
			}
		}
	})
	for range rttClients {
		tx := tx.Clone()
		edo.Go(task, func(task *edo.Task) error {
			defer g.done()
			defer tx.Close()
			for i := range each {
				answer, reply := oneshot.New[int]()
				if err := tx.Send(task, request{i, answer}); err != nil {
					return err
				}
				v, err := reply.Recv(task)
				if err := expect(v, i, err); err != nil {
					return err
				}
			}
			return nil
		})
	}
	tx.Close()
	_, err := edo.Await(task, g)
	return err
}
