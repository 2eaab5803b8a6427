package future_test

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/internal/own"
	"github.com/edo-go/edo/internal/own/owntest"
)

var errOther = errors.New("test: also failed")

// asFutures returns the scripts in two forms.
func asFutures(all ...*owntest.Script[int]) ([]*owntest.Script[int], []edo.Future[int]) {
	fs := make([]edo.Future[int], len(all))
	for i, s := range all {
		fs[i] = s
	}
	return all, fs
}

// waitAndGive returns a script that waits once, and is then ready with v.
func waitAndGive(t *testing.T, v int) *owntest.Script[int] {
	return owntest.NewScript[int](t).Wait().Give(v)
}

// requirePolls requires that each script has been polled so many times.
func requirePolls(t *testing.T, all []*owntest.Script[int], want ...int) {
	t.Helper()
	var got []int
	for _, s := range all {
		got = append(got, s.Polls())
	}
	if !slices.Equal(got, want) {
		t.Fatalf("polled %v times, want %v", got, want)
	}
}

// requireDrops requires that each script has been dropped so many times.
func requireDrops(t *testing.T, all []*owntest.Script[int], want ...int) {
	t.Helper()
	var got []int
	for _, s := range all {
		got = append(got, s.Drops())
	}
	if !slices.Equal(got, want) {
		t.Fatalf("dropped %v times, want %v", got, want)
	}
}

func TestJoinPollsOnlyWokenFuturesAndKeepsTheOrder(t *testing.T) {
	task := edotest.NewTask()
	srcs, fs := asFutures(waitAndGive(t, 0), waitAndGive(t, 10), waitAndGive(t, 20))
	j := future.Join(fs...)
	edotest.RequirePending(t, task, j)
	requirePolls(t, srcs, 1, 1, 1)

	srcs[2].Wake()
	edotest.RequireWoken(t, task, 1)
	edotest.RequirePending(t, task, j)
	requirePolls(t, srcs, 1, 1, 2)
	requireDrops(t, srcs, 0, 0, 1)

	srcs[1].Wake()
	srcs[0].Wake()
	edotest.RequireWoken(t, task, 1)
	got := edotest.RequireReady(t, task, j)
	requirePolls(t, srcs, 2, 2, 2)
	requireDrops(t, srcs, 1, 1, 1)
	if want := []future.Result[int]{{Value: 0}, {Value: 10}, {Value: 20}}; !reflect.DeepEqual(got, want) {
		t.Fatalf("got %v", got)
	}
	edotest.RequireError(t, task, j, own.ErrPolledAgain)
}

func TestJoinAlsoWaitsForFuturesThatFail(t *testing.T) {
	task := edotest.NewTask()
	last := owntest.NewScript[int](t).Wait().Give(7)
	j := future.Join[int](future.Fail[int](errTest), last, nil)
	edotest.RequirePending(t, task, j)
	last.Wake()
	got := edotest.RequireReady(t, task, j)
	if got[0].Err != errTest || got[1] != (future.Result[int]{Value: 7}) || !errors.Is(got[2].Err, own.ErrPolledAgain) {
		t.Fatalf("got %v", got)
	}
	if v, err := got[1].Get(); v != 7 || err != nil {
		t.Fatalf("got %d, %v", v, err)
	}
}

func TestJoinOfNoFuturesIsReadyAtOnce(t *testing.T) {
	task := edotest.NewTask()
	if got := edotest.RequireReady(t, task, future.Join[int]()); got == nil || len(got) != 0 {
		t.Fatalf("got %v", got)
	}
	if got := edotest.RequireReady(t, task, future.TryJoin[int]()); got == nil || len(got) != 0 {
		t.Fatalf("got %v", got)
	}
}

func TestTryJoinFailsWithTheEarliestErrorAndDropsTheOtherFutures(t *testing.T) {
	task := edotest.NewTask()
	srcs, fs := asFutures(waitAndGive(t, 0), owntest.NewScript[int](t).Wait().Fail(errTest), owntest.NewScript[int](t).Wait().Fail(errOther))
	j := future.TryJoin(fs...)
	edotest.RequirePending(t, task, j)
	srcs[2].Wake()
	srcs[1].Wake()
	edotest.RequireWoken(t, task, 1)
	if _, p, err := edotest.Poll(task, j); p != edo.Ready || err != errOther {
		t.Fatalf("got %v, %v", p, err)
	}
	requirePolls(t, srcs, 1, 1, 2)
	requireDrops(t, srcs, 1, 1, 1)
	srcs[0].Wake()
	edotest.RequireWoken(t, task, 0)
	edotest.RequireError(t, task, j, own.ErrPolledAgain)
}

