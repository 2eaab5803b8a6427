package edo_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/sim"
)

// onOne runs main on a runtime of one worker, and requires that it succeeds.
func onOne(t *testing.T, main func(task *edo.Task) error) {
	t.Helper()
	if err := edo.Run(main, quiet(edo.Config{CurrentThread: true})); err != nil {
		t.Error(err)
	}
}

// valve is a future that ends with what it is told to.
type valve struct {
	open  bool
	v     int
	err   error
	waker edo.Waker
	polls int
	drops int
}

func (g *valve) Poll(cx *edo.Context) (int, edo.Poll, error) {
	g.polls++
	if !g.open {
		g.waker = cx.Waker()
		return 0, edo.Pending, nil
	}
	if g.v < 0 {
		panic(g.v)
	}
	return g.v, edo.Ready, g.err
}

func (g *valve) Drop() { g.drops++ }

func (g *valve) end(v int, err error) {
	g.open, g.v, g.err = true, v, err
	g.waker.Wake()
}

func TestJoinSetGivesResultsByCompletion(t *testing.T) {
	onOne(t, func(task *edo.Task) error {
		var set edo.JoinSet[int]
		var valves [5]valve
		for i := range valves {
			if _, err := set.Spawn(task, &valves[i], edo.Name(fmt.Sprint("task ", i))); err != nil {
				return err
			}
		}
		broken := errors.New("broken")
		for _, i := range []int{3, 0, 4, 1, 2} {
			pass(task, 2)
			valves[i].end(i, map[bool]error{true: broken}[i == 4])
		}
		pass(task, 2)
		if set.Len() != 5 {
			t.Errorf("Len is %d", set.Len())
		}
		var got []int
		for {
			v, ok, err := set.Join(task)
			if !ok {
				break
			}
			if (v == 4) != (err == broken) {
				t.Errorf("%d came with %v", v, err)
			}
			got = append(got, v)
		}
		if !slices.Equal(got, []int{3, 0, 4, 1, 2}) || set.Len() != 0 {
			t.Errorf("got %v; %d left", got, set.Len())
		}
		return nil // the error of task 4 has been joined
	})
}

func TestJoinSetWakesWhoWaitsLastAndNobodyElse(t *testing.T) {
	onOne(t, func(task *edo.Task) error {
		var set edo.JoinSet[int]
		first, second := edotest.NewTask(), edotest.NewTask()
		edotest.RequireEnd(t, first, &set)
		edotest.RequireWoken(t, first, 0)
		var one, two valve
		set.Spawn(task, &one)
		set.Spawn(task, &two)
		pass(task, 2)
		edotest.RequireNextPending(t, first, &set)
		edotest.RequireNextPending(t, second, &set)
		one.end(1, nil)
		pass(task, 2)
		edotest.RequireWoken(t, first, 0)
		edotest.RequireWoken(t, second, 1)
		if v := edotest.RequireNext(t, second, &set); v != 1 {
			t.Errorf("got %d", v)
		}
		edotest.RequireNextPending(t, second, &set)
		two.end(2, nil)
		pass(task, 2)
		edotest.RequireWoken(t, second, 1)
		edotest.RequireNext(t, second, &set)
		edotest.RequireEnd(t, second, &set)
		edotest.RequireEnd(t, second, &set)
		return nil
	})
}

func TestJoinSetTakesFromTheBudgetAndDoesNothingWithoutOne(t *testing.T) {
	onOne(t, func(task *edo.Task) error {
		var set edo.JoinSet[int]
		var g valve
		g.open = true
		set.Spawn(task, &g)
		pass(task, 2)
		mock := edotest.NewTask()
		mock.EnterWithBudget(0, func(cx *edo.Context) {
			if _, p, _ := set.PollNext(cx); p != edo.Pending {
				t.Error("it went on without a budget")
			}
			if _, p, _ := edo.NewJoinSet[int](1).SpawnFuture(&valve{}).Poll(cx); p != edo.Pending {
				t.Error("it spawned without a budget")
			}
		})
		edotest.RequireWoken(t, mock, 1)
		edotest.RequireNext(t, mock, &set)
		return nil
	})
}

