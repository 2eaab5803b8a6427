package stream_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/own/owntest"
	"github.com/edo-go/edo/stream"
)

// body is a function in direct style, to be polled by hand.
func body(fn func(task *edo.Task) error) edo.Future[edo.Unit] {
	return edo.Async(func(task *edo.Task) (edo.Unit, error) { return edo.Unit{}, fn(task) })
}

func TestAllWaitsForItemsAndDropsItsSourceAtTheEnd(t *testing.T) {
	task, src := edotest.NewTask(), owntest.NewScript[int](t).Give(1).Wait().Fail(errTest).Give(2)
	got := ""
	f := body(func(task *edo.Task) error {
		for v, err := range stream.All(task, src) {
			got += fmt.Sprintf("%d %v;", v, err)
		}
		if src.Drops() != 1 {
			t.Error("not dropped when the loop has ended")
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

func TestAllDropsItsSourceHoweverTheLoopIsLeft(t *testing.T) {
	for name, leave := range map[string]func(task *edo.Task, src edo.Stream[int]) error{
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
			edotest.RequireReady(t, edotest.NewTask(), body(func(task *edo.Task) error {
				err := leave(task, src)
				if src.Drops() != 1 {
					t.Errorf("dropped %d times when the loop was left", src.Drops())
				}
				return err
			}))
			if src.Polls() != 1 {
				t.Errorf("polled %d times, want 1", src.Polls())
			}
		})
	}
}

func TestAllOfACancelledTaskGivesErrCancelledOnceAndStops(t *testing.T) {
	task, src := edotest.NewTask(), owntest.NewScript[int](t).Give(1).Wait().Give(2)
	var errs []error
	f := body(func(task *edo.Task) error {
		for _, err := range stream.All(task, src) {
			errs = append(errs, err)
		}
		for _, err := range stream.All(task, src) { // cancelled already
			errs = append(errs, err)
		}
		return nil
	})
	edotest.RequirePending(t, task, f)
	edo.Drop(f)
	edotest.RequireReady(t, task, f)
	if len(errs) != 3 || errs[0] != nil || errs[1] != edo.ErrCancelled || errs[2] != edo.ErrCancelled {
		t.Fatalf("got %v", errs)
	}
	if src.Drops() != 2 { // once by each All
		t.Fatalf("dropped %d times", src.Drops())
	}
}

func TestAllIsRangedOverOnce(t *testing.T) {
	src := owntest.NewScript[int](t).Give(1, 2)
	edotest.RequireReady(t, edotest.NewTask(), body(func(task *edo.Task) error {
		all := stream.All(task, src)
		for range all {
			break
		}
		for range all {
			t.Error("an item of a stream that was dropped")
		}
		return nil
	}))
	if src.Drops() != 1 {
		t.Fatalf("dropped %d times", src.Drops())
	}
}

func TestAllOnTheWrongGoroutineGivesOneErrorAndDoesNotPoll(t *testing.T) {
	src := owntest.NewScript[int](t).Give(1)
	err := edo.Run(func(task *edo.Task) error {
		n := 0
		var got error
		done := make(chan struct{})
		go func() {
			defer close(done)
			for _, err := range stream.All(task, src) {
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
