//go:build !plain

package forms

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/joinset"
	"github.com/edo-go/edo/lock"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/oneshot"
	"github.com/edo-go/edo/scope"
	"github.com/edo-go/edo/selector"
	"github.com/edo-go/edo/stream"
	"github.com/edo-go/edo/timer"
	"proof.test/trace"
)

// FormScope has tasks that capture, fail and are cancelled with their scope.
func FormScope(task *edo.Task, t *trace.T) error {
	total := 0
	err := scope.Run(task, func(s *scope.Scope) error {
		for i := range 3 {
			edo.Go(s, func(task *edo.Task) error {
				if err := timer.Sleep(task, time.Duration(3-i)*time.Millisecond); err != nil {
					return err
				}
				total += i
				t.At(1, i, total)
				return nil
			})
		}
		if err := edo.Yield(task); err != nil {
			return err
		}
		t.At(2, total)
		return nil
	})
	t.At(3, total, err)
	err = scope.Run(task, func(s *scope.Scope) error {
		edo.Go(s, func(task *edo.Task) error {
			defer t.At(4, "cleaned")
			return task.Cancelled()
		})
		edo.Go(s, func(task *edo.Task) error {
			edo.Yield(task)
			return errors.New("failed")
		})
		err := task.Cancelled()
		t.At(5, err)
		return err
	})
	t.At(6, err)
	err = scope.Run(task, func(s *scope.Scope) error {
		defer func() { t.At(7, total) }()
		total = 100
		for {
			if err := timer.Sleep(task, time.Second); err != nil {
				return err
			}
			total++
		}
	}, scope.Timeout(3500*time.Millisecond))
	t.At(8, total, err)
	return scope.Run(task, func(s *scope.Scope) error {
		defer func() { t.At(9, recover()) }()
		edo.Yield(task)
		panic("in a scope")
	})
}

// FormStreams ranges over a channel, and leaves early in each way.
func FormStreams(task *edo.Task, t *trace.T) error {
	tx, rx := mpsc.New[int](2)
	h := edo.Go(task, func(task *edo.Task) error {
		for i := range 12 {
			if err := tx.Send(task, i); err != nil {
				t.At(1, i, err)
				return err
			}
		}
		return nil
	}, edo.Owns(tx))
	for v, err := range stream.All(task, rx) {
		if err != nil {
			return err
		}
		t.At(2, v)
		if v == 2 {
			break
		}
	}
	next := func() (int, error) {
		for v, err := range stream.All(task, rx) {
			return v, err
		}
		return -1, nil
	}
	v, err := next()
	t.At(3, v, err)
	v, err = firstOver(task, rx, 5)
	t.At(4, v, err)
outer:
	for i := range 3 {
		for v := range stream.Each(task, rx, &err) {
			edo.Yield(task)
			t.At(5, i, v)
			if v%2 == 0 {
				continue outer
			}
		}
		t.At(6, i, err)
	}
	_, err = h.Await(task)
	t.At(7, err)
	return err
}

func firstOver(task *edo.Task, s edo.Stream[int], n int) (_ int, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("recovered %v", r)
		}
	}()
	for v, err := range stream.All(task, s) {
		if err != nil {
			return 0, err
		}
		edo.Yield(task)
		if v > n {
			panic(v)
		}
	}
	return 0, nil
}