func TestTryJoinSaysNoneReadyAsDistinctFromEmpty(t *testing.T) {
	onOne(t, func(task *edo.Task) error {
		var set edo.JoinSet[int]
		try := func(want edo.Poll, wantErr error) {
			t.Helper()
			if _, p, err := set.TryJoin(); p != want || !errors.Is(err, wantErr) {
				t.Errorf("got %v, %v; want %v, %v", p, err, want, wantErr)
			}
		}
		try(edo.End, nil)
		var g valve
		set.Spawn(task, &g)
		pass(task, 2)
		try(edo.Pending, nil)
		g.end(1, edo.ErrEmpty)
		pass(task, 2)
		try(edo.Ready, edo.ErrEmpty)
		try(edo.End, nil)
		return nil
	})
}

func TestAbortAllLeavesLenUntilJoinedAndFinishedOnesKeepTheirResults(t *testing.T) {
	runs(t, func(task *edo.Task) error {
		var set edo.JoinSet[int]
		set.Spawn(task, done7{})
		for set.Len() == 1 { // until it is ready
			if v, p, _ := set.TryJoin(); p == edo.Ready {
				if v != 7 {
					t.Errorf("got %d", v)
				}
				break
			}
			edo.Yield(task)
		}
		a, err := set.Spawn(task, done7{})
		if err != nil {
			return err
		}
		for !a.Finished() {
			edo.Yield(task)
		}
		for range 3 {
			set.Spawn(task, forever{})
		}
		set.AbortAll()
		set.AbortAll()
		if set.Len() != 4 {
			t.Errorf("Len is %d", set.Len())
		}
		var sevens, cancelled int
		for {
			v, ok, err := set.Join(task)
			if !ok {
				break
			}
			if v == 7 && err == nil {
				sevens++
			} else if errors.Is(err, edo.ErrCancelled) {
				cancelled++
			}
		}
		if sevens != 1 || cancelled != 3 || set.Len() != 0 {
			t.Errorf("%d sevens, %d cancelled, %d left", sevens, cancelled, set.Len())
		}
		return nil
	})
}

// done7 is 7.
type done7 struct{}

func (done7) Poll(*edo.Context) (int, edo.Poll, error) { return 7, edo.Ready, nil }

func TestJoinSetIsReusableAfterItWasEmpty(t *testing.T) {
	runs(t, func(task *edo.Task) error {
		var set edo.JoinSet[int]
		for range 3 {
			if _, ok, err := set.Join(task); ok || err != nil {
				t.Errorf("empty: %v, %v", ok, err)
			}
			for range 10 {
				set.Go(task, func(task *edo.Task) (int, error) { return 1, edo.Yield(task) })
			}
			n := 0
			for {
				v, ok, err := set.Join(task)
				if !ok {
					break
				}
				if err != nil {
					return err
				}
				n += v
			}
			if n != 10 {
				t.Errorf("%d results", n)
			}
		}
		return nil
	})
}