func TestTryJoinReturnsTheValuesInOrder(t *testing.T) {
	task := edotest.NewTask()
	srcs, fs := asFutures(waitAndGive(t, 1), waitAndGive(t, 2))
	j := future.TryJoin(fs...)
	edotest.RequirePending(t, task, j)
	srcs[1].Wake()
	edotest.RequirePending(t, task, j)
	srcs[0].Wake()
	if got := edotest.RequireReady(t, task, j); !slices.Equal(got, []int{1, 2}) {
		t.Fatalf("got %v", got)
	}
}

func TestTryJoinThatFailsDropsTheValuesOfReadyFutures(t *testing.T) {
	task, h := edotest.NewTask(), owntest.NewHandle(1)
	failing := owntest.NewScript[*owntest.Handle](t).Wait().Fail(errTest)
	j := future.TryJoin[*owntest.Handle](future.Ready(h), failing)
	edotest.RequirePending(t, task, j)
	if h.Drops() != 0 {
		t.Fatal("dropped too soon")
	}
	failing.Wake()
	edotest.RequireError(t, task, j, errTest)
	if j.Drop(); h.Drops() != 1 {
		t.Fatalf("dropped %d times", h.Drops())
	}
}

func TestWakesOfDroppedFuturesDoNothing(t *testing.T) {
	for name, build := range map[string]func(fs ...edo.Future[int]) edo.Future[edo.Unit]{
		"Join":    func(fs ...edo.Future[int]) edo.Future[edo.Unit] { return forget(future.Join(fs...)) },
		"TryJoin": func(fs ...edo.Future[int]) edo.Future[edo.Unit] { return forget(future.TryJoin(fs...)) },
		"Race":    func(fs ...edo.Future[int]) edo.Future[edo.Unit] { return forget(future.Race(fs...)) },
		"Join3":   func(fs ...edo.Future[int]) edo.Future[edo.Unit] { return forget(future.Join3(fs[0], fs[1], fs[2])) },
		"TryJoin3": func(fs ...edo.Future[int]) edo.Future[edo.Unit] {
			return forget(future.TryJoin3(fs[0], fs[1], fs[2]))
		},
	} {
		for _, fails := range []bool{false, true} {
			task, failing := edotest.NewTask(), owntest.NewScript[int](t).Wait().Fail(errTest)
			all, fs := newNevers(2)
			f := build(fs[0], fs[1], failing)
			edotest.RequirePending(t, task, f)
			if over := fails && !strings.HasPrefix(name, "Join"); over {
				failing.Wake()
				edotest.RequireWoken(t, task, 1)
				edotest.RequireError(t, task, f, errTest)
			} else {
				edo.Drop(f)
			}
			all[0].waker.Wake()
			all[1].waker.Wake()
			if n := task.TakeWakes(); n != 0 || failing.Drops() != 1 {
				t.Errorf("%s: woken %d times, dropped %d times", name, n, failing.Drops())
			}
			edotest.RequireError(t, task, f, own.ErrPolledAgain)
		}
	}
}

func TestAJoinInsideAJoinIsPolledOnlyWhenItsOwnFuturesAreWoken(t *testing.T) {
	task := edotest.NewTask()
	srcs, fs := asFutures(waitAndGive(t, 0), waitAndGive(t, 1), waitAndGive(t, 2))
	j := future.Join2(future.TryJoin(fs[:2]...), fs[2])
	edotest.RequirePending(t, task, j)
	srcs[1].Wake()
	edotest.RequireWoken(t, task, 1)
	edotest.RequirePending(t, task, j)
	requirePolls(t, srcs, 1, 2, 1)
	srcs[0].Wake()
	srcs[2].Wake()
	edotest.RequireWoken(t, task, 1)
	got := edotest.RequireReady(t, task, j)
	if !slices.Equal(got.First.Value, []int{0, 1}) || got.Second.Value != 2 {
		t.Fatalf("got %v", got)
	}
}

// busy is a future that wakes itself at every poll, and is never ready.
type busy struct{ polls int }

func (b *busy) Poll(cx *edo.Context) (v int, _ edo.Poll, _ error) {
	if cx.Proceed(nil) {
		b.polls++
		cx.Waker().WakeBy(cx)
	}
	return v, edo.Pending, nil
}

