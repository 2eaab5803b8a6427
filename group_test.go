package edo_test

import (
	"strings"
	"sync/atomic"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/sim"
)

// runs runs main on all kinds of runtimes, and requires that it succeeds.
func runs(t *testing.T, main func(task *edo.Task) error) {
	t.Helper()
	onAll(t, func(t *testing.T, opt edo.RunOption) {
		if err := edo.Run(main, opt); err != nil {
			t.Error(err)
		}
	})
}

// pass yields n times, and ignores that it was cancelled.
func pass(task *edo.Task, n int) {
	for range n {
		edo.Yield(task)
	}
}

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

// done7 is 7.
type done7 struct{}

func (done7) Poll(*edo.Context) (int, edo.Poll, error) { return 7, edo.Ready, nil }

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

// A report may come to a task that is just being spawned.
func TestTasksHaveNamesForReportsWhileTheyAreSpawned(t *testing.T) {
	err := edo.Run(func(task *edo.Task) error {
		rt, set := task.Runtime(), edo.NewJoinSet[int](0)
		var over atomic.Bool
		inSet := edo.Go(task, func(task *edo.Task) error {
			for !over.Load() {
				if _, ok, _ := set.Join(task); !ok {
					edo.Yield(task)
				}
			}
			return nil
		})
		inScope := edo.Go(task, func(task *edo.Task) error {
			return edo.WithScope(task, func(s *edo.Scope) error {
				edo.Go(s, func(task *edo.Task) error {
					for range 200 {
						edo.Spawn(s, done7{}, edo.Name("in the scope"))
						edo.Spawn(s, done7{})
						set.TrySpawn(rt, done7{}, edo.Name("in the set"))
						edo.Yield(task)
					}
					return nil
				})
				return nil
			})
		})
		edo.Blocking(task, func(*edo.Task) (int, error) {
			for !inScope.Finished() {
				rt.Snapshot()
			}
			return 0, nil
		})
		inScope.Await(task)
		over.Store(true)
		set.Close()
		_, err := inSet.Await(task)
		return err
	}, quiet(edo.Config{Workers: 2, Trace: true}))
	if err != nil {
		t.Error(err)
	}
}
