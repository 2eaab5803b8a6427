//go:build !plain

package forms

import (
	"errors"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/lock"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/stream"
	"github.com/edo-go/edo/timer"
	"proof.test/trace"
)

// sent returns a channel with the numbers below n, and its sender, which tells whether the receiver
// was dropped.
func sent(n int) (*mpsc.Sender[int], *mpsc.Receiver[int]) {
	tx, rx := mpsc.New[int](n + 1)
	for i := range n {
		tx.TrySend(i)
	}
	return tx, rx
}

// FormLeavesLoops leaves loops over iterators that lie in each other, in each way.
func FormLeavesLoops(task *edo.Task, t *trace.T) error {
	var err error
	report := func(id int, txs ...*mpsc.Sender[int]) {
		for _, tx := range txs {
			t.At(id, tx.IsClosed())
		}
	}
	txA, rxA := sent(4)
outer:
	for v := range stream.Each(task, rxA, &err) {
		txB, rxB := sent(3)
		for w := range stream.Each(task, rxB, &err) {
			edo.Yield(task)
			t.At(1, v, w)
			switch {
			case w == 1 && v == 0:
				continue outer
			case v == 1:
				break
			case v == 2:
				report(2, txA, txB)
				break outer
			}
			if w == 1 {
				break
			}
		}
		report(3, txA, txB)
	}
	report(4, txA)
	txC, rxC := sent(3)
	txD, rxD := sent(3)
	for v := range stream.Each(task, rxC, &err) {
		n := 0
	again:
		n++
		edo.Yield(task)
		if n < 3 {
			goto again // stays in the loop
		}
		t.At(5, v, n)
		for w, err := range stream.All(task, rxD) {
			edo.Yield(task)
			t.At(6, w, err)
			if w == 1 {
				goto done
			}
		}
	}
done:
	report(7, txC, txD)
	txE, rxE := sent(3)
	txF, rxF := sent(3)
	find := func(task *edo.Task, want int) (found int, err error) {
		for v := range stream.Each(task, rxE, &err) {
			for w := range stream.Each(task, rxF, &err) {
				edo.Yield(task)
				if v+w == want {
					return v*10 + w, nil
				}
			}
		}
		return -1, err
	}
	v, err := find(task, 2)
	t.At(8, v, err)
	report(9, txE, txF)
	return nil
}

// FormArgumentsAreReadOnce has operations whose arguments change while they wait.
func FormArgumentsAreReadOnce(task *edo.Task, t *trace.T) error {
	tx, rx := mpsc.New[int](1)
	defer tx.Close()
	tx.TrySend(0)
	x, list := 1, []int{5, 6}
	h := edo.Go(task, func(task *edo.Task) error {
		x, list[0] = 50, 60
		edo.Yield(task)
		for range 3 {
			v, err := rx.Recv(task)
			t.At(1, v, err)
			edo.Yield(task)
			x, list[0] = x+1, list[0]+1
		}
		return nil
	})
	err := tx.Send(task, x+1)
	t.At(2, x, err)
	err = tx.Send(task, list[0])
	t.At(3, list, err)
	_, err = h.Await(task)
	sem := lock.NewSemaphore(3)
	n := 3
	t.At(4, sem.Acquire(task, n))
	h = edo.Go(task, func(task *edo.Task) error {
		n = 1
		edo.Yield(task)
		sem.Release(2)
		edo.Yield(task)
		t.At(5, sem.Available())
		sem.Release(1)
		return nil
	})
	t.At(6, sem.Acquire(task, n-1), sem.Available())
	_, err2 := h.Await(task)
	later := func(v int) edo.Future[int] {
		return edo.Async(func(task *edo.Task) (int, error) { return v, timer.Sleep(task, time.Duration(v)*time.Millisecond) })
	}
	fs := []edo.Future[int]{later(1), later(2)}
	h = edo.Go(task, func(task *edo.Task) error {
		fs[0], fs[1] = fs[1], fs[0]
		return nil
	})
	v, err3 := edo.Await(task, fs[0])
	t.At(7, v, err3)
	_, err4 := h.Await(task)
	v, err3 = edo.Await(task, fs[0])
	t.At(8, v, err3)
	return errors.Join(err, err2, err3, err4)
}

// FormFunctionValuesAreReadOnce calls functions that put another one in their place while they wait.
func FormFunctionValuesAreReadOnce(task *edo.Task, t *trace.T) error {
	var list []func(task *edo.Task, n int) int
	second := func(task *edo.Task, n int) int {
		t.At(1, n)
		edo.Yield(task)
		return n * 100
	}
	list = append(list, func(task *edo.Task, n int) int {
		list[0] = second
		edo.Yield(task)
		edo.Yield(task)
		return n + 1
	})
	t.At(2, list[0](task, 3))
	t.At(3, list[0](task, 4))
	var s struct {
		call func(task *edo.Task, n int) int
	}
	s.call = func(task *edo.Task, n int) int {
		s.call = second
		edo.Yield(task)
		return n + 2
	}
	t.At(4, s.call(task, 5))
	t.At(5, s.call(task, 6))
	return nil
}
