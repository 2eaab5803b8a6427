// The program leaves loops over streams in all ways. Each stream says when the loop drops it.
package main

import (
	"errors"
	"fmt"
	"os"
	"runtime"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/stream"
)

// numbers is a stream from 0 to n that says when it is dropped.
type numbers struct {
	name    string
	i, n    int
	errorAt int
	panicAt int
	dropped func()
}

func of(name string, n int) *numbers {
	fmt.Println(name, "made")
	return &numbers{name: name, n: n, errorAt: -1, panicAt: -1}
}

func (s *numbers) PollNext(cx *edo.Context) (v int, _ edo.Poll, err error) {
	i := s.i
	if i == s.n {
		return 0, edo.End, nil
	}
	s.i++
	switch i {
	case s.errorAt:
		return 0, edo.Ready, errors.New("an item")
	case s.panicAt:
		panic("in the stream")
	}
	return i, edo.Ready, nil
}

func (s *numbers) Drop() {
	fmt.Println(s.name, "dropped at", s.i)
	if s.dropped != nil {
		s.dropped()
	}
}

// What the stream does when it is dropped changes the result.
func changed(task *edo.Task) (n int, err error) {
	s := of("changed", 3)
	s.dropped = func() { n += 100 }
	for v := range stream.Each(task, s, &err) {
		edo.Yield(task)
		if v == 1 {
			return 7, errors.New("returned")
		}
	}
	return 1, nil
}

func whole(task *edo.Task) error {
	for v, err := range stream.All(task, of("whole", 3)) {
		fmt.Println(v, err, edo.Yield(task))
	}
	fmt.Println("after")
	return nil
}

func breaks(task *edo.Task) error {
	for v := range stream.All(task, of("breaks", 5)) {
		edo.Yield(task)
		if v == 2 {
			break
		}
	}
	fmt.Println("after")
	return edo.Yield(task)
}

func continues(task *edo.Task) error {
outer:
	for a, err := range stream.All(task, of("outer", 4)) {
		for b := range stream.All(task, of(fmt.Sprint("inner", a), 4)) {
			edo.Yield(task)
			switch {
			case a == 1 && b == 2:
				continue outer
			case a == 2:
				break
			case a == 3:
				break outer
			}
			for b < 2 {
				if edo.Yield(task) == nil && a == 0 {
					continue outer
				}
				b++
			}
			fmt.Println(a, b, err)
		}
		fmt.Println("next", a)
	}
	fmt.Println("after")
	return edo.Yield(task)
}

func jumps(task *edo.Task) error {
	n := 0
again:
	for a := range stream.All(task, of("jump a", 3)) {
		for b := range stream.All(task, of("jump b", 3)) {
			edo.Yield(task)
			if b == 1 {
				n++
				if n < 2 {
					goto again
				}
				if n < 3 {
					goto within
				}
				goto out
			}
		}
	within:
		fmt.Println(a, n)
		if edo.Yield(task) != nil {
			goto again
		}
	}
out:
	fmt.Println("out", n)
	return edo.Yield(task)
}

func returns(task *edo.Task) (n int, err error) {
	defer func() { fmt.Println("deferred", n, err) }()
	for a := range stream.All(task, of("return a", 3)) {
		n += a
		for b := range stream.All(task, of("return b", 3)) {
			edo.Yield(task)
			if a+b == 2 {
				return evaluated(n + 10), nil
			}
		}
	}
	return n, nil
}

func evaluated(n int) int {
	fmt.Println("evaluated", n)
	return n
}

func returnsCopied(task *edo.Task) int {
	for a := range stream.All(task, of("copied", 3)) {
		if a == 1 {
			return evaluated(a)
		}
		edo.Yield(task)
	}
	return -1
}

func panics(task *edo.Task) (n int) {
	defer func() { fmt.Println("recovered", recover(), n) }()
	for a := range stream.All(task, of("panic a", 3)) {
		for b := range stream.All(task, of("panic b", 3)) {
			edo.Yield(task)
			n = a*10 + b
			if n == 12 {
				panic("body")
			}
		}
	}
	return 1
}