// FormFutures joins and races functions, and awaits them.
func FormFutures(task *edo.Task, t *trace.T) error {
	x := 1
	rs, err := future.JoinTask(task,
		func(task *edo.Task) (int, error) { x++; edo.Yield(task); x *= 2; return x, nil },
		func(task *edo.Task) (int, error) { x += 10; edo.Yield(task); return x, errors.New("second") },
		func(task *edo.Task) (int, error) { edo.Yield(task); edo.Yield(task); panic("third") },
	)
	for _, r := range rs {
		t.At(1, r.Value, r.Err != nil)
	}
	t.At(2, x, err != nil)
	v, err := future.RaceTask(task,
		func(task *edo.Task) (string, error) {
			defer t.At(3, "loser")
			err := timer.Sleep(task, time.Second)
			t.At(4, err)
			return "slow", err
		},
		func(task *edo.Task) (string, error) { return "fast", timer.Sleep(task, time.Millisecond) },
	)
	t.At(5, v, err)
	vs, err := future.TryJoinTask(task,
		func(task *edo.Task) (int, error) { return 1, edo.Yield(task) },
		func(task *edo.Task) (int, error) { return 2, errors.New("no") },
	)
	t.At(6, vs, err)
	a := edo.Async(func(task *edo.Task) (int, error) { x = 7; err := edo.Yield(task); return x, err })
	x = 8
	n, err := edo.Await(task, a)
	t.At(7, n, x, err)
	d, err := timer.Timeout(task, time.Millisecond, func(task *edo.Task) (int, error) {
		defer func() { x++ }()
		for {
			if err := timer.Sleep(task, time.Second); err != nil {
				t.At(8, err)
				return 3, err
			}
		}
	})
	t.At(9, d, x, err)
	c, err := edo.Call(task, func(ctx context.Context) (int, error) { return x, ctx.Err() })
	t.At(10, c, err)
	f, err := edo.Await(task, stream.ForEachTask(numbers(), func(task *edo.Task, v int) error {
		if err := edo.Yield(task); err != nil {
			return err
		}
		x += v
		return nil
	}))
	t.At(11, f, x, err)
	sum, err := edo.Await(task, stream.FoldTask(numbers(), 0, func(task *edo.Task, acc, v int) (int, error) {
		err := timer.Sleep(task, time.Millisecond)
		return acc*10 + v, err
	}))
	t.At(12, sum, err)
	return nil
}

func numbers() *mpsc.Receiver[int] {
	tx, rx := mpsc.NewUnbounded[int]()
	for i := range 4 {
		tx.TrySend(i)
	}
	tx.Close()
	return rx
}

// FormSets has sets of tasks, and a selector with handlers.
func FormSets(task *edo.Task, t *trace.T) error {
	set := joinset.New[int](2)
	defer set.Drop()
	for i := range 4 {
		if _, err := set.Go(task, func(task *edo.Task) (int, error) {
			err := timer.Sleep(task, time.Duration(4-i)*time.Millisecond)
			if i == 2 {
				return 0, errors.New("two")
			}
			return i * i, err
		}); err != nil {
			t.At(1, err)
			return err
		}
	}
	for {
		v, ok, err := set.Join(task)
		if !ok {
			break
		}
		t.At(2, v, err)
	}
	tx, rx := mpsc.New[string](1)
	done, end := oneshot.New[int]()
	edo.Go(task, func(task *edo.Task) error {
		for _, s := range []string{"a", "b", "c"} {
			if err := tx.Send(task, s); err != nil {
				return err
			}
		}
		return done.Send(9)
	}, edo.Owns(tx, done))
	text := ""
	stop := errors.New("stop")
	err := selector.New(
		selector.On(rx, func(s string, err error) error { text += s; return err }),
		selector.OnFuture(end, func(v int, err error) error { t.At(3, v, err); return stop }),
	).Run(task)
	t.At(4, text, err)
	return nil
}

// FormLocks holds a lock over waits.
func FormLocks(task *edo.Task, t *trace.T) error {
	sem := lock.NewSemaphore(1)
	held := 0
	err := scope.Run(task, func(s *scope.Scope) error {
		for i := range 3 {
			edo.Go(s, func(task *edo.Task) error {
				if err := sem.Acquire(task, 1); err != nil {
					return err
				}
				defer sem.Release(1)
				held++
				t.At(1, i > 3, held)
				err := timer.Sleep(task, time.Millisecond)
				held--
				return err
			})
		}
		return nil
	})
	t.At(2, held, err)
	return err
}
