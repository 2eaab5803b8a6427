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

// An explorer walks the tree of schedules depth first, without keeping it: a run
// repeats the choices of path, takes the first alternative beyond them, and so
// extends path to a whole schedule. backtrack then turns to the next alternative of
// the last choice that has one. Threads are coroutines, so that a switch costs
// little, a thread has its own goroutine all the same, and t.FailNow in a thread
// ends the test.
type explorer struct {
	t      testing.TB
	bounds Bounds
	pool   *coro.Pool
	path   []choice

	// The run that goes on.
	threads     []*thread
	current     *thread // the one that runs, or ran last; nil at the start
	depth       int     // how many steps were made
	preemptions int
	able        []*thread // used by choose alone

	running atomic.Uintptr // the identity of the goroutine of current, while it runs
}

// A choice is a step of a schedule: which thread ran, from where, and how many
// others could have run instead.
type choice struct {
	taken, alternatives int
	thread              int
	from                string
}

type thread struct {
	id      int
	fn      func()
	c       *coro.Coro
	at      string // the point where it stands: start, the name of a point, or end
	waiting bool   // it has looked in vain, and no other thread has done anything since
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

// step is where a thread stops between two steps.
func (x *explorer) step(point string) {
	if gid.Get() != x.running.Load() {
		return // setup, check, or a goroutine that is not ours, at any time
	}
	th := x.current
	th.at = point
	th.c.Yield()
}

// run runs one schedule. It does not return when that fails.
func (x *explorer) run(setup Setup) {
	x.t.Helper()
	whole := false
	defer func() {
		if whole {
			return
		}
		if v := recover(); v != nil {
			x.t.Fatalf("interleave: panic: %v\n\n%s\n%s", v, debug.Stack(), x.schedule())
		}
		x.t.Helper()
		x.t.Log(x.schedule()) // the test ended itself
	}()
	x.depth, x.preemptions, x.current = 0, 0, nil
	fns, check := setup()
	x.threads = x.threads[:0]
	for i, fn := range fns {
		x.threads = append(x.threads, &thread{id: i, fn: fn, c: x.pool.Get(), at: start})
	}
	for th := x.choose(); th != nil; th = x.choose() {
		x.resume(th)
	}
	for _, th := range x.threads {
		x.pool.Put(th.c)
	}
	x.current = nil
	check()
	whole = true
	if x.t.Failed() {
		x.t.Fatal(x.schedule())
	}
}

// choose says which thread makes the next step, or nil when all have ended. The
// first alternative is to go on with the one that ran last.
func (x *explorer) choose() *thread {
	able := x.able[:0]
	left := 0
	goesOn := x.current != nil && x.current.at != end && !x.current.waiting
	if goesOn {
		able = append(able, x.current)
	}
	for _, th := range x.threads {
		if th.at == end {
			continue
		}
		left++
		if !th.waiting && (!goesOn || th != x.current) {
			able = append(able, th)
		}
	}
	x.able = able
	switch {
	case left == 0:
		return nil
	case len(able) == 0:
		x.fail("deadlock: every thread that has not ended spins")
	case x.depth == x.bounds.Steps:
		x.fail(fmt.Sprintf("more than %d steps: a loop that waits for another thread needs a point whose name begins with %q", x.depth, spin))
	}
	if goesOn && x.preemptions == x.bounds.Preemptions {
		able = able[:1]
	}
	if x.depth == len(x.path) {
		x.path = append(x.path, choice{})
	}
	ch := &x.path[x.depth]
	again := ch.alternatives != 0
	if again && ch.alternatives != len(able) {
		x.unstable()
	}
	th := able[ch.taken]
	if again && ch.from != "" && (ch.thread != th.id || ch.from != th.at) {
		x.unstable()
	}
	ch.alternatives, ch.thread, ch.from = len(able), th.id, th.at
	if goesOn && th != x.current {
		x.preemptions++
	}
	x.depth++
	return th
}

func (x *explorer) unstable() {
	x.fail("the same choices led elsewhere than before: something besides the schedule decides what the threads do")
}

// resume lets th make one step.
func (x *explorer) resume(th *thread) {
	x.current = th
	from := th.at
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
		th.at = end
	case coro.Panicked:
		x.fail(fmt.Sprintf("thread %d panicked: %v\n\n%s", th.id, r.Value, r.Stack))
	}
	if th.at == from && strings.HasPrefix(from, spin) {
		th.waiting = true // it only looked: the others need not look again
		return
	}
	for _, other := range x.threads {
		other.waiting = false
	}
}

// backtrack turns path to the next schedule; false says that there is none.
func (x *explorer) backtrack() bool {
	x.path = x.path[:x.depth]
	for n := len(x.path) - 1; n >= 0; n-- {
		ch := &x.path[n]
		if ch.taken++; ch.taken < ch.alternatives {
			ch.from = "" // another thread takes this step
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

// schedule returns the steps of the present run, one a line: the thread and the
// point it went on from.
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
