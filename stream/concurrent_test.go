package stream_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/own/owntest"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/stream"
)

// steps makes futures that wait for the test.
type steps struct {
	t   *testing.T
	all []*owntest.Script[int]
}

func (s *steps) of(v int) edo.Future[int] {
	f := owntest.NewScript[int](s.t).Wait().Give(v)
	s.all = append(s.all, f)
	return f
}

func TestBufferedOfOneDoesNotLookAtTheSecondEarly(t *testing.T) {
	for name, build := range map[string]func(s stream.Stream[int], fn func(int) edo.Future[int]) stream.Seq[int]{
		"Buffered": func(s stream.Stream[int], fn func(int) edo.Future[int]) stream.Seq[int] {
			return stream.Buffered(s, 1, fn)
		},
		"BufferUnordered": func(s stream.Stream[int], fn func(int) edo.Future[int]) stream.Seq[int] {
			return stream.BufferUnordered(s, 1, fn)
		},
	} {
		t.Run(name, func(t *testing.T) {
			task, src, st := edotest.NewTask(), owntest.NewScript[int](t).Give(1, 2), &steps{t: t}
			s := build(src, st.of)
			edotest.RequireNextPending(t, task, s)
			if src.Polls() != 1 {
				t.Fatalf("the source was polled %d times", src.Polls())
			}
			st.all[0].Wake()
			edotest.RequireWoken(t, task, 1)
			if v := edotest.RequireNext(t, task, s); v != 1 || len(st.all) != 1 {
				t.Fatalf("got %d, and %d futures", v, len(st.all))
			}
			edotest.RequireNextPending(t, task, s)
			st.all[1].Wake()
			requireItems(t, task, s, 2)
		})
	}
}

func TestBufferedPollsTheWokenFutureAloneAndKeepsTheOrder(t *testing.T) {
	task, st := edotest.NewTask(), &steps{t: t}
	s := stream.Buffered(stream.Values(1, 2, 3, 4), 3, st.of)
	edotest.RequireNextPending(t, task, s)
	if len(st.all) != 3 {
		t.Fatalf("%d futures have begun, want 3", len(st.all))
	}
	st.all[2].Wake()
	edotest.RequireWoken(t, task, 1)
	edotest.RequireNextPending(t, task, s)
	if st.all[0].Polls() != 1 || st.all[1].Polls() != 1 || st.all[2].Drops() != 1 || len(st.all) != 3 {
		t.Fatal("a result that waits for its turn keeps its place, and others are not polled")
	}
	st.all[0].Wake()
	st.all[1].Wake()
	edotest.RequireWoken(t, task, 1)
	for i := range 3 {
		if v := edotest.RequireNext(t, task, s); v != i+1 {
			t.Fatalf("got %d, want %d", v, i+1)
		}
	}
	edotest.RequireNextPending(t, task, s)
	st.all[3].Wake()
	requireItems(t, task, s, 4)
}

func TestBufferUnorderedGoesByCompletion(t *testing.T) {
	task, st := edotest.NewTask(), &steps{t: t}
	s := stream.BufferUnordered(stream.Values(1, 2, 3), 3, st.of)
	edotest.RequireNextPending(t, task, s)
	for _, i := range []int{2, 0, 1} {
		st.all[i].Wake()
		edotest.RequireWoken(t, task, 1)
		if v := edotest.RequireNext(t, task, s); v != i+1 {
			t.Fatalf("got %d, want %d", v, i+1)
		}
		if i != 1 {
			edotest.RequireNextPending(t, task, s)
		}
	}
	requireItems(t, task, s)
}

func TestALimitBelowOneIsAnErrorAndDropsTheSource(t *testing.T) {
	for name, build := range map[string]func(s stream.Stream[int]) stream.Stream[int]{
		"Buffered":         func(s stream.Stream[int]) stream.Stream[int] { return stream.Buffered(s, 0, ready[int]) },
		"BufferUnordered":  func(s stream.Stream[int]) stream.Stream[int] { return stream.BufferUnordered(s, -1, ready[int]) },
		"FlatMapUnordered": func(s stream.Stream[int]) stream.Stream[int] { return stream.FlatMapUnordered[int, int](s, 0, nil) },
		"GroupBy":          func(s stream.Stream[int]) stream.Stream[int] { return stream.GroupBy[int, int, int](s, 0, nil, nil) },
		"Chunks":           func(s stream.Stream[int]) stream.Stream[int] { return stream.Map(stream.Chunks(s, 0), sum) },
	} {
		t.Run(name, func(t *testing.T) {
			task, src := edotest.NewTask(), owntest.NewScript[int](t).Give(1)
			s := build(src)
			if _, p, err := edotest.PollNext(task, s); p != edo.Ready || err == nil || src.Drops() != 1 {
				t.Fatalf("%v, %v; dropped %d times", p, err, src.Drops())
			}
			requireItems(t, task, s)
		})
	}
}