func TestAThousandBusyFuturesAreAllPolledInTurn(t *testing.T) {
	task, all := edotest.NewTask(), make([]busy, 1000)
	fs := make([]edo.Future[int], len(all))
	for i := range all {
		fs[i] = &all[i]
	}
	j := future.Join(fs...)
	for range 80 { // 10 turns for each, on a budget of 128
		edotest.RequirePending(t, task, j)
		edotest.RequireWoken(t, task, 1)
	}
	for i := range all {
		if n := all[i].polls; n < 10 || n > 11 {
			t.Fatalf("future %d had %d turns", i, n)
		}
	}
}

// TestEachOf10000IsPolledTwice counts the polls of a Join whose futures are woken one at a
// time. Without a waker for each future it would be fifty million polls.
func TestEachOf10000IsPolledTwice(t *testing.T) {
	const n = 10_000
	task := edotest.NewTask()
	all := make([]*owntest.Script[int], n)
	fs := make([]edo.Future[int], n)
	for i := range all {
		all[i] = waitAndGive(t, i)
		fs[i] = all[i]
	}
	j := future.Join(fs...)
	for range 2 { // one budget is not enough for all first polls
		for rounds := 0; rounds == 0 || task.TakeWakes() != 0; rounds++ {
			edotest.RequirePending(t, task, j)
		}
	}
	before := 0
	for _, s := range all {
		before += s.Polls()
	}
	for i := range n - 1 {
		all[i*7%(n-1)].Wake()
		edotest.RequireWoken(t, task, 1)
		edotest.RequirePending(t, task, j)
	}
	all[n-1].Wake()
	for i, r := range edotest.RequireReady(t, task, j) {
		if r.Value != i || r.Err != nil {
			t.Fatalf("result %d is %v", i, r)
		}
	}
	after := 0
	for _, s := range all {
		after += s.Polls()
	}
	if after-before != n {
		t.Fatalf("%d polls for %d wakes", after-before, n)
	}
}

// forget returns a future that is ready when f is, without the value of f.
func forget[T any](f edo.Future[T]) edo.Future[edo.Unit] {
	return future.Map(f, func(T) edo.Unit { return edo.Unit{} })
}

func TestAPanicOfOneFutureFailsTheTaskAndAllAreDroppedOnce(t *testing.T) {
	for name, build := range map[string]func(fs ...edo.Future[int]) edo.Future[edo.Unit]{
		"Join":    func(fs ...edo.Future[int]) edo.Future[edo.Unit] { return forget(future.Join(fs...)) },
		"TryJoin": func(fs ...edo.Future[int]) edo.Future[edo.Unit] { return forget(future.TryJoin(fs...)) },
		"Race":    func(fs ...edo.Future[int]) edo.Future[edo.Unit] { return forget(future.Race(fs...)) },
		"Join3": func(fs ...edo.Future[int]) edo.Future[edo.Unit] {
			return forget(future.Join3(fs[0], fs[1], fs[2]))
		},
	} {
		t.Run(name, func(t *testing.T) {
			srcs, fs := asFutures(waitAndGive(t, 0), waitAndGive(t, 2))
			panics := &panicking{}
			err := edo.Run(func(task *edo.Task) error {
				h := edo.Spawn(task, build(fs[0], panics, fs[1]))
				_, err := h.Await(task)
				return err
			}, edo.WithConfig(edo.Config{CurrentThread: true}))
			var p *edo.PanicError
			if !errors.As(err, &p) || p.Value != "test" {
				t.Fatalf("got %v", err)
			}
			requireDrops(t, srcs, 1, 1)
			if panics.drops != 1 {
				t.Fatalf("dropped %d times", panics.drops)
			}
		})
	}
}

type panicking struct{ drops int }

func (*panicking) Poll(*edo.Context) (int, edo.Poll, error) { panic("test") }
func (p *panicking) Drop()                                  { p.drops++ }

func TestTryJoinDoesNotDropTheValueOfTheFutureThatFailed(t *testing.T) {
	var log []string
	f := future.TryJoin[recorder](future.Ready(recorder{"a", &log, false}), future.Fail[recorder](errTest))
	edotest.RequireError(t, edotest.NewTask(), f, errTest) // the Drop of a zero recorder panics
	if got := fmt.Sprint(log); got != "[a]" {
		t.Fatalf("dropped %s", got)
	}
}

func TestAllValuesAreDroppedEvenWhenADropPanics(t *testing.T) {
	var log []string
	f := future.Join[recorder](future.Ready(recorder{"a", &log, true}), future.Ready(recorder{"b", &log, true}), future.Ready(recorder{"c", &log, false}))
	func() {
		defer func() { recover() }()
		f.Drop()
	}()
	f.Drop()
	if got := fmt.Sprint(log); got != "[a b c]" {
		t.Fatalf("dropped %s", got)
	}
}
