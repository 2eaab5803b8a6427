package stream_test

import (
	"errors"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/stream"
)

// The following are always ready, and take nothing off the budget.

// endless is a stream of values without an end.
type endless struct{}

func (endless) PollNext(*edo.Context) (int, edo.Poll, error) { return 1, edo.Ready, nil }

// failing is a stream of errors without an end.
type failing struct{}

func (failing) PollNext(*edo.Context) (int, edo.Poll, error) { return 0, edo.Ready, errTest }

// ended is a stream that has ended.
type ended struct{}

func (ended) PollNext(*edo.Context) (int, edo.Poll, error) { return 0, edo.End, nil }

// step is a future that is ready.
type step struct{ err error }

func (s step) Poll(*edo.Context) (edo.Unit, edo.Poll, error) { return edo.Unit{}, edo.Ready, s.err }

var errStarved = errors.New("another task was not run for 10,000 turns")

// checkGivesWay calls op again and again, on one worker, until another task has run. It
// returns errStarved if that does not happen. An op that loops itself calls mayContinue at
// each turn, and ends when that reports false.
func checkGivesWay(op func(task *edo.Task, mayContinue func() bool) error) error {
	return sim.Run(1, func(task *edo.Task) error {
		ran, turns := false, 0
		edo.Go(task, func(*edo.Task) error { ran = true; return nil })
		mayContinue := func() bool {
			turns++
			return !ran && turns < 10_000
		}
		for mayContinue() {
			if err := op(task, mayContinue); err != nil {
				return err
			}
		}
		if !ran {
			return errStarved
		}
		return nil
	})
}

// errEnough ends a fold.
var errEnough = errors.New("enough")

func TestEveryOperationThatCanReturnAtOnceGivesWay(t *testing.T) {
	await := func(task *edo.Task, f edo.Future[edo.Unit]) error {
		_, err := edo.Await(task, f)
		if err == errEnough {
			err = nil
		}
		return err
	}
	next := func(s edo.Stream[int]) func(task *edo.Task, mayContinue func() bool) error {
		return func(task *edo.Task, _ func() bool) error {
			edo.Next(task, s)
			return nil
		}
	}
	handle := func(mayContinue func() bool) error {
		if mayContinue() {
			return nil
		}
		return errEnough
	}
	dropped := func() edo.Future[edo.Unit] {
		f := stream.ForEach(stream.Empty[int](), func(int) error { return nil })
		edo.Drop(f)
		return f
	}()
	for name, op := range map[string]func(task *edo.Task, mayContinue func() bool) error{
		"Next of Values at the end": next(stream.Values[int]()),
		"Next of an ended Once":     next(stream.Once(1)),
		"Next of Empty":             next(stream.Empty[int]()),
		"Next of an ended Iter":     next(stream.Iter(func(func(int) bool) {})),
		"Next of an ended PollFn":   next(stream.PollFn(ended{}.PollNext)),
		"Next of a PollFn":          next(stream.PollFn(endless{}.PollNext)),
		"Next of an ended Map":      next(stream.Map(ended{}, func(v int) int { return v })),
		"Next of an ended Merge":    next(stream.Of(ended{}).Merge(ended{})),
		"Next of an ended Chain":    next(stream.Of(ended{}).Chain(ended{})),
		"Next of an ended Take":     next(stream.Of(endless{}).Take(0)),
		"All": func(task *edo.Task, mayContinue func() bool) error {
			for range stream.All(task, endless{}) {
				if !mayContinue() {
					break
				}
			}
			return nil
		},
		"All that breaks at once": func(task *edo.Task, _ func() bool) error {
			for range stream.All(task, endless{}) {
				break
			}
			return nil
		},
		"All of an ended stream": func(task *edo.Task, _ func() bool) error {
			for range stream.All(task, ended{}) {
			}
			return nil
		},
		"Each": func(task *edo.Task, mayContinue func() bool) (err error) {
			for range stream.Each(task, endless{}, &err) {
				if !mayContinue() {
					break
				}
			}
			return err
		},
		"Filter that keeps no value": func(task *edo.Task, mayContinue func() bool) error {
			_, _, err := edo.Next(task, stream.Of(endless{}).Filter(func(int) bool { return !mayContinue() }))
			return err
		},
		"Skip": func(task *edo.Task, _ func() bool) error {
			_, _, err := edo.Next(task, stream.Of(endless{}).Skip(1000))
			return err
		},
		"MapErr that removes all errors": func(task *edo.Task, mayContinue func() bool) error {
			edo.Next(task, stream.Of(failing{}).MapErr(func(error) error {
				if mayContinue() {
					return nil
				}
				return errEnough
			}))
			return nil
		},
		"ForEach": func(task *edo.Task, mayContinue func() bool) error {
			return await(task, stream.ForEach(endless{}, func(int) error { return handle(mayContinue) }))
		},
		"ForEachFuture": func(task *edo.Task, mayContinue func() bool) error {
			return await(task, stream.ForEachFuture(endless{}, func(int) edo.Future[edo.Unit] { return step{handle(mayContinue)} }))
		},
		"ForEachTask": func(task *edo.Task, mayContinue func() bool) error {
			return await(task, stream.ForEachTask(endless{}, func(*edo.Task, int) error { return handle(mayContinue) }))
		},
		"ForEach of an ended stream": func(task *edo.Task, _ func() bool) error {
			return await(task, stream.ForEach(stream.Empty[int](), func(int) error { return nil }))
		},
		"a future polled after its end": func(task *edo.Task, _ func() bool) error {
			edo.Await(task, dropped)
			return nil
		},
		"Send": func(task *edo.Task, _ func() bool) error { return stream.Send(task, discard{}, 1) },
		"SendFuture": func(task *edo.Task, _ func() bool) error {
			return await(task, stream.SendFuture(discard{}, 1))
		},
		"SendAll": func(task *edo.Task, mayContinue func() bool) error {
			return stream.SendAll(task, discard{}, stream.Of(endless{}).TakeWhile(func(int) bool { return mayContinue() }))
		},
		"SendAll of an ended stream": func(task *edo.Task, _ func() bool) error {
			return stream.SendAll(task, discard{}, ended{})
		},
		"an AndThen of a ready future": func(task *edo.Task, _ func() bool) error {
			return await(task, future.AndThen(future.Ready(1), func(int) edo.Future[edo.Unit] { return ready(edo.Unit{}) }))
		},
	} {
		t.Run(name, func(t *testing.T) {
			if err := checkGivesWay(op); err != nil {
				t.Error(err)
			}
		})
	}
}
