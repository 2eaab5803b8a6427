package stream_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/own/owntest"
	"github.com/edo-go/edo/stream"
)

// async returns fn, a function in direct style, as a future that a test polls by hand.
func async(fn func(task *edo.Task) error) edo.Future[edo.Unit] {
	return edo.Async(func(task *edo.Task) (edo.Unit, error) { return edo.Unit{}, fn(task) })
}

func TestAllWaitsForItemsAndDropsItsSourceAtTheEnd(t *testing.T) {
	task, src := edotest.NewTask(), owntest.NewScript[int](t).Give(1).Wait().Fail(errTest).Give(2)
	got := ""
	f := async(func(task *edo.Task) error {
		for v, err := range stream.All(task, src) {
			got += fmt.Sprintf("%d %v;", v, err)
		}
		if src.Drops() != 1 {
			t.Error("the source was not dropped at the end of the loop")
		}
		return nil
	})
	edotest.RequirePending(t, task, f)
	if got != "1 <nil>;" {
		t.Fatalf("got %q", got)
	}
	src.Wake()
	edotest.RequireWoken(t, task, 1)
	edotest.RequireReady(t, task, f)
	if want := "1 <nil>;0 test: failed;2 <nil>;"; got != want {
		t.Fatalf("got %q, want %q", got, want)
	}
}

func TestAllAndEachDropTheirSourceWhenTheBodyBreaksReturnsOrPanics(t *testing.T) {
	for name, loop := range map[string]func(task *edo.Task, src edo.Stream[int]) error{
		"Each, break": func(task *edo.Task, src edo.Stream[int]) (err error) {
			for range stream.Each(task, src, &err) {
				break
			}
			return err
		},
		"Each, panic": func(task *edo.Task, src edo.Stream[int]) (err error) {
			defer func() { recover() }()
			for range stream.Each(task, src, &err) {
				panic("test")
			}
			return errTest
		},
		"break": func(task *edo.Task, src edo.Stream[int]) error {
			for range stream.All(task, src) {
				break
			}
			return nil
		},
		"return": func(task *edo.Task, src edo.Stream[int]) error {
			for range stream.All(task, src) {
				return nil
			}
			return errTest
		},
		"panic": func(task *edo.Task, src edo.Stream[int]) error {
			defer func() { recover() }()
			for range stream.All(task, src) {
				panic("test")
			}
			return errTest
		},
	} {
		t.Run(name, func(t *testing.T) {
			src := owntest.NewScript[int](t).Give(1, 2)
			edotest.RequireReady(t, edotest.NewTask(), async(func(task *edo.Task) error {
				err := loop(task, src)
				if src.Drops() != 1 {
					t.Errorf("dropped %d times after the loop", src.Drops())
				}
				return err
			}))
			if src.Polls() != 1 {
				t.Errorf("polled %d times, want 1", src.Polls())
			}
		})
	}
}

func TestTheLoopOfACancelledTaskEndsWithoutAnotherItem(t *testing.T) {
	for name, loop := range map[string]func(task *edo.Task, src edo.Stream[int], got *[]int) error{
		"All, one variable": func(task *edo.Task, src edo.Stream[int], got *[]int) error {
			for v := range stream.All(task, src) { //edo:allow rangeall the loop itself is what is tested
				*got = append(*got, v)
			}
			return task.Err()
		},
		"All, two variables": func(task *edo.Task, src edo.Stream[int], got *[]int) error {
			for v, err := range stream.All(task, src) {
				if err != nil {
					t.Errorf("an item with the error %v", err)
				}
				*got = append(*got, v)
			}
			return task.Err()
		},
		"Each": func(task *edo.Task, src edo.Stream[int], got *[]int) (err error) {
			for v := range stream.Each(task, src, &err) {
				*got = append(*got, v)
			}
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			task, src := edotest.NewTask(), owntest.NewScript[int](t).Give(1).Wait().Give(2)
			var got []int
			f := async(func(task *edo.Task) error {
				for range 2 { // in the second round the task is already cancelled
					if err := loop(task, src, &got); err != edo.ErrCancelled {
						t.Errorf("the loop ends with %v, want ErrCancelled", err)
					}
				}
				return nil
			})
			edotest.RequirePending(t, task, f)
			edo.Drop(f)
			edotest.RequireReady(t, task, f)
			if len(got) != 1 || got[0] != 1 {
				t.Fatalf("got %v, want only the item that was sent", got)
			}
			if src.Drops() != 2 { // once by each loop
				t.Fatalf("dropped %d times", src.Drops())
			}
		})
	}
}

func TestEachEndsAtTheFirstErrorOfItsSourceAndReturnsIt(t *testing.T) {
	src := owntest.NewScript[int](t).Give(1, 2).Fail(errTest).Give(3)
	edotest.RequireReady(t, edotest.NewTask(), async(func(task *edo.Task) error {
		var got []int
		var err error
		for v := range stream.Each(task, src, &err) {
			got = append(got, v)
		}
		if err != errTest || len(got) != 2 || src.Drops() != 1 {
			t.Errorf("got %v, then %v; dropped %d times", got, err, src.Drops())
		}
		for v := range stream.Each(task, stream.Values(4), &err) { // err is used again
			got = append(got, v)
		}
		if err != nil || len(got) != 3 {
			t.Errorf("got %v, then %v", got, err)
		}
		return nil
	}))
}

func TestEachDoesNotChangeTheErrorThatTheBodyReturns(t *testing.T) {
	loop := func(task *edo.Task) (err error) {
		for range stream.Each(task, stream.Values(1, 2), &err) {
			return errTest // this sets err before the loop ends
		}
		return err
	}
	edotest.RequireError(t, edotest.NewTask(), async(loop), errTest)
}

func TestEachWithoutAVariableForTheErrorPanicsAndSaysSo(t *testing.T) {
	defer func() {
		if err, ok := recover().(error); !ok || !strings.Contains(err.Error(), "needs a variable") {
			t.Errorf("got %v", err)
		}
	}()
	stream.Each(nil, stream.Values(1), nil)
}

func TestTheItemsOfAllCanBeRangedOverOnce(t *testing.T) {
	src := owntest.NewScript[int](t).Give(1, 2)
	edotest.RequireReady(t, edotest.NewTask(), async(func(task *edo.Task) error {
		all := stream.All(task, src)
		for range all {
			break
		}
		for range all {
			t.Error("got an item of a dropped stream")
		}
		return nil
	}))
	if src.Drops() != 1 {
		t.Fatalf("dropped %d times", src.Drops())
	}
}

func TestAllOnAnotherGoroutineGivesOneErrorAndDoesNotPoll(t *testing.T) {
	src := owntest.NewScript[int](t).Give(1)
	err := edo.Run(func(task *edo.Task) error {
		n := 0
		var got error
		done := make(chan struct{})
		go func() {
			defer close(done)
			for _, err := range stream.All(task, src) { //edo:allow taskuse the error is what is tested
				n++
				got = err
			}
		}()
		<-done
		if n != 1 || got == nil || errors.Is(got, edo.ErrCancelled) {
			t.Errorf("got %d items, the last with %v", n, got)
		}
		return nil
	})
	if err != nil || src.Polls() != 0 || src.Drops() != 1 {
		t.Fatalf("got %v; polled %d times, dropped %d times", err, src.Polls(), src.Drops())
	}
}
