package stream_test

import (
	"strconv"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/own/owntest"
	"github.com/edo-go/edo/stream"
)

func TestAnErrorIsAnItemAndTheStreamGoesOn(t *testing.T) {
	always := func(int) bool { return true }
	for name, build := range map[string]func(edo.Stream[int]) edo.Stream[int]{
		"Map": func(s edo.Stream[int]) edo.Stream[int] { return stream.Map(s, func(v int) int { return v }) },
		"MapErr": func(s edo.Stream[int]) edo.Stream[int] {
			return stream.Of(s).MapErr(func(err error) error { return err })
		},
		"Then":      func(s edo.Stream[int]) edo.Stream[int] { return stream.Then(s, ready[int]) },
		"Filter":    func(s edo.Stream[int]) edo.Stream[int] { return stream.Of(s).Filter(always) },
		"TakeWhile": func(s edo.Stream[int]) edo.Stream[int] { return stream.Of(s).TakeWhile(always) },
		"Take":      func(s edo.Stream[int]) edo.Stream[int] { return stream.Of(s).Take(2) },
		"Skip":      func(s edo.Stream[int]) edo.Stream[int] { return stream.Of(s).Skip(0) },
		"Chain":     func(s edo.Stream[int]) edo.Stream[int] { return stream.Of(s).Chain(nil) },
		"Merge":     func(s edo.Stream[int]) edo.Stream[int] { return stream.Empty[int]().Merge(s) },
	} {
		t.Run(name, func(t *testing.T) {
			task := edotest.NewTask()
			s := build(owntest.NewScript[int](t).Fail(errTest).Give(1).Fail(errTest).Give(2))
			edotest.RequireNextError(t, task, s, errTest)
			edotest.RequireNext(t, task, s)
			edotest.RequireNextError(t, task, s, errTest)
			requireItems(t, task, s, 2)
		})
	}
}

func TestMapWaitsAndChangesTheValues(t *testing.T) {
	task, src := edotest.NewTask(), owntest.NewScript[int](t).Wait().Give(1, 2)
	s := stream.Map(src, strconv.Itoa)
	edotest.RequireNextPending(t, task, s)
	src.Wake()
	edotest.RequireWoken(t, task, 1)
	requireItems(t, task, s, "1", "2")
}

func TestMapErrReplacesErrorsAndRemovesThoseReplacedByNil(t *testing.T) {
	task, seen := edotest.NewTask(), 0
	src := owntest.NewScript[int](t).Fail(edo.ErrFull).Fail(edo.ErrFull).Give(1).Fail(edo.ErrFull)
	s := stream.Of(src).MapErr(func(err error) error {
		if seen++; seen == 1 {
			return nil
		}
		return errTest
	})
	edotest.RequireNextError(t, task, s, errTest)
	edotest.RequireNext(t, task, s)
	edotest.RequireNextError(t, task, s, errTest)
	edotest.RequireEnd(t, task, s)
}

func TestFilterDropsTheValuesThatItDoesNotKeep(t *testing.T) {
	task := edotest.NewTask()
	a, b, c := owntest.NewHandle(1), owntest.NewHandle(2), owntest.NewHandle(3)
	s := stream.Values(a, b, c).Filter(func(h *owntest.Handle) bool { return h.N != 2 })
	requireItems(t, task, s, a, c)
	if a.Drops() != 0 || b.Drops() != 1 || c.Drops() != 0 {
		t.Fatalf("dropped %d, %d, %d times", a.Drops(), b.Drops(), c.Drops())
	}
}

func TestTakeWhileEndsAtTheFirstRejectedValueAndDropsItAndItsSource(t *testing.T) {
	task := edotest.NewTask()
	a, b, c := owntest.NewHandle(1), owntest.NewHandle(2), owntest.NewHandle(3)
	src := owntest.NewScript[*owntest.Handle](t).Give(a, b, c)
	s := stream.Of(src).TakeWhile(func(h *owntest.Handle) bool { return h.N < 2 })
	requireItems(t, task, s, a)
	if src.Polls() != 2 || src.Drops() != 1 {
		t.Fatalf("the source was polled %d times and dropped %d times, want 2 and 1", src.Polls(), src.Drops())
	}
	if a.Drops() != 0 || b.Drops() != 1 || c.Drops() != 1 {
		t.Fatalf("dropped %d, %d, %d times", a.Drops(), b.Drops(), c.Drops())
	}
}

func TestTakeWhileMayRejectANilPointer(t *testing.T) {
	a := owntest.NewHandle(1)
	s := stream.Values(a, nil).TakeWhile(func(h *owntest.Handle) bool { return h != nil })
	requireItems(t, edotest.NewTask(), s, a)
}

