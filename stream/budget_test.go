package stream_test

import (
	"errors"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/stream"
)

// always is a stream that is always ready, and never asks whether it may go on.
type always struct{}

func (always) PollNext(*edo.Context) (int, edo.Poll, error) { return 1, edo.Ready, nil }

// failing is always, with errors.
type failing struct{}

func (failing) PollNext(*edo.Context) (int, edo.Poll, error) { return 0, edo.Ready, errTest }

// over is a stream that has ended, and never asks.
type over struct{}

func (over) PollNext(*edo.Context) (int, edo.Poll, error) { return 0, edo.End, nil }

// step is a future that is ready, and never asks.
type step struct{ err error }

func (s step) Poll(*edo.Context) (edo.Unit, edo.Poll, error) { return edo.Unit{}, edo.Ready, s.err }

var errStarved = errors.New("another task was not run for 10,000 turns")

// givesWay runs op again and again, on one worker, and says whether another task runs
// meanwhile. op calls again at each turn of its own, and ends when that says no.
func givesWay(op func(task *edo.Task, again func() bool) error) error {
	return sim.Run(1, func(task *edo.Task) error {
		ran, turns := false, 0
		edo.Go(task, func(*edo.Task) error { ran = true; return nil })
		again := func() bool {
			turns++
			return !ran && turns < 10_000
		}
		for again() {
			if err := op(task, again); err != nil {
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
	next := func(s edo.Stream[int]) func(task *edo.Task, again func() bool) error {
		return func(task *edo.Task, _ func() bool) error {
			edo.Next(task, s)
			return nil
		}
	}
	item := func(again func() bool) error {
		if again() {
			return nil
		}
		return errEnough
	}
	ended := func() edo.Future[edo.Unit] {
		f := stream.ForEach(stream.Empty[int](), func(int) error { return nil })
		edo.Drop(f)
		return f
	}()
	for name, op := range map[string]func(task *edo.Task, again func() bool) error{
		"Next of Values at the end": next(stream.Values[int]()),
		"Next of an ended Once":     next(stream.Once(1)),
		"Next of Empty":             next(stream.Empty[int]()),
		"Next of an ended Iter":     next(stream.Iter(func(func(int) bool) {})),
		"Next of an ended PollFn":   next(stream.PollFn(over{}.PollNext)),
		"Next of a PollFn":          next(stream.PollFn(always{}.PollNext)),
		"Next of an ended Map":      next(stream.Map(over{}, func(v int) int { return v })),
		"Next of an ended Merge":    next(stream.Of(over{}).Merge(over{})),
		"Next of an ended Chain":    next(stream.Of(over{}).Chain(over{})),
		"Next of an ended Take":     next(stream.Of(always{}).Take(0)),
		"All": func(task *edo.Task, again func() bool) error {
			for range stream.All(task, always{}) {
				if !again() {
					break
				}
			}
			return nil
		},
		"All that is left at once": func(task *edo.Task, _ func() bool) error {
			for range stream.All(task, always{}) {
				break
			}
			return nil
		},
		"All of nothing": func(task *edo.Task, _ func() bool) error {
			for range stream.All(task, over{}) {
			}
			return nil
		},
		"Each": func(task *edo.Task, again func() bool) (err error) {
			for range stream.Each(task, always{}, &err) {
				if !again() {
					break
				}
			}
			return err
		},
		"Filter that keeps nothing": func(task *edo.Task, again func() bool) error {
			_, _, err := edo.Next(task, stream.Of(always{}).Filter(func(int) bool { return !again() }))
			return err
		},
		"Skip": func(task *edo.Task, _ func() bool) error {
			_, _, err := edo.Next(task, stream.Of(always{}).Skip(1000))
			return err
		},
		"MapErr that takes all out": func(task *edo.Task, again func() bool) error {
			edo.Next(task, stream.Of(failing{}).MapErr(func(error) error {
				if again() {
					return nil
				}
				return errEnough
			}))
			return nil
		},
		"ForEach": func(task *edo.Task, again func() bool) error {
			return await(task, stream.ForEach(always{}, func(int) error { return item(again) }))
		},
		"ForEachFuture": func(task *edo.Task, again func() bool) error {
			return await(task, stream.ForEachFuture(always{}, func(int) edo.Future[edo.Unit] { return step{item(again)} }))
		},
		"ForEachTask": func(task *edo.Task, again func() bool) error {
			return await(task, stream.ForEachTask(always{}, func(*edo.Task, int) error { return item(again) }))
		},
		"ForEach of nothing": func(task *edo.Task, _ func() bool) error {
			return await(task, stream.ForEach(stream.Empty[int](), func(int) error { return nil }))
		},
		"a future polled after its end": func(task *edo.Task, _ func() bool) error {
			edo.Await(task, ended)
			return nil
		},
		"Send": func(task *edo.Task, _ func() bool) error { return stream.Send(task, discard{}, 1) },
		"SendFuture": func(task *edo.Task, _ func() bool) error {
			return await(task, stream.SendFuture(discard{}, 1))
		},
		"SendAll": func(task *edo.Task, again func() bool) error {
			return stream.SendAll(task, discard{}, stream.Of(always{}).TakeWhile(func(int) bool { return again() }))
		},
		"SendAll of nothing": func(task *edo.Task, _ func() bool) error {
			return stream.SendAll(task, discard{}, over{})
		},
		"an AndThen of what is ready": func(task *edo.Task, _ func() bool) error {
			return await(task, future.AndThen(future.Ready(1), func(int) edo.Future[edo.Unit] { return ready(edo.Unit{}) }))
		},
	} {
		t.Run(name, func(t *testing.T) {
			if err := givesWay(op); err != nil {
				t.Error(err)
			}
		})
	}
}