func TestClosingAJoinSetAbortsTheRestAndReportsWhatFailed(t *testing.T) {
	early, late := errors.New("early"), errors.New("late")
	var told []string
	err := edo.Run(func(task *edo.Task) error {
		var set edo.JoinSet[int]
		set.Go(task, func(*edo.Task) (int, error) { return 0, early }, edo.Name("the early one"))
		d := &dropped{}
		a, _ := set.Spawn(task, d)
		set.Go(task, func(task *edo.Task) (int, error) {
			edo.Await(task, forever{})
			return 0, late
		})
		mock := edotest.NewTask()
		pass(task, 3)
		if told != nil {
			t.Errorf("told %q while the set may still be asked", told)
		}
		set.TryJoin()
		set.Go(task, func(*edo.Task) (int, error) { return 0, early }, edo.Name("the early one"))
		pass(task, 3)
		set.Close()
		set.Drop()
		edotest.RequireEnd(t, mock, &set)
		if _, err := set.Spawn(task, d); !errors.Is(err, edo.ErrClosed) || d.n.Load() != 1 {
			t.Errorf("spawn after the end: %v; dropped %d times", err, d.n.Load())
		}
		if _, err := set.TrySpawn(task, d); !errors.Is(err, edo.ErrClosed) || d.n.Load() != 1 {
			t.Errorf("spawn after the end: %v; dropped %d times", err, d.n.Load())
		}
		pass(task, 3)
		if !a.Finished() || d.n.Load() != 2 || set.Len() != 0 {
			t.Errorf("finished %v, dropped %d times, %d left", a.Finished(), d.n.Load(), set.Len())
		}
		return nil
	}, edo.WithConfig(edo.Config{CurrentThread: true, OnError: func(err error) { told = append(told, err.Error()) }}))
	if !errors.Is(err, early) || !errors.Is(err, late) || errors.Is(err, edo.ErrCancelled) {
		t.Errorf("Run returned %v", err)
	}
	if len(told) != 2 || !strings.Contains(told[0], "the early one") || !strings.Contains(told[1], "late") {
		t.Errorf("OnError was told %q", told)
	}
}

func TestClosedJoinSetEndsForWhoWaits(t *testing.T) {
	runs(t, func(task *edo.Task) error {
		var set edo.JoinSet[int]
		set.Spawn(task, forever{})
		h := edo.Go(task, func(task *edo.Task) error {
			_, ok, err := set.Join(task)
			if ok {
				t.Error("a result")
			}
			return err
		})
		pass(task, 5)
		set.Close()
		_, err := h.Await(task)
		return err
	})
}

func TestErrorsInAJoinSetThatNobodyJoinsAreRunsErrors(t *testing.T) {
	broken := errors.New("broken")
	err := edo.Run(func(task *edo.Task) error {
		set := &edo.JoinSet[int]{}
		_, err := set.Go(task, func(*edo.Task) (int, error) { return 0, broken })
		return err
	}, quiet(edo.Config{}))
	if err != broken {
		t.Errorf("got %v", err)
	}
}

func TestJoinNextSaysWhichTaskItWas(t *testing.T) {
	runs(t, func(task *edo.Task) error {
		var set edo.JoinSet[int]
		a, _ := set.Spawn(task, done7{}, edo.Name("seven"))
		h, ok, err := set.JoinNext(task)
		if !ok || err != nil || !h.Finished() || h.Name() != "seven" || h.AbortHandle() != a {
			t.Fatalf("got %v, %v, %v", h, ok, err)
		}
		if v, err := h.Await(task); v != 7 || err != nil {
			t.Errorf("got %d, %v", v, err)
		}
		return nil
	})
}

func TestErrorOfATaskOfWhichOnlyTheHandleWasTakenIsRunsError(t *testing.T) {
	broken := errors.New("broken")
	err := edo.Run(func(task *edo.Task) error {
		var set edo.JoinSet[int]
		set.Go(task, func(*edo.Task) (int, error) { return 0, broken })
		_, _, err := set.JoinNext(task)
		return err
	}, quiet(edo.Config{}))
	if err != broken {
		t.Errorf("got %v", err)
	}
}

