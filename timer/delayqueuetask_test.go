package timer_test

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/internal/own/owntest"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/stream"
	"github.com/edo-go/edo/timer"
)

func TestAQueueDropsTheValuesThatHaveNotCome(t *testing.T) {
	simulate(t, func(task *edo.Task, _ func() time.Duration) error {
		q := timer.NewDelayQueue[*owntest.Handle](task)
		var all []*owntest.Handle
		for i := range 4 {
			all = append(all, owntest.NewHandle(i))
			q.Insert(all[i], time.Duration(i)*time.Hour)
		}
		taken, _, err := edo.Next(task, q)
		q.Drop()
		q.Drop()
		for i, h := range all {
			if want := min(i, 1); h.Drops() != want {
				t.Errorf("value %d was dropped %d times", i, h.Drops())
			}
		}
		taken.Drop()
		if all[0].Drops() != 1 || q.Len() != 0 {
			t.Error("the value that was taken")
		}
		return err
	})
}

func TestATaskThatWaitsForAQueueSaysUntilWhen(t *testing.T) {
	simulate(t, func(task *edo.Task, _ func() time.Duration) error {
		q, begin := timer.NewDelayQueue[int](task), timer.Now(task)
		defer q.Drop()
		q.Insert(1, time.Hour)
		h := edo.Go(task, func(task *edo.Task) error { _, _, err := edo.Next(task, q); return err })
		timer.Sleep(task, time.Minute)
		want := edo.Wait{On: "timer: the next deadline of a DelayQueue", Until: begin.Add(time.Hour)}
		found := false
		for _, info := range task.Runtime().Snapshot().Tasks {
			for _, w := range info.Waits {
				found = found || w.On == want.On && w.Until.Equal(want.Until)
			}
		}
		if !found {
			t.Errorf("no such wait in %+v", task.Runtime().Snapshot().Tasks)
		}
		_, err := h.Await(task)
		return err
	})
}

func TestACancelledTaskTakesNoValueOfAQueue(t *testing.T) {
	simulate(t, func(task *edo.Task, now func() time.Duration) error {
		q := timer.NewDelayQueue[string](task)
		defer q.Drop()
		q.Insert("a", 10*ms)
		h := edo.Go(task, func(task *edo.Task) error { _, _, err := edo.Next(task, q); return err })
		timer.Sleep(task, 5*ms)
		h.Abort()
		if _, err := h.Await(task); !errors.Is(err, edo.ErrCancelled) {
			t.Errorf("got %v", err)
		}
		got, err := drain(task, now, q)
		if !slices.Equal(got, []string{"a@10"}) {
			t.Errorf("got %v", got)
		}
		return err
	})
}

func TestAFullDelayQueueAllocatesNothingAndKeepsNoStalePlaces(t *testing.T) {
	if invariant.Enabled {
		t.Skip("the race detector allocates too")
	}
	simulate(t, func(task *edo.Task, _ func() time.Duration) error {
		q := timer.NewDelayQueue[int](task)
		defer q.Drop()
		var keys []timer.DelayKey[int]
		for i := range 1000 {
			keys = append(keys, q.Insert(i, time.Hour+time.Duration(i)*ms))
		}
		change := func() {
			for i := range keys {
				q.Reset(keys[i], time.Hour+time.Duration(i)*ms)
				q.Remove(keys[i])
				keys[i] = q.Insert(i, time.Hour)
			}
		}
		change()
		if got := testing.AllocsPerRun(20, change); got > 30 { // of 3000 changes; a sweep may need room in a slot
			t.Errorf("%v allocations", got)
		}
		return nil
	})
}

func TestGoroutinesChangeAQueueWhileATaskTakesItsValues(t *testing.T) {
	const goroutines, each = 4, 500
	err := edo.Run(func(task *edo.Task) error {
		q := timer.NewDelayQueue[int](task)
		defer q.Drop()
		keepsOpen := q.Insert(-1, time.Hour)
		var removed atomic.Int64
		var over sync.WaitGroup
		for g := range goroutines {
			over.Go(func() {
				for i := range each {
					key := q.Insert(g*each+i, time.Duration(i%3)*ms)
					switch i % 5 {
					case 1:
						q.Reset(key, 0)
					case 2:
						if _, ok := q.Remove(key); ok {
							removed.Add(1)
						}
					}
				}
			})
		}
		go func() {
			over.Wait()
			q.Reset(keepsOpen, 4*ms)
		}()
		seen := map[int]bool{}
		for {
			e, ok, err := edo.Next(task, q)
			if err != nil {
				return err
			}
			if !ok {
				break
			}
			if seen[e.Value] {
				t.Errorf("%d came twice", e.Value)
			}
			seen[e.Value] = true
		}
		if got := len(seen) + int(removed.Load()); got != goroutines*each+1 {
			t.Errorf("%d came and %d were removed", len(seen), removed.Load())
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func ExampleDelayQueue() {
	sim.Run(1, func(task *edo.Task) error {
		begin := timer.Now(task)
		sessions := timer.NewDelayQueue[string](task)
		defer sessions.Drop()
		ada := sessions.Insert("ada", 10*time.Second)
		bob := sessions.Insert("bob", 20*time.Second)
		sessions.Insert("eve", 30*time.Second)
		sessions.Reset(ada, 25*time.Second) // she has clicked
		sessions.Remove(bob)                // he has logged out
		for e, err := range stream.All(task, sessions) {
			if err != nil {
				return err
			}
			fmt.Println(e.Value, "after", e.Deadline.Sub(begin))
		}
		return nil
	})
	// Output:
	// ada after 25s
	// eve after 30s
}
