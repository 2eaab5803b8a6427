package interleave

import (
	"fmt"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/edo-go/edo/internal/coro"
	"github.com/edo-go/edo/internal/gid"
	"github.com/edo-go/edo/internal/invariant"
)

// An explorer walks the tree of schedules depth first, without storing it. A run repeats
// the choices of path, takes the first alternative of each choice beyond them, and so
// extends path to a whole schedule. Then backtrack changes path to the next schedule.
// Threads are coroutines: a switch costs little, each thread has its own goroutine all the
// same, and t.FailNow in a thread ends the test.
type explorer struct {
	t      testing.TB
	bounds Bounds
	pool   *coro.Pool
	path   []choice

	// Of the current run:
	threads     []*thread
	current     *thread // the thread that runs, or ran last; nil at the start
	depth       int     // steps so far
	preemptions int     // of these steps
	candidates  []*thread

	running atomic.Uintptr // the goroutine of current, while it runs; else 0
}

// A choice is a step of a schedule.
type choice struct {
	taken, alternatives int    // index of the candidate that was chosen, of how many
	thread              int    // its id
	from                string // the point that it went on from; "": not known yet
}

type thread struct {
	id      int
	fn      func()
	c       *coro.Coro
	point   string // where it has stopped: start, the name of a point, or end
	waiting bool   // it has looked without success, and no other thread has made progress since
}

const (
	start = "start"
	end   = "end"
	spin  = "spin"
)

func newExplorer(t testing.TB, b Bounds) *explorer {
	x := &explorer{t: t, bounds: b, pool: coro.NewPool(64)}
	invariant.SetStep(x.step)
	return x
}

func (x *explorer) close() {
	invariant.SetStep(nil)
	x.pool.Close()
}

// step stops a thread between two steps.
func (x *explorer) step(point string) {
	if gid.Get() != x.running.Load() {
		return // setup, check, or a goroutine that is no thread of this run
	}
	th := x.current
	th.point = point
	th.c.Yield()
}

// run runs one schedule. If the schedule fails, run ends the test.
func (x *explorer) run(setup Setup) {
	x.t.Helper()
	completed := false
	defer func() {
		if completed {
			return
		}
		if v := recover(); v != nil {
			x.t.Fatalf("interleave: panic: %v\n\n%s\n%s", v, debug.Stack(), x.schedule())
		}
		x.t.Helper()
		x.t.Log(x.schedule()) // a thread or check has ended the test
	}()
	x.depth, x.preemptions, x.current = 0, 0, nil
	fns, check := setup()
	x.threads = x.threads[:0]
	for i, fn := range fns {
		x.threads = append(x.threads, &thread{id: i, fn: fn, c: x.pool.Get(), point: start})
	}
	for th := x.choose(); th != nil; th = x.choose() {
		x.resume(th)
	}
	for _, th := range x.threads {
		x.pool.Put(th.c)
	}
	x.current = nil
	check()
	completed = true
	if x.t.Failed() {
		x.t.Fatal(x.schedule())
	}
}

// choose returns the thread that makes the next step, or nil when all have ended.
func (x *explorer) choose() *thread {
	// Step 1: which threads can go on.
	candidates, left, goesOn := x.runnable()
	switch {
	case left == 0:
		return nil
	case len(candidates) == 0:
		x.fail("deadlock: every thread that has not ended spins")
	case x.depth == x.bounds.Steps:
		x.fail(fmt.Sprintf("more than %d steps: a loop that waits for another thread needs a point whose name begins with %q", x.depth, spin))
	}
	if goesOn && x.preemptions == x.bounds.Preemptions {
		candidates = candidates[:1]
	}

	// Step 2: the choice of path at this depth, or a new one.
	if x.depth == len(x.path) {
		x.path = append(x.path, choice{})
	}
	ch := &x.path[x.depth]
	repeats := ch.alternatives != 0
	if repeats && ch.alternatives != len(candidates) {
		x.failUnstable()
	}
	th := candidates[ch.taken]
	if repeats && ch.from != "" && (ch.thread != th.id || ch.from != th.point) {
		x.failUnstable()
	}

	// Step 3: note the step.
	ch.alternatives, ch.thread, ch.from = len(candidates), th.id, th.point
	if goesOn && th != x.current {
		x.preemptions++
	}
	x.depth++
	return th
}

// runnable returns the threads that can go on, first the one that ran last if it can, and
// how many threads have not ended.
func (x *explorer) runnable() (candidates []*thread, left int, goesOn bool) {
	candidates = x.candidates[:0]
	goesOn = x.current != nil && x.current.point != end && !x.current.waiting
	if goesOn {
		candidates = append(candidates, x.current)
	}
	for _, th := range x.threads {
		if th.point == end {
			continue
		}
		left++
		if !th.waiting && (!goesOn || th != x.current) {
			candidates = append(candidates, th)
		}
	}
	x.candidates = candidates
	return candidates, left, goesOn
}

// failUnstable ends the test because a run did not repeat the choices of path.
func (x *explorer) failUnstable() {
	x.fail("the same choices led elsewhere than before: something besides the schedule decides what the threads do")
}

// resume lets th make one step.
func (x *explorer) resume(th *thread) {
	x.current = th
	from := th.point
	var r coro.Result
	if from == start {
		r = th.c.Start(func(*coro.Coro) {
			x.running.Store(gid.Get())
			th.fn()
		})
	} else {
		x.running.Store(th.c.Gid())
		r = th.c.Resume()
	}
	x.running.Store(0)
	switch r.State {
	case coro.Ended:
		th.point = end
	case coro.Panicked:
		x.fail(fmt.Sprintf("thread %d panicked: %v\n\n%s", th.id, r.Value, r.Stack))
	}
	if th.point == from && strings.HasPrefix(from, spin) {
		th.waiting = true // it made no progress: the other threads that wait still do
		return
	}
	for _, other := range x.threads {
		other.waiting = false
	}
}

// backtrack changes path to the next schedule: the last choice that has another
// alternative takes it. It returns false if no choice has one.
func (x *explorer) backtrack() bool {
	x.path = x.path[:x.depth]
	for n := len(x.path) - 1; n >= 0; n-- {
		ch := &x.path[n]
		if ch.taken++; ch.taken < ch.alternatives {
			ch.from = "" // another thread makes this step
			x.path = x.path[:n+1]
			return true
		}
	}
	return false
}

// fail ends the test.
func (x *explorer) fail(why string) {
	x.t.Helper()
	x.t.Fatal("interleave: " + why)
}

// schedule returns the steps of the current run, one a line: the thread, and the point that
// it went on from.
func (x *explorer) schedule() string {
	var b strings.Builder
	b.WriteString("interleave: the schedule that failed (thread, from):")
	for i, ch := range x.path[:x.depth] {
		if i > 50 && i < x.depth-50 {
			if i == 51 {
				b.WriteString("\n\t...")
			}
			continue
		}
		fmt.Fprintf(&b, "\n\t%d %s", ch.thread, ch.from)
	}
	return b.String()
}
