package stream_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/own/owntest"
	"github.com/edo-go/edo/stream"
)

var errTest = errors.New("test: failed")

// requireItems requires that s gives the items want without being pending, and then twice the
// end.
func requireItems[T comparable](t *testing.T, task *edotest.Task, s edo.Stream[T], want ...T) {
	t.Helper()
	for i, w := range want {
		if got := edotest.RequireNext(t, task, s); got != w {
			t.Fatalf("item %d is %v, want %v", i, got, w)
		}
	}
	edotest.RequireEnd(t, task, s)
	edotest.RequireEnd(t, task, s)
}

// count yields 1, 2, 3 and so on, without an end.
func count(yield func(int) bool) {
	for i := 1; yield(i); i++ {
	}
}

func TestValuesOnceAndEmptyGiveTheirValuesAndEnd(t *testing.T) {
	task := edotest.NewTask()
	requireItems(t, task, stream.Values(1, 2, 3), 1, 2, 3)
	requireItems(t, task, stream.Values[int]())
	requireItems(t, task, stream.Once(7), 7)
	requireItems(t, task, stream.Empty[int]())
	var zero stream.Seq[int]
	zero.Drop()
	requireItems(t, task, zero)
	requireItems(t, task, stream.Of[int](nil))
	requireItems(t, task, stream.Map(nil, func(v int) int { return v }))
	requireItems(t, task, zero.Merge(stream.Once(1)).Chain(zero), 1)
}

func TestValuesDropsTheValuesThatItHasNotGiven(t *testing.T) {
	a, b, c := owntest.NewHandle(1), owntest.NewHandle(2), owntest.NewHandle(3)
	s := stream.Values(a, b, c)
	edotest.RequireNext(t, edotest.NewTask(), s)
	s.Drop()
	s.Drop()
	if a.Drops() != 0 || b.Drops() != 1 || c.Drops() != 1 {
		t.Fatalf("dropped %d, %d, %d times", a.Drops(), b.Drops(), c.Drops())
	}
}

func TestIterRunsItsSequenceFromPollToPoll(t *testing.T) {
	task, yielded := edotest.NewTask(), 0
	s := stream.Iter(func(yield func(int) bool) {
		for i := range 3 {
			yielded++
			if !yield(i) {
				return
			}
		}
	})
	if yielded != 0 {
		t.Fatal("the sequence began before the first poll")
	}
	for i := range 3 {
		if v := edotest.RequireNext(t, task, s); v != i || yielded != i+1 {
			t.Fatalf("got %d after the sequence yielded %d", v, yielded)
		}
	}
	edotest.RequireEnd(t, task, s)
	edotest.RequireEnd(t, task, s)
}

func TestAnIterThatIsDroppedEndsItsSequence(t *testing.T) {
	task, ended := edotest.NewTask(), false
	s := stream.Iter(func(yield func(int) bool) {
		defer func() { ended = true }()
		count(yield)
	})
	edotest.RequireNext(t, task, s)
	s.Drop()
	if !ended {
		t.Fatal("the sequence has not ended")
	}
	edotest.RequireEnd(t, task, s)
}

func TestAnIterThatIsDroppedBeforeItsFirstPollDoesNotBegin(t *testing.T) {
	s := stream.Iter(func(func(int) bool) { t.Error("the sequence began") })
	s.Drop()
	edotest.RequireEnd(t, edotest.NewTask(), s)
}

func TestAnIterEndsWithAPanicOfItsSequence(t *testing.T) {
	task := edotest.NewTask()
	s := stream.Iter(func(func(int) bool) { panic("test") })
	func() {
		defer func() {
			if recover() != "test" {
				t.Error("the poll did not panic with the value of the sequence")
			}
		}()
		edotest.PollNext(task, s)
	}()
	edotest.RequireEnd(t, task, s)
}

func TestPollFnIsCalledUntilItEnds(t *testing.T) {
	task, calls := edotest.NewTask(), 0
	s := stream.PollFn(func(cx *edo.Context) (int, edo.Poll, error) {
		switch calls++; calls {
		case 1:
			return 0, edo.Pending, nil
		case 2:
			return 0, edo.Ready, errTest
		case 3:
			return 7, edo.Ready, nil
		}
		return 0, edo.End, nil
	})
	edotest.RequireNextPending(t, task, s)
	edotest.RequireNextError(t, task, s, errTest)
	requireItems(t, task, s, 7)
	if calls != 4 {
		t.Fatalf("called %d times, want 4", calls)
	}
}

func TestValuesOnceAndIterGiveWayWhenTheBudgetIsUsedUp(t *testing.T) {
	for name, s := range map[string]edo.Stream[int]{
		"Values": stream.Values(1),
		"Once":   stream.Once(1),
		"Iter":   stream.Iter(slices.Values([]int{1})),
	} {
		t.Run(name, func(t *testing.T) {
			task := edotest.NewTask()
			task.EnterWithBudget(0, func(cx *edo.Context) {
				if _, p, _ := s.PollNext(cx); p != edo.Pending {
					t.Fatalf("got %v, want Pending", p)
				}
			})
			edotest.RequireWoken(t, task, 1)
			requireItems(t, task, s, 1)
		})
	}
}

func TestOfPollsAndDropsItsStream(t *testing.T) {
	task, src := edotest.NewTask(), owntest.NewScript[int](t).Wait().Give(7)
	s := stream.Of(src)
	if stream.Of(s) != s {
		t.Fatal("Of a Seq is a different Seq")
	}
	edotest.RequireNextPending(t, task, s)
	src.Wake()
	edotest.RequireWoken(t, task, 1)
	if v := edotest.RequireNext(t, task, s); v != 7 {
		t.Fatalf("got %d", v)
	}
	s.Drop()
	if src.Drops() != 1 {
		t.Fatalf("dropped %d times", src.Drops())
	}
}
