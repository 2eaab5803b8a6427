package core_test

import (
	"errors"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cancel"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/joinset"
)

// owners are the futures that own another future, which must be dropped exactly once, however
// the task ends.
var owners = []struct {
	name string
	make func(src *tasktest.Valve) edo.Future[int]
}{
	{"Spawn", func(src *tasktest.Valve) edo.Future[int] { return src }},
	{"Unconstrained", func(src *tasktest.Valve) edo.Future[int] { return edo.Unconstrained[int](src) }},
	{"UntilCancelled", func(src *tasktest.Valve) edo.Future[int] { return cancel.Until(cancel.New(), edo.Future[int](src)) }},
	{"JoinSet", func(src *tasktest.Valve) edo.Future[int] { return &oneOfASet{src: src} }},
	{"SpawnFuture", func(src *tasktest.Valve) edo.Future[int] { return &spawns{w: new(joinset.Set[int]).SpawnFuture(src)} }},
}

// oneOfASet is a future of the only result of a set, and owns the set.
type oneOfASet struct {
	src *tasktest.Valve
	set joinset.Set[int]
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

// spawns is a future that spawns a task, waits for its end, and aborts it when it is dropped.
type spawns struct {
	w *joinset.SpawnFuture[int]
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
			act  func(task *edo.Task, src *tasktest.Valve, h *edo.JoinHandle[int])
		}{
			{"completes", func(task *edo.Task, src *tasktest.Valve, h *edo.JoinHandle[int]) { src.IsOpen, src.Value = true, 1 }},
			{"fails", func(task *edo.Task, src *tasktest.Valve, h *edo.JoinHandle[int]) { src.IsOpen, src.Err = true, failed }},
			{"panics", func(task *edo.Task, src *tasktest.Valve, h *edo.JoinHandle[int]) { src.IsOpen, src.Value = true, -1 }},
			{"completes after a wait", func(task *edo.Task, src *tasktest.Valve, h *edo.JoinHandle[int]) {
				tasktest.YieldTimes(task, 5)
				src.End(1, nil)
			}},
			{"fails after a wait", func(task *edo.Task, src *tasktest.Valve, h *edo.JoinHandle[int]) {
				tasktest.YieldTimes(task, 5)
				src.End(0, failed)
			}},
			{"panics after a wait", func(task *edo.Task, src *tasktest.Valve, h *edo.JoinHandle[int]) {
				tasktest.YieldTimes(task, 5)
				src.End(-1, nil)
			}},
			{"dropped before its first poll", func(task *edo.Task, src *tasktest.Valve, h *edo.JoinHandle[int]) { h.Abort() }},
			{"dropped while suspended", func(task *edo.Task, src *tasktest.Valve, h *edo.JoinHandle[int]) {
				tasktest.YieldTimes(task, 5)
				h.Abort()
			}},
		} {
			t.Run(owner.name+" "+c.name, func(t *testing.T) {
				src := &tasktest.Valve{}
				edo.Run(func(task *edo.Task) error {
					h := edo.Spawn(task, owner.make(src))
					c.act(task, src, h)
					h.Await(task)
					return nil
				}, tasktest.Quiet(edo.Config{CurrentThread: true}))
				if src.Drops != 1 {
					t.Errorf("dropped %d times", src.Drops)
				}
			})
		}
	}
}

func TestFuturesThatWerePolledToTheirEndDropNothingMore(t *testing.T) {
	for _, owner := range owners[1:3] {
		src := &tasktest.Valve{IsOpen: true, Value: 1}
		f := owner.make(src)
		task := edotest.NewTask()
		edotest.RequireReady(t, task, f)
		if src.Drops != 1 {
			t.Errorf("%s: dropped %d times at its end", owner.name, src.Drops)
		}
		if _, p, err := edotest.Poll(task, f); p != edo.Ready || err == nil {
			t.Errorf("%s: polled again it gave %v, %v", owner.name, p, err)
		}
		edo.Drop(f)
		edo.Drop(f)
		if src.Drops != 1 || src.Polls != 1 {
			t.Errorf("%s: dropped %d times, polled %d times", owner.name, src.Drops, src.Polls)
		}
	}
}

// A function in direct style owns its local values, and drops them by deferred calls.
func TestAsyncRunsItsDeferredCallsExactlyOnce(t *testing.T) {
	for name, act := range map[string]func(task *edotest.Task, f edo.Future[int], src *tasktest.Valve){
		"completes":               func(task *edotest.Task, f edo.Future[int], src *tasktest.Valve) { src.End(1, nil) },
		"fails":                   func(task *edotest.Task, f edo.Future[int], src *tasktest.Valve) { src.End(1, errors.New("failed")) },
		"panics":                  func(task *edotest.Task, f edo.Future[int], src *tasktest.Valve) { src.End(-1, nil) },
		"dropped while suspended": func(task *edotest.Task, f edo.Future[int], src *tasktest.Valve) { edo.Drop(f) },
	} {
		src := &tasktest.Valve{}
		f := edo.Async(func(task *edo.Task) (int, error) {
			defer src.Drop()
			return edo.Await[int](task, src)
		})
		task := edotest.NewTask()
		edotest.RequirePending(t, task, f)
		act(task, f, src)
		if _, p, _ := edotest.Poll(task, f); p != edo.Ready || src.Drops != 1 {
			t.Errorf("%s: %v; dropped %d times", name, p, src.Drops)
		}
		edo.Drop(f)
		edotest.Poll(task, f)
		if src.Drops != 1 {
			t.Errorf("%s: dropped %d times", name, src.Drops)
		}
	}
	f := edo.Async(func(*edo.Task) (int, error) { t.Error("dropped unpolled it ran"); return 0, nil })
	edo.Drop(f)
	edo.Drop(f)
	edotest.Poll(edotest.NewTask(), f)
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
