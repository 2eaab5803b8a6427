package main

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/oneshot"
)

// An inquiry is what a task of the workload memory_deep works on, three calls deep.
type inquiry struct {
	id   int
	name string
}

func goDeep(m *meter) {
	r := &inquiry{1, "name"}
	goIdlersWith(&idlers{m: m}, func(ch chan int) int { return r.answer(ch) })
}

// answer is the first of three calls in plain Go.
func (r *inquiry) answer(ch chan int) int {
	total := 0
	for i := range 1 {
		total += r.ask(ch, i)
	}
	return total
}

func (r *inquiry) ask(ch chan int, i int) int {
	label := r.name
	return r.wait(ch, i) + len(label) - len(r.name)
}

func (r *inquiry) wait(ch chan int, i int) int { return <-ch * (i + 1) }

func directDeep(task *edo.Task, m *meter) error {
	r := &inquiry{1, "name"}
	return directIdlersWith(task, &idlers{m: m}, func(task *edo.Task, d *idlers, rx *oneshot.Receiver[int]) {
		edo.Go(task, func(task *edo.Task) error {
			defer d.group.done()
			d.started.done()
			v, err := r.answerDirect(task, rx)
			counter.Add(int64(v))
			return err
		})
	})
}

// answerDirect is the first of three calls in direct style.
func (r *inquiry) answerDirect(task *edo.Task, rx *oneshot.Receiver[int]) (int, error) {
	total := 0
	for i := range 1 {
		n, err := r.askDirect(task, rx, i)
		if err != nil {
			return total, err
		}
		total += n
	}
	return total, nil
}

func (r *inquiry) askDirect(task *edo.Task, rx *oneshot.Receiver[int], i int) (int, error) {
	label := r.name
	v, err := r.waitDirect(task, rx, i)
	if err != nil {
		return 0, err
	}
	return v + len(label) - len(r.name), nil
}

func (r *inquiry) waitDirect(task *edo.Task, rx *oneshot.Receiver[int], i int) (int, error) {
	defer rx.Drop()
	v, err := rx.Recv(task)
	return v * (i + 1), err
}
