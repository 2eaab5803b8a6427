package main

import (
	"fmt"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/lock"
	"github.com/edo-go/edo/scope"
	"github.com/edo-go/edo/timer"
)

// seats is how many philosophers dine.
const seats = 4

// An order says which of two forks is taken first, given the philosopher's own.
type order func(left, right int) (first, second int)

// buggy takes the left one first.
func buggy(left, right int) (first, second int) { return left, right }

// fixed takes the one with the lower number first.
func fixed(left, right int) (first, second int) { return min(left, right), max(left, right) }

// dine has all philosophers eat three times, while a clock ticks.
func dine(task *edo.Task, which order) error {
	edo.Go(task, tick, edo.Daemon(), edo.Name("clock"))
	var forks [seats]lock.Mutex
	return scope.Run(task, func(s *scope.Scope) error {
		for i := range seats {
			edo.Go(s, func(task *edo.Task) error {
				first, second := which(i, (i+1)%seats)
				for range 3 {
					if err := eat(task, &forks[first], &forks[second]); err != nil {
						return err
					}
				}
				return nil
			}, edo.Name(fmt.Sprintf("philosopher %d", i)))
		}
		return nil
	})
}

// eat takes two forks, eats, and puts them back.
func eat(task *edo.Task, first, second *lock.Mutex) error {
	if err := first.Lock(task); err != nil {
		return err
	}
	defer first.Unlock()
	if err := edo.Yield(task); err != nil { // reaches across the table
		return err
	}
	if err := second.Lock(task); err != nil {
		return err
	}
	defer second.Unlock()
	return timer.Sleep(task, time.Minute)
}

// tick is a clock on the wall.
func tick(task *edo.Task) error {
	for {
		if err := timer.Sleep(task, time.Second); err != nil {
			return err
		}
	}
}
