// The program gives functions to what takes futures in the lowered build.
package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/joinset"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/selector"
	"github.com/edo-go/edo/sim"
)

func left(task *edo.Task) (int, error) {
	edo.Yield(task)
	return 1, nil
}

type adder struct{ n int }

func (a *adder) add(task *edo.Task) (int, error) {
	err := edo.Yield(task)
	a.n++
	return a.n, err
}

func joins(task *edo.Task) error { // borrows nothing
	a := &adder{10}
	n := 100
	results, err := future.JoinTask(task, left, a.add, func(task *edo.Task) (int, error) {
		edo.Yield(task)
		n++
		return n, errors.New("third")
	})
	fmt.Println(results, err, n)
	values, err := future.TryJoinTask(task, left, func(task *edo.Task) (int, error) { return n, edo.Yield(task) })
	fmt.Println(values, err)
	v, err := future.RaceTask(task,
		func(task *edo.Task) (string, error) { return "slow", errors.Join(edo.Yield(task), edo.Yield(task)) },
		func(task *edo.Task) (string, error) { return "fast", nil },
	)
	fmt.Println(v, err)
	for i := range 3 {
		values, err := future.TryJoinTask(task, func(task *edo.Task) (int, error) {
			edo.Yield(task)
			i++
			return i, nil
		}, left)
		fmt.Println(i, values, err)
	}
	none, err := future.JoinTask[int](task)
	fmt.Println(none, err)
	return nil
}

func lists(task *edo.Task, fns []func(task *edo.Task) (int, error)) error {
	values, err := future.TryJoinTask(task, fns...)
	fmt.Println(values, err)
	one := fns[0]
	values, err = future.TryJoinTask(task, one, left, one)
	fmt.Println(values, err)
	return nil
}

func sets(task *edo.Task) error {
	var set joinset.Set[int]
	defer set.Drop()
	for i := range 4 {
		_, err := set.Go(task, func(task *edo.Task) (int, error) {
			edo.Yield(task)
			if i == 3 {
				return 0, errors.New("failed")
			}
			return i, nil
		})
		fmt.Println(err)
	}
	set.Go(task, left)
	for range 5 {
		v, more, err := set.Join(task)
		fmt.Println(v, more, err)
	}
	return nil
}

func selects(task *edo.Task) error { // borrows nothing
	tx, rx := mpsc.New[int](4)
	words, heard := mpsc.New[string](4)
	edo.Go(task, func(task *edo.Task) error {
		for i := range 3 {
			tx.Send(task, i)
			words.Send(task, fmt.Sprint("word", i))
		}
		tx.Close()
		words.Close()
		return nil
	})
	sum, text := 0, ""
	s := selector.New(
		selector.On(rx, func(v int, err error) error {
			sum += v
			return err
		}),
		selector.On(heard, func(v string, err error) error {
			text += v
			if v == "word1" {
				func() {
					defer func() { text += fmt.Sprint(recover()) }()
					panic(" caught ")
				}()
			}
			return err
		}),
	)
	defer s.Drop()
	err := s.Run(task)
	fmt.Println(sum, text, err)
	return nil
}

// A handler that uses the Task stays in direct style.
func spawns(task *edo.Task) error {
	tx, rx := mpsc.New[int](4)
	tx.TrySend(1)
	tx.TrySend(2)
	tx.Close()
	var handles []*edo.JoinHandle[edo.Unit]
	s := selector.New(selector.On(rx, func(v int, err error) error {
		handles = append(handles, edo.Go(task, func(task *edo.Task) error {
			fmt.Println("spawned", v, edo.Yield(task))
			return nil
		}))
		return err
	}))
	defer s.Drop()
	fmt.Println(s.Run(task))
	for _, h := range handles {
		h.Await(task)
	}
	return nil
}

// waits is a program of a simulation.
func waits(task *edo.Task) error {
	fmt.Println("simulated", edo.Yield(task))
	return nil
}

func starts() {
	s := sim.New(sim.Config{Seed: 1})
	s.Start(waits)
	fmt.Println(s.Wait())
	n := 1
	t := *sim.New(sim.Config{Seed: 2})
	t.Start(func(task *edo.Task) error {
		edo.Yield(task)
		n++
		return nil
	})
	fmt.Println(t.Wait(), n)
}

func main() {
	starts()
	err := sim.Run(3, func(task *edo.Task) error {
		joins(task)
		a := &adder{}
		lists(task, []func(task *edo.Task) (int, error){a.add, left, a.add})
		sets(task)
		selects(task)
		spawns(task)
		return nil
	})
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}
