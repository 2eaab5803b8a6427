package sched

import (
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// Config says what a runtime is made of.
type Config struct {
	Workers       int // 0: GOMAXPROCS
	CurrentThread bool
	Driver        Driver
	// Stalled is told of a stall that a driver has found: nothing is runnable, and
	// nothing outside will change that. It runs on a worker that holds nothing. again
	// says that no task has been polled since it was told last.
	Stalled func(again bool)
	// Quiet is told, with a driver that cannot know, that for QuietAfter nothing was
	// runnable, no timer armed, and no external task running; and again and again, until
	// it says that this will do, or a task has run. It runs on the monitor's goroutine.
	// QuietAfter 0: never.
	Quiet      func() bool
	QuietAfter time.Duration
	// Report is told of errors that no task is there to return.
	Report func(error)
	// Owner is what the runtime belongs to.
	Owner any
}

// ErrStopped says that every task of the runtime has ended, and that no more are
// taken.
var ErrStopped = errors.New("sched: stopped")

// Runtime is a set of workers and what they share.
//
// # Counting live tasks
//
// live is the number of live tasks and of credits that workers hold. It is 0
// exactly when every task has ended and every worker has given its credits back,
// and then stays 0. A worker takes 64 credits at a time; a spawn by its task uses
// one, a task that ends on it returns one, and it gives all back before it parks:
// so spawning touches nothing shared. What comes from outside adds 1 directly,
// unless live is 0. A sum of differences per worker would not do: a thief that
// ends a stolen child could publish -1 before the parent's worker publishes +1.
// The upper bits count something else: see daemonMark.
type Runtime struct {
	driver  Driver
	seeded  bool
	alone   bool            // one worker, and never another
	counts  externalCounter // the driver, when it wants to know
	stalled func(again bool)
	report  func(error)
	owner   any

	workers []*Worker                 // those that were there from the start
	all     atomic.Pointer[[]*Worker] // these and the spare ones; replaced under mu

	_    [64]byte
	live atomic.Int64
	_    [56]byte

	moves     atomic.Uint64 // how often externals has changed
	externals atomic.Int64  // external tasks that run; and 1 until Detach
	detached  atomic.Bool
	submitted atomic.Uint64 // tasks that came from outside a poll

	inject injection

	searching  atomic.Int32 // workers that look for work elsewhere
	nsleepers  atomic.Int32 // len(sleepers)
	waitUntil  atomic.Int64 // until when the waiter waits; noWaiter: there is none
	cancelling atomic.Bool
	stopping   atomic.Bool

	mu       sync.Mutex // guards the following
	sleepers []*Worker
	waiter   *Worker // the sleeper that waits in the driver

	shards  [shards]shard
	monitor monitor
	pause   pause
	done    chan struct{} // closed when live has come to 0
	ended   sync.WaitGroup
}

// noWaiter is the waitUntil of a runtime that nobody waits for in the driver.
const noWaiter int64 = -1 << 63

// New returns a runtime that has not been started. It counts one live task, for
// its creator, who may still spawn: [Runtime.Detach] gives it back.
func New(c Config) *Runtime {
	rt := &Runtime{
		driver:  c.Driver,
		seeded:  c.Driver.Seeded(),
		stalled: c.Stalled,
		report:  c.Report,
		owner:   c.Owner,
		done:    make(chan struct{}),
	}
	n := c.Workers
	if n <= 0 {
		n = runtime.GOMAXPROCS(0)
	}
	if c.CurrentThread || rt.seeded {
		n = 1
		rt.alone = true
	}
	rt.pause.over.L = &rt.pause.mu
	rt.counts, _ = c.Driver.(externalCounter)
	rt.live.Store(1)
	rt.CountExternal(1)
	rt.waitUntil.Store(noWaiter)
	for i := range n {
		rt.workers = append(rt.workers, newWorker(rt, i))
	}
	all := append([]*Worker(nil), rt.workers...)
	rt.all.Store(&all)
	rt.monitor.init(!rt.seeded, !c.CurrentThread, c)
	return rt
}

// Start starts the workers.
func (rt *Runtime) Start() {
	rt.ended.Add(len(rt.workers))
	for _, w := range rt.workers {
		go w.main()
	}
	rt.monitor.start(rt)
}

// Detach gives back the live task that New counted.
func (rt *Runtime) Detach() {
	rt.detached.Store(true)
	rt.Release()
	rt.CountExternal(-1) // last: with a task left and none under way it would look like a stall
}

// Release gives back a live task that [Runtime.Hold] counted.
func (rt *Runtime) Release() {
	rt.settleLive(rt.live.Add(-1))
}

// Hold counts one more live task, unless the runtime has stopped.
func (rt *Runtime) Hold() error {
	for {
		n := rt.live.Load()
		if n == 0 {
			return ErrStopped
		}
		if rt.live.CompareAndSwap(n, n+1) {
			rt.submitted.Add(1)
			return nil
		}
	}
}

// stop ends the workers, once there is nothing left for them.
func (rt *Runtime) stop() {
	rt.stopping.Store(true)
	close(rt.done)
	rt.driver.Wake()
}

// Done is closed when every task has ended.
func (rt *Runtime) Done() <-chan struct{} { return rt.done }

// Wait waits until every task has ended and every worker's goroutine as well.
func (rt *Runtime) Wait() {
	<-rt.done
	rt.monitor.stop()
	rt.ended.Wait()
}

// Driver returns the driver.
func (rt *Runtime) Driver() Driver { return rt.driver }

// Spawn makes t run, from outside a poll.
func (rt *Runtime) Spawn(t *Task) error {
	if err := rt.Hold(); err != nil {
		return err
	}
	rt.submit(t)
	return nil
}

// submit puts a scheduled task into the injection queue.
func (rt *Runtime) submit(t *Task) {
	rt.inject.push(t)
	rt.notify(nil)
}

// Spawn makes t run. From a poll on a worker it goes to the back of that worker's
// ring.
func (cx *Context) Spawn(t *Task) error {
	w := cx.w
	if w == nil {
		return cx.rt.Spawn(t)
	}
	if w.credits == 0 {
		w.rt.live.Add(creditBatch)
		w.credits = creditBatch
	}
	w.credits--
	w.spawned++
	w.push(t)
	w.notifyPushed()
	return nil
}

// OnGoroutine says whether a worker polls on the goroutine g: its own, or that of the
// coroutine that the poll runs on just now.
func (rt *Runtime) OnGoroutine(g uintptr) bool {
	for _, w := range *rt.all.Load() {
		if w.gid.Load() == g {
			return true
		}
	}
	return false
}

// PollingOn returns the task that is polled on the goroutine g, which must be the
// caller's; nil: none.
func (rt *Runtime) PollingOn(g uintptr) *Task {
	for _, w := range *rt.all.Load() {
		if w.gid.Load() == g && w.polling {
			return w.cx.root
		}
	}
	return nil
}

// SetGoroutine says that the poll under way goes on on the goroutine g, a
// coroutine's, and returns which one it was on. Off the workers it does nothing.
func (cx *Context) SetGoroutine(g uintptr) (before uintptr) {
	if cx.w == nil {
		return 0
	}
	before = cx.w.gid.Load()
	cx.w.gid.Store(g)
	return before
}

// externalCounter is a driver that wants to know how many external tasks run: the
// simulated one, whose clock must not jump meanwhile.
type externalCounter interface{ AddBlocking(delta int) }

// CountExternal says that delta more goroutines run external tasks.
func (rt *Runtime) CountExternal(delta int) {
	rt.moves.Add(1)
	rt.addExternal(delta)
}

func (rt *Runtime) addExternal(delta int) {
	rt.externals.Add(int64(delta))
	if rt.counts != nil {
		rt.counts.AddBlocking(delta)
	}
}

// Owner returns what the runtime belongs to.
func (rt *Runtime) Owner() any { return rt.owner }

// Report passes on an error that no task is there to return.
func (rt *Runtime) Report(err error) { rt.report(err) }

// RegisterExternal puts an external task into the registry.
func (rt *Runtime) RegisterExternal(t *Task) { rt.register(t, 0) }

// UnregisterExternal takes it out.
func (rt *Runtime) UnregisterExternal(t *Task) { rt.unregister(t) }

// gosched lets plain goroutines of the program run, once a millisecond: a worker
// that is never idle would make each of them wait for the 10 ms of Go's preemption.
func (w *Worker) gosched(now int64) {
	if now-w.lastGosched >= int64(time.Millisecond) {
		w.lastGosched = now
		runtime.Gosched()
	}
}