func TestTakeDropsItsSourceWithTheLastValue(t *testing.T) {
	task, src := edotest.NewTask(), owntest.NewScript[int](t).Give(1).Fail(errTest).Give(2, 3)
	s := stream.Of(src).Take(2)
	edotest.RequireNext(t, task, s)
	edotest.RequireNextError(t, task, s, errTest)
	edotest.RequireNext(t, task, s)
	if src.Drops() != 1 {
		t.Fatal("the source was not dropped")
	}
	requireItems(t, task, s)
	if src.Polls() != 3 {
		t.Fatalf("polled %d times, want 3", src.Polls())
	}
}

func TestTakeOfNoValuesNeverPollsItsSource(t *testing.T) {
	for _, n := range []int{0, -1} {
		src := owntest.NewScript[int](t).Give(1)
		requireItems(t, edotest.NewTask(), stream.Of(src).Take(n))
		if src.Polls() != 0 || src.Drops() != 1 {
			t.Fatalf("polled %d times, dropped %d times", src.Polls(), src.Drops())
		}
	}
}

func TestSkipCountsValuesAndPassesErrors(t *testing.T) {
	task, src := edotest.NewTask(), owntest.NewScript[int](t).Give(1).Fail(errTest).Give(2, 3)
	s := stream.Of(src).Skip(2)
	edotest.RequireNextError(t, task, s, errTest)
	requireItems(t, task, s, 3)
	requireItems(t, task, stream.Values(1).Skip(5))
	requireItems(t, task, stream.Values(1).Skip(-5), 1)
}

func TestFilterSkipAndMapErrOverAReadySourceGiveWay(t *testing.T) {
	never := func(int) bool { return false }
	for name, s := range map[string]stream.Seq[int]{
		"Filter": stream.Iter(count).Filter(never),
		"Skip":   stream.Iter(count).Skip(1 << 30),
		"MapErr": stream.PollFn(func(cx *edo.Context) (int, edo.Poll, error) {
			if !cx.Proceed(nil) {
				return 0, edo.Pending, nil
			}
			return 0, edo.Ready, errTest
		}).MapErr(func(error) error { return nil }),
	} {
		t.Run(name, func(t *testing.T) {
			defer s.Drop()
			task := edotest.NewTask()
			for range 3 {
				edotest.RequireNextPending(t, task, s)
				edotest.RequireWoken(t, task, 1)
			}
		})
	}
}

func TestThenPollsForTheNextItemWhenTheFutureIsReady(t *testing.T) {
	task, src := edotest.NewTask(), owntest.NewScript[int](t).Give(1, 2)
	var steps []*owntest.Script[int]
	s := stream.Then(src, func(v int) edo.Future[int] {
		f := owntest.NewScript[int](t).Wait()
		steps = append(steps, f)
		if v == 1 {
			return f.Give(10 * v)
		}
		return f.Fail(errTest)
	})

	edotest.RequireNextPending(t, task, s)
	edotest.RequireNextPending(t, task, s)
	if src.Polls() != 1 || len(steps) != 1 || steps[0].Polls() != 2 {
		t.Fatalf("source polled %d times, %d steps", src.Polls(), len(steps))
	}
	steps[0].Wake()
	edotest.RequireWoken(t, task, 1)
	if v := edotest.RequireNext(t, task, s); v != 10 || steps[0].Drops() != 1 {
		t.Fatalf("got %d, step dropped %d times", v, steps[0].Drops())
	}
	edotest.RequireNextPending(t, task, s)
	steps[1].Wake()
	edotest.RequireWoken(t, task, 1)
	edotest.RequireNextError(t, task, s, errTest)
	requireItems(t, task, s)
}

func TestThenOfANilFutureIsAnErrorItem(t *testing.T) {
	task := edotest.NewTask()
	s := stream.Then(stream.Once(1), func(int) edo.Future[int] { return nil })
	edotest.RequireNextError(t, task, s, stream.ErrNil)
	requireItems(t, task, s)
}

func TestWithLatestFromWaitsForBothStreamsAlsoWhenTheOtherOneHasUsedUpTheBudget(t *testing.T) {
	task, src := edotest.NewTask(), owntest.NewScript[int](t).Wait().Give(1)
	left, waits := 200, false // more than a budget
	other := stream.PollFn(func(cx *edo.Context) (int, edo.Poll, error) {
		if left == 0 {
			waits = true
			return 0, edo.Pending, nil
		}
		left--
		return left, edo.Ready, nil
	})
	s := stream.WithLatestFrom(src, other)
	edotest.RequireNextPending(t, task, s)
	edotest.RequireWoken(t, task, 1)
	edotest.RequireNextPending(t, task, s)
	if left != 0 || !waits {
		t.Errorf("%d values of the other stream are left, and it waits: %t", left, waits)
	}
}