func panicsInStream(task *edo.Task) error {
	defer func() { fmt.Println("recovered", recover()) }()
	s := of("stream", 3)
	s.panicAt = 1
	for a := range stream.All(task, s) {
		fmt.Println(a, edo.Yield(task))
	}
	return nil
}

func exits(task *edo.Task) error {
	defer fmt.Println("deferred")
	for a := range stream.All(task, of("exit", 3)) {
		edo.Yield(task)
		if a == 1 {
			runtime.Goexit()
		}
	}
	return nil
}

func each(task *edo.Task) error {
	var err error
	s := of("each", 4)
	s.errorAt = 2
	for v := range stream.Each(task, s, &err) {
		fmt.Println(v, err, edo.Yield(task))
	}
	fmt.Println("each", err)
	for range stream.Each(task, of("again", 4), &err) {
		if edo.Yield(task) == nil {
			break
		}
	}
	fmt.Println("again", err)
	return err
}

// The variable of the stream is another one in the body: the loop keeps the first.
func reassigned(task *edo.Task) error {
	s := of("first", 3)
	for a := range stream.All(task, s) {
		edo.Yield(task)
		if a == 1 {
			s = of("second", 2)
		}
	}
	for a := range stream.All(task, s) {
		fmt.Println(a, edo.Yield(task))
	}
	var none edo.Stream[int]
	for a := range stream.All(task, none) {
		fmt.Println(a, edo.Yield(task))
	}
	return nil
}

func turns(task *edo.Task) (fns []func() int) {
	for i := range 3 {
		for a := range stream.All(task, of(fmt.Sprint("turn", i), i+1)) {
			edo.Yield(task)
			fns = append(fns, func() int { a++; return a + i })
		}
	}
	return fns
}

func generic[T any](task *edo.Task, s edo.Stream[T]) (list []T, err error) {
	for v := range stream.Each(task, s, &err) {
		edo.Yield(task)
		list = append(list, v)
		if len(list) == 2 {
			break
		}
	}
	edo.Yield(task)
	return list, err
}

func dropped(task *edo.Task) (o string) {
	tx, rx := mpsc.New[int](2)
	h := edo.Go(task, func(task *edo.Task) error {
		for i := range 6 {
			if err := tx.Send(task, i); err != nil {
				o += fmt.Sprint("send", i, err)
				return nil
			}
		}
		tx.Close()
		return nil
	})
out:
	for v, err := range stream.All(task, rx) {
		for range 3 {
			edo.Yield(task)
			if v == 2 {
				break out
			}
		}
		o += fmt.Sprint(v, err)
	}
	h.Await(task)
	return o
}

func cancelled(task *edo.Task) error {
	var err error
	tx, rx := mpsc.New[int](1)
	for v := range stream.Each(task, rx, &err) {
		fmt.Println("never", v, tx)
	}
	return err
}

func main() {
	err := sim.Run(3, func(task *edo.Task) error {
		whole(task)
		breaks(task)
		continues(task)
		jumps(task)
		fmt.Println(returns(task))
		fmt.Println(returnsCopied(task))
		fmt.Println(panics(task))
		panicsInStream(task)
		h := edo.Go(task, exits)
		fmt.Println(h.Await(task))
		each(task)
		reassigned(task)
		for _, fn := range turns(task) {
			fmt.Println(fn(), fn())
		}
		fmt.Println(generic(task, edo.Stream[int](of("generic", 4))))
		fmt.Println(dropped(task))
		fmt.Println(changed(task))
		c := edo.Go(task, cancelled)
		edo.Yield(task)
		c.Abort()
		fmt.Println(c.Await(task))
		return nil
	})
	fmt.Println(err)
	if err != nil {
		os.Exit(1)
	}
}
