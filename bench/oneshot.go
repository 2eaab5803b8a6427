package main

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/oneshot"
)

func goOneshot(m *meter) {
	for i := range m.n {
		ch := make(chan int, 1)
		go func() { ch <- i }()
		if <-ch != i {
			panic("another value")
		}
	}
}

// answer is a future that sends its number.
type answer struct {
	tx *oneshot.Sender[int]
	i  int
}

func (f *answer) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	return edo.Unit{}, edo.Ready, f.tx.SendBy(cx, f.i)
}

// ask spawns answers, one after the other.
type ask struct {
	rx   *oneshot.Receiver[int] // of the current answer
	n, i int
}

func futureOneshot(m *meter) edo.Future[edo.Unit] { return &ask{n: m.n} }

func (f *ask) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	for f.i < f.n {
		if f.rx == nil {
			tx, rx := oneshot.New[int]()
			edo.SpawnInline[edo.Unit](cx, answer{tx, f.i})
			f.rx = rx
		}
		got, state, err := f.rx.Poll(cx)
		if state == edo.Pending {
			return edo.Unit{}, edo.Pending, nil
		}
		if err := expect(got, f.i, err); err != nil {
			return edo.Unit{}, edo.Ready, err
		}
		f.rx = nil
		f.i++
	}
	return edo.Unit{}, edo.Ready, nil
}

func directOneshot(task *edo.Task, m *meter) error {
	for i := range m.n {
		tx, rx := oneshot.New[int]()
		edo.Go(task, func(*edo.Task) error { return tx.Send(i) })
		got, err := rx.Recv(task)
		if err := expect(got, i, err); err != nil {
			return err
		}
	}
	return nil
}
