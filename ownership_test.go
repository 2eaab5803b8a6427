package edo_test

import (
	"errors"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
)

// What the futures of this package own is dropped exactly once, whatever happens.
// The table has one row for each that owns a future; the others come below.
var owners = []struct {
	name string
	make func(src *valve) edo.Future[int]
}{
	{"Spawn", func(src *valve) edo.Future[int] { return src }},
	{"Unconstrained", func(src *valve) edo.Future[int] { return edo.Unconstrained[int](src) }},
	{"UntilCancelled", func(src *valve) edo.Future[int] { return edo.UntilCancelled(edo.NewCancel(), edo.Future[int](src)) }},
	{"JoinSet", func(src *valve) edo.Future[int] { return &oneOfASet{src: src} }},
	{"SpawnFuture", func(src *valve) edo.Future[int] { return &spawns{w: new(edo.JoinSet[int]).SpawnFuture(src)} }},
}

// oneOfASet is a set as the future of its only result. It owns the set.
type oneOfASet struct {
	src *valve
	set edo.JoinSet[int]
}

func (o *oneOfASet) Poll(cx *edo.Context) (int, edo.Poll, error) {
	if o.src != nil {
		o.set.TrySpawn(cx, o.src)
		o.src = nil
	}
	return o.set.PollNext(cx)
}

func (o *oneOfASet) Drop() {
	if o.src != nil {
		edo.Drop(o.src)
	}
	o.set.Drop()
}

// spawns spawns, and aborts what it has spawned when it is dropped.
type spawns struct {
	w *edo.SpawnFuture[int]
	a edo.AbortHandle
}

func (s *spawns) Poll(cx *edo.Context) (int, edo.Poll, error) {
	if a, p, err := s.w.Poll(cx); p == edo.Ready && err == nil {
		s.a = a
	}
	if s.a.Finished() {
		return 0, edo.Ready, nil
	}
	cx.Yield()
	return 0, edo.Pending, nil
}

func (s *spawns) Drop() {
	s.w.Drop()
	s.a.Abort()
}

func TestFuturesDropWhatTheyOwnExactlyOnce(t *testing.T) {
	failed := errors.New("failed")
	for _, owner := range owners {
		for _, c := range []struct {
			name string
			act  func(task *edo.Task, src *valve, h *edo.JoinHandle[int])
		}{
			{"completes", func(task *edo.Task, src *valve, h *edo.JoinHandle[int]) { src.open, src.v = true, 1 }},
			{"fails", func(task *edo.Task, src *valve, h *edo.JoinHandle[int]) { src.open, src.err = true, failed }},
			{"panics", func(task *edo.Task, src *valve, h *edo.JoinHandle[int]) { src.open, src.v = true, -1 }},
			{"completes after a wait", func(task *edo.Task, src *valve, h *edo.JoinHandle[int]) { pass(task, 5); src.end(1, nil) }},
			{"fails after a wait", func(task *edo.Task, src *valve, h *edo.JoinHandle[int]) { pass(task, 5); src.end(0, failed) }},
			{"panics after a wait", func(task *edo.Task, src *valve, h *edo.JoinHandle[int]) { pass(task, 5); src.end(-1, nil) }},
			{"dropped before its first poll", func(task *edo.Task, src *valve, h *edo.JoinHandle[int]) { h.Abort() }},
			{"dropped while suspended", func(task *edo.Task, src *valve, h *edo.JoinHandle[int]) { pass(task, 5); h.Abort() }},
		} {
			t.Run(owner.name+" "+c.name, func(t *testing.T) {
				src := &valve{}
				edo.Run(func(task *edo.Task) error {
					h := edo.Spawn(task, owner.make(src))
					c.act(task, src, h)
					h.Await(task)
					return nil
				}, quiet(edo.Config{CurrentThread: true}))
				if src.drops != 1 {
					t.Errorf("dropped %d times", src.drops)
				}
			})
		}
	}
}

func TestFuturesThatWerePolledToTheirEndDropNothingMore(t *testing.T) {
	for _, owner := range owners[1:3] {
		src := &valve{open: true, v: 1}
		f := owner.make(src)
		task := edotest.NewTask()
		edotest.RequireReady(t, task, f)
		if src.drops != 1 {
			t.Errorf("%s: dropped %d times at its end", owner.name, src.drops)
		}
		if _, p, err := edotest.Poll(task, f); p != edo.Ready || err == nil {
			t.Errorf("%s: polled again it gave %v, %v", owner.name, p, err)
		}
		edo.Drop(f)
		edo.Drop(f)
		if src.drops != 1 || src.polls != 1 {
			t.Errorf("%s: dropped %d times, polled %d times", owner.name, src.drops, src.polls)
		}
	}
}

