package main

import (
	"errors"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/mpsc"
)

func goPingpong(m *meter) {
	a, b := make(chan int, 1), make(chan int, 1)
	go func() {
		for v := range a {
			b <- v
		}
		close(b)
	}()
	for i := range m.n {
		a <- i
		if <-b != i {
			panic("another value")
		}
	}
	close(a)
	<-b
}

// mirror sends each message back.
type mirror struct {
	rx      *mpsc.Receiver[int]
	tx      *mpsc.Sender[int]
	send    mpsc.SendFuture[int]
	sending bool
}

func (f *mirror) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	for {
		if !f.sending {
			v, state, _ := f.rx.PollNext(cx)
			if state == edo.Pending {
				return edo.Unit{}, edo.Pending, nil
			}
			if state == edo.End {
				return edo.Unit{}, edo.Ready, nil
			}
			f.send.Reset(f.tx, v)
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
	}
}

func (f *mirror) Drop() {
	f.tx.Close()
	f.rx.Drop()
}

// ping is the other side: it sends a number and waits until it comes back.
type ping struct {
	tx   *mpsc.Sender[int]
	rx   *mpsc.Receiver[int]
	send mpsc.SendFuture[int]
	step step
	n, i int
}

// step is the state of a future that sends and then receives.
type step uint8

const (
	fresh step = iota
	sending
	receiving
)

func futurePingpong(m *meter) edo.Future[edo.Unit] { return &ping{n: m.n} }

func (f *ping) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	if f.tx == nil {
		far := &mirror{}
		f.tx, far.rx = mpsc.New[int](1)
		far.tx, f.rx = mpsc.New[int](1)
		edo.Spawn(cx, far)
	}
	for f.i < f.n {
		switch f.step {
		case fresh:
			f.send.Reset(f.tx, f.i)
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
			v, state, err := f.rx.PollRecv(cx)
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
	return edo.Unit{}, edo.Ready, nil
}

func (f *ping) Drop() {
	f.tx.Close()
	f.rx.Drop()
}

func directPingpong(task *edo.Task, m *meter) error {
	there, far := mpsc.New[int](1)
	back, near := mpsc.New[int](1)
	defer near.Drop()
	defer there.Close()
	edo.Go(task, func(task *edo.Task) error {
		defer far.Drop()
		defer back.Close()
		for {
			v, err := far.Recv(task)
			if errors.Is(err, edo.ErrClosed) {
				return nil
			}
			if err != nil {
				return err
			}
			if err := back.Send(task, v); err != nil {
				return err
			}
		}
	})
	for i := range m.n {
		if err := there.Send(task, i); err != nil {
			return err
		}
		v, err := near.Recv(task)
		if err := expect(v, i, err); err != nil {
			return err
		}
	}
	return nil
}