func TestMergeOfManyIsStrictlyFairAndPollsWhatWasWoken(t *testing.T) {
	task := edotest.NewTask()
	requireItems(t, task, stream.Merge(numbered(1, 2, 3), numbered(4, 5, 6)), 1, 4, 2, 5, 3, 6)
	requireItems(t, task, stream.Merge(numbered(1, 2, 3), numbered(1, 2)), 1, 1, 2, 2, 3)
	requireItems(t, task, stream.Merge(numbered(1, 2), numbered(3, 4), numbered(5)), 1, 3, 5, 2, 4)
	requireItems(t, task, stream.Merge[int]())

	// While the first is pending the others share alike.
	idle := owntest.NewScript[int](t).Wait().Give(0)
	s := stream.Merge(idle, numbered(1, 1, 1), numbered(2, 2, 2))
	for i := range 6 {
		if v := edotest.RequireNext(t, task, s); v != 1+i%2 {
			t.Fatalf("item %d is %d", i, v)
		}
	}
	edotest.RequireNextPending(t, task, s)
	if idle.Polls() != 1 {
		t.Fatalf("a stream that was not woken was polled %d times", idle.Polls())
	}
	idle.Wake()
	requireItems(t, task, s, 0)
}

func TestAMergeOfManyGivesEachStreamInItsOrderAndLosesNothing(t *testing.T) {
	for seed := range seeds(300) {
		r := rand.New(rand.NewPCG(seed, 3))
		n := 1 + r.IntN(8)
		err := sim.Run(seed, func(task *edo.Task) error {
			var all []stream.Stream[int]
			want, got := make([][]int, n), make([][]int, n)
			for i := range n {
				for v := range r.IntN(12) {
					want[i] = append(want[i], v*n+i)
				}
				all = append(all, &source{in: slices.Clone(want[i]), r: r})
			}
			for v, err := range stream.All(task, stream.Merge(all...)) {
				if err != nil {
					return err
				}
				got[v%n] = append(got[v%n], v)
			}
			for i := range n {
				if !slices.Equal(got[i], want[i]) || all[i].(*source).drops != 1 {
					t.Errorf("seed %d: got %v, want %v", seed, got, want)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestGroupsKeepTheOrderOfTheirValuesWhateverIsPending(t *testing.T) {
	for seed := range seeds(300) {
		r := rand.New(rand.NewPCG(seed, 4))
		in := make([]int, r.IntN(40))
		want, got := make([][]int, 5), make([][]int, 5)
		for i := range in {
			in[i] = r.IntN(100)
			want[in[i]%5] = append(want[in[i]%5], in[i])
		}
		max := 1 + r.IntN(6) // with fewer than five, groups end and begin anew
		src := &source{in: in, r: r}
		s := stream.GroupBy(src, max, func(v int) int { return v % 5 }, func(_ int, group stream.Seq[int]) stream.Stream[int] {
			return stream.Then(group, func(v int) edo.Future[int] { return slow(v, v%3) })
		})
		err := sim.Run(seed, func(task *edo.Task) error {
			for v, err := range stream.All(task, s) {
				if err != nil {
					return err
				}
				got[v%5] = append(got[v%5], v)
			}
			return nil
		})
		for i := range want {
			if err != nil || !slices.Equal(got[i], want[i]) || src.drops != 1 {
				t.Fatalf("seed %d, %d groups: got %v, want %v, %v", seed, max, got, want, err)
			}
		}
	}
}

func TestANewGroupEndsTheOneThatHadNoValueForTheLongestTime(t *testing.T) {
	task, ended := edotest.NewTask(), []int(nil)
	s := stream.GroupBy(stream.Values(1, 2, 1, 3, 2), 2, func(v int) int { return v }, func(key int, group stream.Seq[int]) stream.Stream[int] {
		return group.Chain(stream.Map(stream.Once(key), func(k int) int { ended = append(ended, k); return -k }))
	})
	got := []int(nil)
	for {
		v, p, _ := edotest.PollNext(task, s)
		if p == edo.End {
			break
		}
		if p == edo.Ready {
			got = append(got, v)
		}
	}
	// 3 ends 2, and the second 2 ends 1.
	if !slices.Equal(ended[:2], []int{2, 1}) || len(ended) != 4 || len(got) != 5+4 {
		t.Fatalf("ended %v, got %v", ended, got)
	}
}

func TestAGroupWhosePipelineHasEndedTakesItsValuesAndDropsThem(t *testing.T) {
	task := edotest.NewTask()
	s := stream.GroupBy(stream.Values(1, 1, 1, 2, 1), 3, func(v int) int { return v }, func(key int, group stream.Seq[int]) stream.Stream[int] {
		if key == 2 {
			return nil
		}
		return group.Take(2)
	})
	got := 0
	for ended := false; !ended; {
		_, p, _ := edotest.PollNext(task, s)
		ended = p == edo.End
		if p == edo.Ready {
			got++
		}
	}
	if got != 2 {
		t.Fatalf("got %d items, want 2", got)
	}
}

func TestSwitchDropsTheStreamBeforeAtOnce(t *testing.T) {
	task, src := edotest.NewTask(), owntest.NewScript[int](t).Give(0).Wait().Give(1)
	inner := []*owntest.Script[int]{owntest.NewScript[int](t).Give(1).Wait().Give(2), owntest.NewScript[int](t).Give(3)}
	s := stream.Switch(src, func(i int) stream.Stream[int] { return inner[i] })
	if v := edotest.RequireNext(t, task, s); v != 1 {
		t.Fatalf("got %d", v)
	}
	edotest.RequireNextPending(t, task, s)
	src.Wake()
	if v := edotest.RequireNext(t, task, s); v != 3 || inner[0].Drops() != 1 {
		t.Fatalf("got %d, the first was dropped %d times", v, inner[0].Drops())
	}
	requireItems(t, task, s)
}

func TestASharedStreamHoldsUpTheFastOutletUntilTheSlowOneReadsOrIsDropped(t *testing.T) {
	fast, slow, src := edotest.NewTask(), edotest.NewTask(), owntest.NewScript[int](t).Give(1, 2, 3, 4)
	h := stream.Share(src, 2)
	a, b := h.Subscribe(), h.Subscribe()
	h.Drop()
	for want := 1; want <= 2; want++ {
		if v := edotest.RequireNext(t, fast, a); v != want {
			t.Fatalf("got %d", v)
		}
	}
	edotest.RequireNextPending(t, fast, a)
	if src.Polls() != 2 {
		t.Fatalf("the source was polled %d times: it is held up", src.Polls())
	}
	if v := edotest.RequireNext(t, slow, b); v != 1 {
		t.Fatalf("got %d", v)
	}
	edotest.RequireWoken(t, fast, 1)
	edotest.RequireWoken(t, slow, 0)
	if v := edotest.RequireNext(t, fast, a); v != 3 {
		t.Fatalf("got %d", v)
	}
	edotest.RequireNextPending(t, fast, a)
	b.Drop()
	edotest.RequireWoken(t, fast, 1)
	if v := edotest.RequireNext(t, fast, a); v != 4 || src.Drops() != 0 {
		t.Fatalf("got %d", v)
	}
	requireItems(t, fast, a)
	if src.Drops() != 1 {
		t.Fatal("the source was not dropped at its end")
	}
}

func TestTheWakeOfASharedSourceReachesAnOutletThoughAnotherHasPolledIt(t *testing.T) {
	one, two, src := edotest.NewTask(), edotest.NewTask(), owntest.NewScript[int](t).Wait().Give(1)
	h := stream.Share(src, 4)
	a, b := h.Subscribe(), h.Subscribe()
	edotest.RequireNextPending(t, one, a)
	edotest.RequireNextPending(t, two, b)
	if src.Polls() != 1 {
		t.Fatalf("the source was polled %d times", src.Polls())
	}
	a.Drop() // the one that has polled the source
	src.Wake()
	edotest.RequireWoken(t, two, 1)
	if v := edotest.RequireNext(t, two, b); v != 1 {
		t.Fatalf("got %d", v)
	}
	b.Drop()
	if src.Drops() != 0 {
		t.Fatal("the handle still owns the source")
	}
	h.Drop()
	h.Drop()
	if src.Drops() != 1 {
		t.Fatalf("the source was dropped %d times", src.Drops())
	}
}

func TestOutletsInManyTasksEachGetEveryItemInOrder(t *testing.T) {
	for seed := range seeds(100) {
		r := rand.New(rand.NewPCG(seed, 5))
		err := edo.Run(func(task *edo.Task) error {
			tx, rx := mpsc.New[int](3)
			h := stream.Share(rx, 1+r.IntN(4))
			const n = 200
			for i := range 4 {
				s := h.Subscribe()
				most := n
				if i == 3 {
					most = n / 2 // it is dropped early
				}
				edo.Go(task, func(task *edo.Task) error {
					got := drain(task, s, most)
					for i, v := range got {
						if v != i {
							t.Errorf("seed %d: item %d is %d", seed, i, v)
							break
						}
					}
					if len(got) != most {
						t.Errorf("seed %d: %d items, want %d", seed, len(got), most)
					}
					return nil
				})
			}
			h.Drop()
			for v := range n {
				if err := tx.Send(task, v); err != nil {
					break // all have enough
				}
			}
			tx.Close()
			return nil
		}, edo.WithConfig(edo.Config{Workers: 1 + r.IntN(4)}))
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestAPartitionInTwoTasksGivesEachValueToOneSide(t *testing.T) {
	for seed := range seeds(100) {
		r := rand.New(rand.NewPCG(seed, 6))
		in := make([]int, r.IntN(60))
		var want [2][]int
		for i := range in {
			in[i] = r.IntN(100)
			want[in[i]%2] = append(want[in[i]%2], in[i])
		}
		src := &source{in: in, r: r}
		err := sim.Run(seed, func(task *edo.Task) error {
			odd, even := stream.Partition(src, 1+r.IntN(3), func(v int) bool { return v%2 == 1 })
			other := edo.GoValue(task, func(task *edo.Task) ([]int, error) { return drain(task, even, -1), nil })
			got := drain(task, odd, -1)
			rest, err := other.Await(task)
			if !slices.Equal(got, want[1]) || !slices.Equal(rest, want[0]) || src.drops != 1 {
				t.Errorf("seed %d: got %v and %v, want %v", seed, got, rest, want)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