func TestSpawnInAJoinSetWaitsInLineForTheLimitOfTasksThatRun(t *testing.T) {
	onOne(t, func(task *edo.Task) error {
		set := edo.NewJoinSet[int](2)
		var valves [5]valve
		for i := range 2 {
			if _, err := set.TrySpawn(task, &valves[i]); err != nil {
				return err
			}
		}
		var extra valve
		if _, err := set.TrySpawn(task, &extra); !errors.Is(err, edo.ErrFull) || extra.drops != 0 {
			t.Errorf("at the limit: %v; dropped %d times", err, extra.drops)
		}
		var order []int
		var waits []*edo.JoinHandle[edo.Unit]
		for i := 2; i < 5; i++ {
			waits = append(waits, edo.Go(task, func(task *edo.Task) error {
				_, err := set.Spawn(task, &valves[i])
				order = append(order, i)
				return err
			}))
			pass(task, 3)
		}
		if set.Len() != 2 || len(order) != 0 {
			t.Errorf("Len is %d, %v have spawned", set.Len(), order)
		}
		valves[0].end(0, nil)
		for !waits[0].Finished() { // the room is granted: nobody else gets it on the way
			if _, err := set.TrySpawn(task, &extra); !errors.Is(err, edo.ErrFull) {
				t.Errorf("overtaken: %v", err)
				break
			}
			edo.Yield(task)
		}
		if !slices.Equal(order, []int{2}) || set.Len() != 3 { // the one that ended waits to be joined
			t.Errorf("%v have spawned, Len is %d", order, set.Len())
		}
		valves[1].end(1, nil)
		valves[2].end(2, nil)
		pass(task, 5)
		if !slices.Equal(order, []int{2, 3, 4}) {
			t.Errorf("%v have spawned", order)
		}
		valves[3].end(3, nil)
		valves[4].end(4, nil)
		n := 0
		for _, ok, _ := set.Join(task); ok; _, ok, _ = set.Join(task) {
			n++
		}
		if n != 5 {
			t.Errorf("%d results", n)
		}
		return nil
	})
}

func TestCancelledSpawnInAJoinSetDropsTheFutureUnspawnedAndPassesItsRoomOn(t *testing.T) {
	onOne(t, func(task *edo.Task) error {
		set := edo.NewJoinSet[int](1)
		var first, last valve
		set.TrySpawn(task, &first)
		var owned dropped
		var valves [2]valve
		var waits [2]*edo.JoinHandle[edo.Unit]
		for i := range waits {
			waits[i] = edo.Go(task, func(task *edo.Task) error {
				_, err := set.Spawn(task, &valves[i], edo.Owns(&owned))
				return err
			})
			pass(task, 2)
		}
		third := edo.Go(task, func(task *edo.Task) error {
			_, err := set.Spawn(task, &last)
			return err
		})
		pass(task, 2)
		waits[0].Abort() // in line
		pass(task, 2)
		if valves[0].drops != 1 || valves[0].polls != 0 || owned.n.Load() != 1 {
			t.Errorf("dropped %d times, polled %d times, owned dropped %d times", valves[0].drops, valves[0].polls, owned.n.Load())
		}
		if _, err := waits[0].Await(task); !errors.Is(err, edo.ErrCancelled) {
			t.Errorf("got %v", err)
		}
		if last.polls != 0 {
			t.Error("who left the line has given away a room that was not free")
		}
		mock, granted := edotest.NewTask(), valve{}
		w := set.SpawnFuture(&granted)
		edotest.RequirePending(t, mock, w)
		waits[1].Abort()
		pass(task, 3)
		third.Abort()
		pass(task, 3)
		first.end(1, nil)
		pass(task, 3)
		edotest.RequireWoken(t, mock, 1) // it has been granted the room
		if _, err := set.TrySpawn(task, &valve{}); !errors.Is(err, edo.ErrFull) {
			t.Errorf("the room of another: %v", err)
		}
		other := set.SpawnFuture(&valve{open: true})
		edotest.RequirePending(t, mock, other)
		mock.TakeWakes()
		w.Drop()
		w.Drop()
		edotest.RequireWoken(t, mock, 1)
		if granted.drops != 1 || granted.polls != 0 {
			t.Errorf("dropped %d times, polled %d times", granted.drops, granted.polls)
		}
		if _, err := edo.Await(task, other); err != nil {
			t.Error(err)
		}
		return nil
	})
}

func TestJoinOfACancelledTaskLosesNoResult(t *testing.T) {
	onOne(t, func(task *edo.Task) error {
		var set edo.JoinSet[int]
		var g valve
		set.Spawn(task, &g)
		h := edo.Go(task, func(task *edo.Task) error {
			_, ok, err := set.Join(task)
			if ok {
				t.Error("a result")
			}
			return err
		})
		pass(task, 3)
		g.end(5, nil)
		h.Abort() // before it comes to run
		pass(task, 3)
		if v, p, err := set.TryJoin(); v != 5 || p != edo.Ready || err != nil {
			t.Errorf("got %d, %v, %v", v, p, err)
		}
		return nil
	})
}

