package stream_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/joinset"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/stream"
)

// Two tasks loop over one receiver. The first loop goes on; the second ends, even if its body
// ignores the error.
func TestALoopOverAStreamThatAnotherTaskWaitsForEndsAndDoesNotDropIt(t *testing.T) {
	loops := map[string]func(task *edo.Task, rx *mpsc.Receiver[int]) (sum, errs int){
		"two variables": func(task *edo.Task, rx *mpsc.Receiver[int]) (sum, errs int) {
			for v, err := range stream.All(task, rx) {
				var busy *edo.BusyError
				if errors.As(err, &busy) {
					errs++
				}
				sum += v
			}
			return sum, errs
		},
		"one variable": func(task *edo.Task, rx *mpsc.Receiver[int]) (sum, errs int) {
			for v := range stream.All(task, rx) {
				if v == 0 {
					errs++
				}
				sum += v
			}
			return sum, errs
		},
		"each": func(task *edo.Task, rx *mpsc.Receiver[int]) (sum, errs int) {
			var err error
			for v := range stream.Each(task, rx, &err) {
				sum += v
			}
			var busy *edo.BusyError
			if errors.As(err, &busy) {
				errs++
			}
			return sum, errs
		},
	}
	for name, loop := range loops {
		t.Run(name, func(t *testing.T) {
			sim.Explore(t, 20, func(seed uint64) error {
				sums, errs, ended := 0, 0, 0
				err := sim.Run(seed, func(task *edo.Task) error {
					tx, rx := mpsc.New[int](1)
					defer tx.Close()
					for range 2 {
						edo.Go(task, func(task *edo.Task) error {
							sum, e := loop(task, rx)
							sums, errs, ended = sums+sum, errs+e, ended+1
							return nil
						})
					}
					for range 5 {
						edo.Yield(task)
					}
					for ended == 0 {
						edo.Yield(task)
					}
					return errors.Join(tx.Send(task, 1), tx.Send(task, 2))
				})
				if err == nil && (sums != 3 || errs != 1 || ended != 2) {
					err = fmt.Errorf("received %d, %d errors, %d ended", sums, errs, ended)
				}
				return err
			})
		})
	}
}

// The tasks of a set fail with a BusyError, which is not an error of the loop over the set.
func TestALoopOverResultsGoesOnAfterAResultThatIsABusyError(t *testing.T) {
	err := sim.Run(1, func(task *edo.Task) error {
		tx, rx := mpsc.New[int](1)
		set := joinset.New[int](0)
		for range 4 {
			if _, err := set.Go(task, rx.Recv); err != nil {
				return err
			}
		}
		results, failed := 0, 0
		for _, err := range stream.All(task, set) {
			if results++; err != nil {
				failed++
			}
			if failed == 3 {
				tx.Close()
			}
		}
		if results != 4 || failed != 4 {
			return fmt.Errorf("%d results, %d failed", results, failed)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
