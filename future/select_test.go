package future_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/internal/own"
	"github.com/edo-go/edo/internal/own/owntest"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/timer"
)

func TestSelectGivesTheFirstResultAndTheOtherFutureWhichGoesOn(t *testing.T) {
	for _, first := range []int{0, 1} {
		task := edotest.NewTask()
		srcs, fs := asFutures(waitAndGive(t, 10), waitAndGive(t, 11))
		s := future.Select(fs[0], fs[1])
		edotest.RequirePending(t, task, s)
		srcs[first].Wake()
		srcs[1-first].Wake()
		edotest.RequireWoken(t, task, 1)
		e := edotest.RequireReady(t, task, s)
		result, left := e.First, e.SecondLeft
		if first == 1 {
			result, left = e.Second, e.FirstLeft
		}
		if e.Index != first || result.Value != 10+first || result.Err != nil || left == nil {
			t.Fatalf("got %+v", e)
		}
		if first == 0 && e.FirstLeft != nil || first == 1 && e.SecondLeft != nil {
			t.Fatal("the winner is left")
		}
		if srcs[first].Drops() != 1 || srcs[1-first].Drops() != 0 || srcs[1-first].Polls() != 1 {
			t.Fatalf("the loser was dropped %d times, and polled %d times", srcs[1-first].Drops(), srcs[1-first].Polls())
		}
		s.Drop() // it owns nothing any more
		if v := edotest.RequireReady(t, task, left); v != 11-first {
			t.Fatalf("the loser gave %d", v)
		}
		edotest.RequireError(t, task, s, own.ErrPolledAgain)
	}
}

func TestTheLoserOfASelectWakesTheTaskThatPollsItLater(t *testing.T) {
	task := edotest.NewTask()
	srcs, fs := asFutures(waitAndGive(t, 1), waitAndGive(t, 2))
	s := future.Select(fs[0], fs[1])
	edotest.RequirePending(t, task, s)
	srcs[0].Wake()
	edotest.RequireWoken(t, task, 1)
	left := edotest.RequireReady(t, task, s).SecondLeft
	other := edotest.NewTask()
	edotest.RequirePending(t, other, left)
	srcs[1].Wake()
	edotest.RequireWoken(t, other, 1)
	edotest.RequireWoken(t, task, 0)
	edotest.RequireReady(t, other, left)
}

func TestAnErrorIsTheResultOfASelectAndNotItsError(t *testing.T) {
	task := edotest.NewTask()
	e := edotest.RequireReady(t, task, future.Select[int, string](future.Fail[int](errTest), future.PollFn(
		func(cx *edo.Context) (s string, _ edo.Poll, _ error) { cx.Proceed(nil); return s, edo.Pending, nil })))
	if e.Index != 0 || e.First.Err != errTest {
		t.Fatalf("got %+v", e)
	}
	all := edotest.RequireReady(t, task, future.SelectAll[int](&never{}, future.Fail[int](errTest)))
	if all.Index != 1 || all.Err != errTest || len(all.Left) != 1 {
		t.Fatalf("got %+v", all)
	}
}

func TestTheWinnerOfASelectOfReadyFuturesIsDrawn(t *testing.T) {
	const rounds = 800
	var two, all [2]int
	simulate(t, func(task *edo.Task) error {
		for range rounds {
			e, err := edo.Await(task, future.Select(future.Ready(1), future.Ready(2)))
			if err != nil {
				return err
			}
			two[e.Index]++
			s, err := edo.Await(task, future.SelectAll[int](future.Ready(1), future.Ready(2)))
			if err != nil {
				return err
			}
			all[s.Index]++
		}
		return nil
	})
	for _, wins := range [][2]int{two, all} {
		if wins[0] < rounds/2-71 || wins[0] > rounds/2+71 { // five standard deviations
			t.Errorf("the first has won %d times of %d", wins[0], rounds)
		}
	}
}

func TestSelectAllGivesBackTheOthersInTheirOrder(t *testing.T) {
	task := edotest.NewTask()
	srcs, fs := asFutures(waitAndGive(t, 0), waitAndGive(t, 1), waitAndGive(t, 2), waitAndGive(t, 3))
	order := []int{2, 0, 3, 1}
	left, names := fs, []int{0, 1, 2, 3}
	for _, next := range order {
		s := future.SelectAll(left...)
		edotest.RequirePending(t, task, s)
		srcs[next].Wake()
		edotest.RequireWoken(t, task, 1)
		got := edotest.RequireReady(t, task, s)
		if got.Value != next || names[got.Index] != next || got.Err != nil {
			t.Fatalf("got %d, number %d of %v; want %d", got.Value, got.Index, names, next)
		}
		names = slices.Delete(slices.Clone(names), got.Index, got.Index+1)
		left = got.Left
		if len(left) != len(names) {
			t.Fatalf("%d are left, want %d", len(left), len(names))
		}
		edotest.RequireError(t, task, s, own.ErrPolledAgain)
	}
	requireDrops(t, srcs, 1, 1, 1, 1)
}