func TestSpawnOnAShutDownRuntimeIsAResultOfTheSet(t *testing.T) {
	rt, err := edo.New(edo.Config{Workers: 1, OnError: func(error) {}})
	if err != nil {
		t.Fatal(err)
	}
	rt.Wait()
	set := edo.NewJoinSet[int](1)
	d := &dropped{}
	for range 3 {
		if _, err := set.TrySpawn(rt, d); err != nil {
			t.Fatal(err)
		}
	}
	if d.n.Load() != 3 || set.Len() != 3 {
		t.Errorf("dropped %d times, Len is %d", d.n.Load(), set.Len())
	}
	if _, p, err := set.TryJoin(); p != edo.Ready || !errors.Is(err, edo.ErrShutdown) {
		t.Errorf("got %v, %v", p, err)
	}
}

func TestJoinSetWithANegativeLimitIsRefused(t *testing.T) {
	defer func() {
		if err, ok := recover().(error); !ok || !strings.Contains(err.Error(), "limit -1") {
			t.Errorf("%v", err)
		}
	}()
	edo.NewJoinSet[int](-1)
}

func TestJoinSetInAScopeKeepsItsErrorsFromTheScope(t *testing.T) {
	runs(t, func(task *edo.Task) error {
		return edo.WithScope(task, func(s *edo.Scope) error {
			_, err := edo.Go(s, func(task *edo.Task) error {
				var set edo.JoinSet[int]
				set.Go(task, func(*edo.Task) (int, error) { return 0, errors.New("expected") })
				if _, ok, err := set.Join(task); !ok || err == nil {
					t.Errorf("got %v, %v", ok, err)
				}
				return edo.Yield(task)
			}).Await(task)
			return err
		})
	})
}

// The completion of one task must cost the same among 100,000 as among 10.
func TestJoinSetOfAHundredThousand(t *testing.T) {
	n := 100_000
	if invariant.Enabled {
		n = 10_000
	}
	for _, workers := range []int{1, 4} {
		var set edo.JoinSet[int]
		err := edo.Run(func(task *edo.Task) error {
			for i := range n {
				set.Spawn(task, &yieldsOnce{v: i})
			}
			seen, sum := 0, 0
			for {
				v, ok, err := set.Join(task)
				if err != nil {
					return err
				}
				if !ok {
					break
				}
				seen++
				sum += v
			}
			if seen != n || sum != n*(n-1)/2 {
				t.Errorf("%d results, sum %d", seen, sum)
			}
			return nil
		}, quiet(edo.Config{Workers: workers}))
		if err != nil {
			t.Error(err)
		}
	}
}

// yieldsOnce is a future that yields once and then is v.
type yieldsOnce struct {
	v      int
	passed bool
}

func (y *yieldsOnce) Poll(cx *edo.Context) (int, edo.Poll, error) {
	if !y.passed {
		y.passed = true
		cx.Yield()
		return 0, edo.Pending, nil
	}
	return y.v, edo.Ready, nil
}

func TestJoinSetStress(t *testing.T) {
	err := edo.Run(func(task *edo.Task) error {
		set := edo.NewJoinSet[int](8)
		var most, now atomic.Int64
		const spawners, each = 4, 500
		var spawns []*edo.JoinHandle[edo.Unit]
		for range spawners {
			spawns = append(spawns, edo.Go(task, func(task *edo.Task) error {
				for i := range each {
					_, err := set.Go(task, func(task *edo.Task) (int, error) {
						if n := now.Add(1); n > 8 {
							most.Store(n)
						}
						err := edo.Yield(task)
						now.Add(-1)
						return i, err
					})
					if err != nil {
						return err
					}
				}
				return nil
			}))
		}
		edo.Go(task, func(task *edo.Task) error {
			for _, h := range spawns {
				h.Await(task)
			}
			return nil
		})
		sum, n := 0, 0
		for n < spawners*each {
			v, ok, err := set.Join(task)
			if err != nil {
				return err
			}
			if !ok { // empty for the moment
				if err := edo.Yield(task); err != nil {
					return err
				}
				continue
			}
			sum += v
			n++
		}
		if most.Load() != 0 || sum != spawners*each*(each-1)/2 {
			t.Errorf("%d ran at once; sum %d", most.Load(), sum)
		}
		return nil
	}, quiet(edo.Config{Workers: 4}))
	if err != nil {
		t.Error(err)
	}
}