// A function in direct style is the owner of what it has at hand, and its deferred
// calls are its drop.
func TestAsyncRunsItsDeferredCallsExactlyOnce(t *testing.T) {
	for name, act := range map[string]func(task *edotest.Task, f edo.Future[int], src *valve){
		"completes":               func(task *edotest.Task, f edo.Future[int], src *valve) { src.end(1, nil) },
		"fails":                   func(task *edotest.Task, f edo.Future[int], src *valve) { src.end(1, errors.New("failed")) },
		"panics":                  func(task *edotest.Task, f edo.Future[int], src *valve) { src.end(-1, nil) },
		"dropped while suspended": func(task *edotest.Task, f edo.Future[int], src *valve) { edo.Drop(f) },
	} {
		src := &valve{}
		f := edo.Async(func(task *edo.Task) (int, error) {
			defer src.Drop()
			return edo.Await[int](task, src)
		})
		task := edotest.NewTask()
		edotest.RequirePending(t, task, f)
		act(task, f, src)
		if _, p, _ := edotest.Poll(task, f); p != edo.Ready || src.drops != 1 {
			t.Errorf("%s: %v; dropped %d times", name, p, src.drops)
		}
		edo.Drop(f)
		edotest.Poll(task, f)
		if src.drops != 1 {
			t.Errorf("%s: dropped %d times", name, src.drops)
		}
	}
	f := edo.Async(func(*edo.Task) (int, error) { t.Error("dropped unpolled it ran"); return 0, nil })
	edo.Drop(f)
	edo.Drop(f)
	edotest.Poll(edotest.NewTask(), f)
}

func TestDroppedJoinHandleLeavesItsTaskAlone(t *testing.T) {
	for name, drop := range map[string]func(task *edo.Task, h, outer *edo.JoinHandle[int]){
		"before its first poll": func(task *edo.Task, h, outer *edo.JoinHandle[int]) { outer.Abort() },
		"while suspended":       func(task *edo.Task, h, outer *edo.JoinHandle[int]) { pass(task, 5); outer.Abort() },
		"at once":               func(task *edo.Task, h, outer *edo.JoinHandle[int]) { h.Drop(); h.Drop(); outer.Abort() },
	} {
		onOne(t, func(task *edo.Task) error {
			src := &valve{}
			h := edo.Spawn(task, src)
			outer := edo.Spawn(task, h) // the handle is a future, which this task owns
			drop(task, h, outer)
			outer.Await(task)
			pass(task, 5)
			if src.drops != 0 || h.Finished() {
				t.Errorf("%s: dropped %d times, finished %v", name, src.drops, h.Finished())
			}
			src.end(4, nil)
			if v, err := h.Await(task); v != 4 || err != nil || src.drops != 1 {
				t.Errorf("%s: %d, %v; dropped %d times", name, v, err, src.drops)
			}
			return nil
		})
	}
}

func TestDroppedWaitForATokenIsForgotten(t *testing.T) {
	c := edo.NewCancel()
	task := edotest.NewTask()
	unpolled, waits, over := c.CancelledFuture(), c.CancelledFuture(), c.CancelledFuture()
	edotest.RequirePending(t, task, waits)
	edotest.RequirePending(t, task, over)
	for range 2 {
		unpolled.Drop()
		waits.Drop()
	}
	if n := c.Below(); n != 1 {
		t.Errorf("%d are known", n)
	}
	c.Cancel()
	edotest.RequireWoken(t, task, 1)
	edotest.RequireReady(t, task, over)
	over.Drop()
	over.Drop()
}

func TestYieldFutureOwnsNothingAndYieldsOnce(t *testing.T) {
	task := edotest.NewTask()
	f := edo.YieldFuture()
	edo.Drop(f)
	edotest.RequirePending(t, task, f)
	edotest.RequireWoken(t, task, 1)
	edo.Drop(f)
	edotest.RequireReady(t, task, f)
	edotest.RequireWoken(t, task, 0)
}
