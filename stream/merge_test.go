package stream_test

import (
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/own/owntest"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/stream"
)

func TestReadyStreamsOfAMergeTakeTurns(t *testing.T) {
	task := edotest.NewTask()
	requireItems(t, task, stream.Values(1, 2, 3).Merge(stream.Values(4, 5, 6)), 1, 4, 2, 5, 3, 6)
	requireItems(t, task, stream.Values(1, 2, 3).Merge(stream.Values(1, 2)), 1, 1, 2, 2, 3)
	requireItems(t, task, stream.Values(1, 2).Merge(stream.Values(1, 2, 3)), 1, 1, 2, 2, 3)
	requireItems(t, task, stream.Empty[int]().Merge(stream.Values(1, 2)), 1, 2)
}

func TestMergePollsTheFirstFirstAfterTheSecondHasGivenAnItem(t *testing.T) {
	task := edotest.NewTask()
	first, second := owntest.NewScript[int](t).Wait().Give(1, 2), owntest.NewScript[int](t).Give(4, 5)
	s := stream.Of(first).Merge(second)

	if v := edotest.RequireNext(t, task, s); v != 4 {
		t.Fatalf("got %d, want 4", v)
	}
	first.Wake()
	edotest.RequireWoken(t, task, 1)
	requireItems(t, task, s, 1, 5, 2)
}

func TestMergePollsSecondTheStreamThatGaveTheLastItem(t *testing.T) {
	task := edotest.NewTask()
	first, second := owntest.NewScript[int](t).Give(1).Yield().Give(2, 3), owntest.NewScript[int](t).Give(4, 5, 6)
	s := stream.Of(first).Merge(second)
	// The first gives 1, the second 4. The first is pending, so the second gives 5; then the
	// first gives 2.
	requireItems(t, task, s, 1, 4, 5, 2, 6, 3)
}

func TestMergePollsBothAndIsWokenByEither(t *testing.T) {
	task := edotest.NewTask()
	first, second := owntest.NewScript[int](t).Wait().Give(1), owntest.NewScript[int](t).Wait().Give(2)
	s := stream.Of(first).Merge(second)
	edotest.RequireNextPending(t, task, s)
	if first.Polls() != 1 || second.Polls() != 1 {
		t.Fatalf("polled %d and %d times", first.Polls(), second.Polls())
	}
	second.Wake()
	edotest.RequireWoken(t, task, 1)
	if v := edotest.RequireNext(t, task, s); v != 2 {
		t.Fatalf("got %d", v)
	}
	edotest.RequireNextPending(t, task, s)
	first.Wake()
	edotest.RequireWoken(t, task, 1)
	requireItems(t, task, s, 1)
}

func TestMergeDropsEachStreamAtItsEndAndEndsWhenBothHaveEnded(t *testing.T) {
	task := edotest.NewTask()
	first, second := owntest.NewScript[int](t), owntest.NewScript[int](t).Wait()
	s := stream.Of(first).Merge(second)
	edotest.RequireNextPending(t, task, s)
	if first.Drops() != 1 || second.Drops() != 0 {
		t.Fatalf("dropped %d and %d times, want 1 and 0", first.Drops(), second.Drops())
	}
	second.Wake()
	requireItems(t, task, s)
	if first.Polls() != 1 || second.Drops() != 1 {
		t.Fatalf("the first was polled %d times, the second dropped %d times", first.Polls(), second.Drops())
	}
}

func TestBusyStreamsOfAMergeTakeTurnsAcrossPolls(t *testing.T) {
	task := edotest.NewTask()
	s := stream.Iter(count).Merge(stream.Map(stream.Iter(count), func(v int) int { return -v }))
	defer s.Drop()
	balance, polls := 0, 0
	for range 10 {
		task.Enter(func(cx *edo.Context) { // until the budget is used up
			for {
				v, p, _ := s.PollNext(cx)
				if p != edo.Ready {
					return
				}
				polls++
				if balance += v; balance < 0 || balance > polls {
					t.Fatalf("after %d items the sum is %d", polls, balance)
				}
			}
		})
	}
	if polls != 10*128 || balance != 0 {
		t.Fatalf("%d items, and the sum is %d", polls, balance)
	}
}

func TestChainDoesNotPollTheSecondBeforeTheFirstHasEnded(t *testing.T) {
	task := edotest.NewTask()
	first, second := owntest.NewScript[int](t).Give(1).Wait(), owntest.NewScript[int](t).Give(2)
	s := stream.Of(first).Chain(second)
	edotest.RequireNext(t, task, s)
	edotest.RequireNextPending(t, task, s)
	if second.Polls() != 0 {
		t.Fatal("the second stream was polled")
	}
	first.Wake()
	edotest.RequireWoken(t, task, 1)
	if v := edotest.RequireNext(t, task, s); v != 2 || first.Drops() != 1 {
		t.Fatalf("got %d, the first was dropped %d times", v, first.Drops())
	}
	requireItems(t, task, s)
}

// panicsOnDrop is a stream whose Drop panics.
type panicsOnDrop struct{ edo.Stream[int] }

func (panicsOnDrop) Drop() { panic("test") }

func TestBothStreamsAreDroppedWhenTheDropOfTheFirstPanics(t *testing.T) {
	for name, build := range map[string]func(a, b edo.Stream[int]) stream.Seq[int]{
		"Merge": func(a, b edo.Stream[int]) stream.Seq[int] { return stream.Of(a).Merge(b) },
		"Chain": func(a, b edo.Stream[int]) stream.Seq[int] { return stream.Of(a).Chain(b) },
	} {
		t.Run(name, func(t *testing.T) {
			second := owntest.NewScript[int](t)
			func() {
				defer func() { recover() }()
				build(panicsOnDrop{}, second).Drop()
			}()
			if second.Drops() != 1 {
				t.Fatalf("dropped %d times", second.Drops())
			}
		})
	}
}

func TestAStreamThatUsesUpTheBudgetDoesNotStarveTheOtherOfAMerge(t *testing.T) {
	polls := 0
	usesUpBudget := stream.PollFn(func(cx *edo.Context) (v int, _ edo.Poll, _ error) {
		if polls++; polls > 10 {
			t.Error("the other stream is not polled")
			return v, edo.End, nil
		}
		for cx.Proceed(nil) {
		}
		return v, edo.Pending, nil
	})
	err := sim.Run(1, func(task *edo.Task) error {
		v, _, err := edo.Next(task, usesUpBudget.Merge(stream.PollFn(func(cx *edo.Context) (int, edo.Poll, error) {
			if !cx.Proceed(nil) {
				return 0, edo.Pending, nil
			}
			return 7, edo.Ready, nil
		})))
		if v != 7 {
			t.Errorf("got %d", v)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