// modelSet is what a JoinSet does, written down naively.
type modelSet struct {
	limit   int
	running []int // in the order in which they were spawned
	line    []int // that wait to be spawned
	ready   []int
}

func (m *modelSet) settle() {
	for len(m.line) > 0 && (m.limit == 0 || len(m.running) < m.limit) {
		m.running = append(m.running, m.line[0])
		m.line = m.line[1:]
	}
}

func (m *modelSet) end(id int) {
	m.running = slices.DeleteFunc(m.running, func(o int) bool { return o == id })
	m.ready = append(m.ready, id)
	m.settle()
}

func TestJoinSetAgainstTheModel(t *testing.T) {
	steps := 400
	for seed := range uint64(40) {
		rng := rand.New(rand.NewPCG(seed, 1))
		failed := errors.New("failed")
		err := edo.Run(func(task *edo.Task) error {
			m := &modelSet{limit: rng.IntN(4)}
			set := edo.NewJoinSet[int](m.limit)
			valves := map[int]*valve{}
			handles := map[int]edo.AbortHandle{}
			waits := map[int]*edo.JoinHandle[edo.Unit]{}
			errs := map[int]error{}
			mock, waiting := edotest.NewTask(), false
			newValve := func() (int, *valve) {
				id := len(valves) + 1
				valves[id] = &valve{}
				return id, valves[id]
			}
			take := func(v int, p edo.Poll, err error, what string) error {
				want := edo.Ready
				switch {
				case len(m.ready) > 0:
				case len(m.running) > 0:
					want = edo.Pending
				default:
					want = edo.End
				}
				if p != want {
					return fmt.Errorf("seed %d: %s gave %v, want %v", seed, what, p, want)
				}
				if p == edo.Ready {
					id := m.ready[0]
					m.ready = m.ready[1:]
					if !errors.Is(err, errs[id]) || err == nil && (v != id || errs[id] != nil) {
						return fmt.Errorf("seed %d: %s gave %d, %v; want %d, %v", seed, what, v, err, id, errs[id])
					}
				}
				return nil
			}
			pick := func(of []int) int { return of[rng.IntN(len(of))] }
			for range steps {
				before := len(m.ready)
				switch op := rng.IntN(9); {
				case op == 0:
					id, g := newValve()
					a, err := set.TrySpawn(task, g)
					if full := m.limit != 0 && (len(m.running) >= m.limit || len(m.line) > 0); full != errors.Is(err, edo.ErrFull) {
						return fmt.Errorf("seed %d: TrySpawn gave %v with %d of %d", seed, err, len(m.running), m.limit)
					}
					if err == nil {
						m.running = append(m.running, id)
						handles[id] = a
					}
				case op <= 2:
					id, g := newValve()
					waits[id] = edo.Go(task, func(task *edo.Task) error {
						a, err := set.Spawn(task, g)
						handles[id] = a
						return err
					})
					m.line = append(m.line, id)
					m.settle()
				case op == 3 && len(m.line) > 0:
					id := pick(m.line)
					waits[id].Abort()
					m.line = slices.DeleteFunc(m.line, func(o int) bool { return o == id })
					errs[id] = edo.ErrCancelled
				case op <= 5 && len(m.running) > 0:
					id := pick(m.running)
					if rng.IntN(3) == 0 {
						errs[id] = failed
					}
					valves[id].end(id, errs[id])
					m.end(id)
				case op == 6 && len(m.running) > 0:
					id := pick(m.running)
					handles[id].Abort()
					errs[id] = edo.ErrCancelled
					m.end(id)
				case op == 7:
					v, p, err := set.TryJoin()
					if err := take(v, p, err, "TryJoin"); err != nil {
						return err
					}
					before = len(m.ready)
				case op == 8:
					v, p, err := edotest.PollNext(mock, set)
					waiting = p == edo.Pending
					mock.TakeWakes()
					if err := take(v, p, err, "PollNext"); err != nil {
						return err
					}
					before = len(m.ready)
				}
				pass(task, 6)
				if waiting && len(m.ready) > before {
					if mock.TakeWakes() != 1 {
						return fmt.Errorf("seed %d: the one that waits was not woken once", seed)
					}
					waiting = false
				} else if n := mock.TakeWakes(); n != 0 {
					return fmt.Errorf("seed %d: woken %d times for nothing", seed, n)
				}
				if set.Len() != len(m.running)+len(m.ready) {
					return fmt.Errorf("seed %d: Len is %d, want %d running and %d ready", seed, set.Len(), len(m.running), len(m.ready))
				}
			}
			set.Drop()
			for id := range valves {
				if w := waits[id]; w != nil {
					w.Abort()
				}
			}
			pass(task, 6)
			for id, g := range valves {
				if want := 1; g.drops != want && !(g.drops == 0 && handles[id] == (edo.AbortHandle{}) && waits[id] == nil) {
					return fmt.Errorf("seed %d: task %d dropped %d times", seed, id, g.drops)
				}
			}
			return nil
		}, quiet(edo.Config{CurrentThread: true}))
		if err != nil && strings.Contains(err.Error(), "seed") { // and not only what nobody has joined
			t.Fatal(err)
		}
	}
}

