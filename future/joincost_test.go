package future_test

import (
	"fmt"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/internal/sched"
)

var anySink any

// never is a future that is never ready. The test wakes it.
type never struct{ waker edo.Waker }

func (n *never) Poll(cx *edo.Context) (v int, _ edo.Poll, _ error) {
	if cx.Proceed(nil) {
		n.waker = cx.Waker()
	}
	return v, edo.Pending, nil
}

// newNevers returns n futures that are never ready, in two forms.
func newNevers(n int) ([]*never, []edo.Future[int]) {
	all, fs := make([]*never, n), make([]edo.Future[int], n)
	for i := range all {
		all[i] = &never{}
		fs[i] = all[i]
	}
	return all, fs
}

func TestAllocationsOfCombinatorsOfSeveralFutures(t *testing.T) {
	if invariant.Enabled {
		t.Skip("the race detector allocates too")
	}
	_, fs := newNevers(8)
	for _, c := range []struct {
		name  string
		want  float64
		build func() any
	}{
		{"Join", 3, func() any { return future.Join(fs...) }},
		{"TryJoin", 3, func() any { return future.TryJoin(fs...) }},
		{"Race", 2, func() any { return future.Race(fs...) }},
		{"Join2", 1, func() any { return future.Join2(fs[0], fs[1]) }},
		{"FirstOK", 3, func() any { return future.FirstOK(fs...) }},
		{"Select", 1, func() any { return future.Select(fs[0], fs[1]) }},
		{"SelectAll", 2, func() any { return future.SelectAll(fs...) }},
		{"TryJoin3", 1, func() any { return future.TryJoin3(fs[0], fs[1], fs[2]) }},
	} {
		if got := testing.AllocsPerRun(100, func() { anySink = c.build() }); got > c.want {
			t.Errorf("%s of 8 is %v allocations, want %v", c.name, got, c.want)
		}
	}
}

func TestPollsOfCombinatorsOfSeveralFuturesAllocateNothing(t *testing.T) {
	if invariant.Enabled {
		t.Skip("the race detector allocates too")
	}
	for name, build := range map[string]func(fs []edo.Future[int]) edo.Future[edo.Unit]{
		"FirstOK":   func(fs []edo.Future[int]) edo.Future[edo.Unit] { return forget(future.FirstOK(fs...)) },
		"Select":    func(fs []edo.Future[int]) edo.Future[edo.Unit] { return forget(future.Select(fs[0], fs[2])) },
		"SelectAll": func(fs []edo.Future[int]) edo.Future[edo.Unit] { return forget(future.SelectAll(fs...)) },
		"Join":      func(fs []edo.Future[int]) edo.Future[edo.Unit] { return forget(future.Join(fs...)) },
		"Race":      func(fs []edo.Future[int]) edo.Future[edo.Unit] { return forget(future.Race(fs...)) },
		"Join3":     func(fs []edo.Future[int]) edo.Future[edo.Unit] { return forget(future.Join3(fs[0], fs[1], fs[2])) },
	} {
		all, fs := newNevers(3)
		f := build(fs)
		edotest.NewTask().Enter(func(cx *edo.Context) {
			f.Poll(cx)
			if n := testing.AllocsPerRun(100, func() {
				(*sched.Context)(cx).SetBudget(100)
				all[2].waker.WakeBy(cx)
				all[0].waker.Wake()
				f.Poll(cx)
			}); n != 0 {
				t.Errorf("%s: %v allocations", name, n)
			}
		})
	}
}

// The cost of one wake and the poll after it, in a Join of n futures that wait.
func BenchmarkJoinOneWokenOf(b *testing.B) {
	for _, n := range []int{100, 10_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			task := edotest.NewTask()
			all, fs := newNevers(n)
			f := future.Join(fs...)
			for rounds := 0; rounds == 0 || task.TakeWakes() != 0; rounds++ {
				edotest.Poll(task, f)
			}
			i := 0
			for b.Loop() {
				all[i].waker.Wake()
				task.Enter(func(cx *edo.Context) { f.Poll(cx) })
				if i += 7; i >= n {
					i -= n
				}
			}
		})
	}
}

// The cost of a Join of ready futures, from its making to its end, per future.
func BenchmarkJoinOfReady(b *testing.B) {
	const n = 100
	b.ReportAllocs()
	fs := make([]edo.Future[int], n)
	edotest.NewTask().Enter(func(cx *edo.Context) {
		for b.Loop() {
			for i := range fs {
				fs[i] = constant{}
			}
			anySink, _, _ = future.Join(fs...).Poll(cx)
		}
	})
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/future")
}

// constant is a future that is always ready, and takes nothing off the budget.
type constant struct{}

func (constant) Poll(*edo.Context) (int, edo.Poll, error) { return 1, edo.Ready, nil }

func BenchmarkJoin2OfReady(b *testing.B) {
	b.ReportAllocs()
	edotest.NewTask().Enter(func(cx *edo.Context) {
		for b.Loop() {
			anySink, _, _ = future.Join2[int, int](constant{}, constant{}).Poll(cx)
		}
	})
}

func BenchmarkRaceTaskOfTwo(b *testing.B) {
	b.ReportAllocs()
	edo.Run(func(task *edo.Task) error {
		wait := func(task *edo.Task) (int, error) { return edo.Await(task, edo.Future[int](&never{})) }
		yield := func(task *edo.Task) (int, error) { return 1, edo.Yield(task) }
		for b.Loop() {
			if _, err := future.RaceTask(task, wait, yield); err != nil {
				b.Fatal(err)
			}
		}
		return nil
	}, edo.WithConfig(edo.Config{CurrentThread: true}))
}