func TestAReceiveThatLosesASelectTakesNoMessageAndMayBeAwaited(t *testing.T) {
	simulate(t, func(task *edo.Task) error {
		tx, rx := mpsc.New[int](4)
		defer tx.Close()
		e, err := edo.Await(task, future.Select(rx.RecvFuture(), timer.SleepFuture(time.Second)))
		if err != nil || e.Index != 1 {
			t.Errorf("got %+v, %v", e, err)
		}
		tx.TrySend(5)
		v, err := edo.Await(task, e.FirstLeft)
		if v != 5 {
			t.Errorf("got %d, %v", v, err)
		}
		return err
	})
}

func TestASelectThatIsDroppedDropsAllOnce(t *testing.T) {
	for _, polled := range []bool{false, true} {
		task := edotest.NewTask()
		srcs, fs := asFutures(waitAndGive(t, 0), waitAndGive(t, 1), waitAndGive(t, 2), waitAndGive(t, 3))
		two, all := future.Select(fs[0], fs[1]), future.SelectAll(fs[2], fs[3])
		if polled {
			edotest.RequirePending(t, task, two)
			edotest.RequirePending(t, task, all)
		}
		for range 2 {
			two.Drop()
			all.Drop()
		}
		requireDrops(t, srcs, 1, 1, 1, 1)
		edotest.RequireError(t, task, two, own.ErrPolledAgain)
		edotest.RequireError(t, task, all, own.ErrPolledAgain)
	}
}

func TestTheResultOfASelectThatIsDroppedDropsTheValueAndTheLosers(t *testing.T) {
	task, h := edotest.NewTask(), owntest.NewHandle(1)
	srcs, _ := asFutures(waitAndGive(t, 0), waitAndGive(t, 1), waitAndGive(t, 2))
	value := func() edo.Future[*owntest.Handle] { return future.Ready(h) }
	edotest.RequirePending(t, task, srcs[0])
	edotest.RequireReady(t, task, future.Select(srcs[0], value())).Drop()
	edotest.RequireReady(t, task, future.Select(value(), srcs[1])).Drop()
	as := future.Map(srcs[2], func(int) *owntest.Handle { return nil })
	edotest.RequireReady(t, task, future.SelectAll(as, value())).Drop()
	if h.Drops() != 3 {
		t.Errorf("the value was dropped %d times, want 3", h.Drops())
	}
	requireDrops(t, srcs, 1, 1, 1)
}

func TestFirstOKGivesTheFirstValueAndDropsTheOthers(t *testing.T) {
	task := edotest.NewTask()
	srcs, fs := asFutures(owntest.NewScript[int](t).Fail(errTest), waitAndGive(t, 1), waitAndGive(t, 2))
	f := future.FirstOK(fs...)
	edotest.RequirePending(t, task, f)
	srcs[2].Wake()
	edotest.RequireWoken(t, task, 1)
	if v := edotest.RequireReady(t, task, f); v != 2 {
		t.Fatalf("got %d", v)
	}
	requireDrops(t, srcs, 1, 1, 1)
	edotest.RequireError(t, task, f, own.ErrPolledAgain)
}

func TestFirstOKFailsWithAllErrorsInTheOrderOfItsFutures(t *testing.T) {
	task := edotest.NewTask()
	var fs []edo.Future[int]
	for _, text := range []string{"a", "b", "c"} {
		fs = append(fs, owntest.NewScript[int](t).Wait().Fail(errors.New(text)))
	}
	f := future.FirstOK(fs...)
	edotest.RequirePending(t, task, f)
	for _, i := range []int{1, 2, 0} {
		fs[i].(*owntest.Script[int]).Wake()
	}
	_, p, err := edotest.Poll(task, f)
	if p != edo.Ready || err == nil || err.Error() != "a\nb\nc" {
		t.Fatalf("got %v, %v", p, err)
	}
}

func TestSelectAllAndFirstOKOfNothingPanicAndSaySo(t *testing.T) {
	for name, start := range map[string]func(){
		"SelectAll": func() { future.SelectAll[int]() },
		"FirstOK":   func() { future.FirstOK[int]() },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if err, ok := recover().(error); !ok || !strings.Contains(err.Error(), name+" of nothing") {
					t.Fatalf("got %v", err)
				}
			}()
			start()
		})
	}
}