func TestReportsNameWhatIsWaitedFor(t *testing.T) {
	err := sim.Run(1, func(task *edo.Task) error {
		set := edo.NewJoinSet[int](1)
		set.Spawn(task, forever{}, edo.Name("a task"))
		h := edo.Spawn(task, forever{}, edo.Name("another"))
		inScope := edo.Async(func(task *edo.Task) (int, error) {
			return 0, edo.WithScope(task, func(s *edo.Scope) error {
				edo.Spawn(s, forever{}, edo.Name("one of it"))
				return nil
			})
		})
		inSet := edo.Async(func(task *edo.Task) (int, error) {
			_, _, err := set.Join(task)
			return 0, err
		})
		toSpawn := edo.Async(func(task *edo.Task) (int, error) {
			_, err := set.Spawn(task, forever{})
			return 0, err
		})
		ofToken := edo.Async(func(task *edo.Task) (int, error) {
			return 0, edo.WithScope(task, func(*edo.Scope) error { return edo.NewCancel().Cancelled(task) })
		})
		for _, c := range []struct {
			f  edo.Future[int]
			on string
			by string
		}{
			{h, "edo: the end of a task", "another"},
			{inScope, "edo: the end of the 1 tasks of a scope", "one of it"},
			{inSet, "edo: the end of one of the 1 tasks of a join set", "a task"},
			{toSpawn, "edo: a spawn in a join set (1 tasks, limit 1)", "a task"},
			{ofToken, "edo: the cancellation of a token", ""},
		} {
			waits := edo.Spawn(task, pollFunc[int](func(cx *edo.Context) (int, edo.Poll, error) {
				if _, p, err := c.f.Poll(cx); p != edo.Pending {
					return 0, p, err
				}
				return 0, edo.Pending, nil
			}), edo.Name("asked"))
			var told []edo.Wait
			pass(task, 5)
			for _, i := range task.Runtime().Snapshot().Tasks {
				if i.Name == "asked" {
					told = i.Waits
				}
			}
			if len(told) != 1 || told[0].On != c.on || strings.Join(told[0].By, ",") != c.by {
				t.Errorf("%s: told %+v", c.on, told)
			}
			pass(task, 5)
			if waits.Finished() {
				t.Errorf("%s: it went on", c.on)
			}
			waits.Abort()
		}
		h.Abort()
		set.Drop()
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
