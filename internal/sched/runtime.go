package sched

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/edo-go/edo/internal/carried"
)

// Config says what a runtime is made of.
type Config struct {
	Workers       int // 0: GOMAXPROCS
	CurrentThread bool
	Driver        Driver
	// Stalled is called when a driver has found a stall: no task is runnable, and
	// nothing outside will change that. It runs on a worker that holds no task. again
	// says that no task has been polled since the last call.
	Stalled func(again bool)
	// Quiet is for a driver that cannot know of stalls. It is called when for QuietAfter
	// no task was runnable, no timer armed, and no external task running. It is called
	// again and again, until it returns true or a task has run. It runs on the monitor's
	// goroutine. QuietAfter 0: never.
	Quiet      func() bool
	QuietAfter time.Duration
	// Slow is called when a poll has taken SlowAfter, while it goes on, once; by the monitor's
	// goroutine, which looks every 10 ms. SlowAfter 0: never. A seeded runtime has no monitor.
	Slow      func(SlowPoll)
	SlowAfter time.Duration
	// Regions is told of each poll; nil: nothing is.
	Regions Regions
	// Report receives errors that no task can return.
	Report func(error)
	// Owner is the object that the runtime belongs to.
	Owner any
	// AtEnd is called by a seeded runtime when all its tasks have ended, on the goroutine of the worker: Wait does not
	// wait any more. So a simulation needs no other goroutine that waits for that. nil: nothing is.
	AtEnd func()
}

// Runtime is a set of workers and what they share.
type Runtime struct {
	recorder            Recorder // of a seeded runtime; nil: none
	driver              Driver
	seeded              bool
	chooser             Chooser         // the driver, if it chooses with a strategy
	interleaves, tracks bool            // as the chooser says
	relayer             relayer         // the driver, if it is one
	alone               bool            // one worker, and never another
	counts              externalCounter // the driver, if it needs the number
	stalled             func(again bool)
	report              func(error)
	owner               any
	atEnd               func() // of a seeded runtime, or nil

	workers []*Worker                 // those that were there from the start; not changed, but copied to add spare ones
	all     atomic.Pointer[[]*Worker] // these and the spare ones; replaced under mu

	_    [64]byte
	live atomic.Int64 // two counts, see live.go
	_    [56]byte

	moves     atomic.Uint64 // how often externals has changed
	externals atomic.Int64  // external tasks that run; and 1 until Detach
	detached  atomic.Bool
	submitted atomic.Uint64 // tasks that came from outside a poll

	inject injection

	searching  atomic.Int32 // workers that search, see park.go
	nsleepers  atomic.Int32 // len(sleepers)
	waitUntil  atomic.Int64 // deadline of the waiter; noWaiter: there is none
	cancelling atomic.Bool
	attention  atomic.Uint32        // what a poll begins with, see [Worker.attend]: 0: nothing
	tape       atomic.Pointer[Tape] // see [Runtime.SetTape]
	stopping   atomic.Bool

	mu       sync.Mutex // guards the following
	sleepers []*Worker
	waiter   *Worker // the sleeper that waits in the driver

	shards []shard
	one    struct { // the room of a runtime with one worker
		workers [1]*Worker
		shards  [1]shard
	}
	monitor monitor
	pause   pause
	gate    func(*Task) bool // of a seeded runtime, or nil; see SetGate
	done    chan struct{}    // closed when live has become 0
	ended   sync.WaitGroup
	regions Regions // see [Config.Regions]; nil: none
}

// noWaiter is the waitUntil of a runtime whose driver has no waiter.
const noWaiter int64 = -1 << 63

// New returns a runtime that has not been started. It counts one live task, for
// its creator, so that the creator may still spawn: [Runtime.Detach] returns it.
func New(c Config) *Runtime {
	carried.Prepare()
	rt := &Runtime{
		driver:  c.Driver,
		seeded:  c.Driver.Seeded(),
		stalled: c.Stalled,
		report:  c.Report,
		owner:   c.Owner,
		regions: c.Regions,
		done:    make(chan struct{}),
	}
	if c.Regions != nil {
		rt.attention.Store(toTrace)
	}
	rt.alone = c.CurrentThread || rt.seeded
	n := c.Workers
	switch {
	case rt.alone:
		n = 1
	case n <= 0:
		n = runtime.GOMAXPROCS(0)
	}
	rt.shards, rt.workers = rt.one.shards[:], rt.one.workers[:]
	if !rt.alone {
		rt.shards, rt.workers = make([]shard, shards), make([]*Worker, n)
	}
	rt.pause.over.L = &rt.pause.mu
	rt.counts, _ = c.Driver.(externalCounter)
	rt.live.Store(1)
	rt.CountExternal(1)
	rt.waitUntil.Store(noWaiter)
	for i := range n {
		rt.workers[i] = newWorker(rt, i)
	}
	rt.all.Store(&rt.workers)
	if rt.seeded {
		rt.atEnd = c.AtEnd
		rt.relayer, _ = c.Driver.(relayer)
		rt.workers[0].core.pool = newPool()
	}
	if rt.chooser, _ = c.Driver.(Chooser); rt.chooser != nil {
		rt.interleaves, rt.tracks = rt.chooser.Interleaves(), rt.chooser.Tracks()
		rt.workers[0].core.cx.interleaves = rt.interleaves
	}
	if rt.recorder = recorderOf(c.Driver); rt.recorder != nil {
		rt.recorder.Begin(rt)
	}
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

// stop ends the workers, after the last task has ended.
func (rt *Runtime) stop() {
	rt.stopping.Store(true)
	close(rt.done)
	rt.driver.Wake()
}

// Done is closed when every task has ended.
func (rt *Runtime) Done() <-chan struct{} { return rt.done }

// Wait waits until every task and the goroutine of every worker have ended.
func (rt *Runtime) Wait() {
	<-rt.done
	rt.monitor.stop()
	rt.ended.Wait()
}

// Driver returns the driver.
func (rt *Runtime) Driver() Driver { return rt.driver }

// Owner returns the object that the runtime belongs to.
func (rt *Runtime) Owner() any { return rt.owner }

// Report passes on an error that no task can return.
func (rt *Runtime) Report(err error) { rt.report(err) }

// Alone reports whether rt has one worker, and never another.
func (rt *Runtime) Alone() bool { return rt.alone }

// Spawn makes t run, from outside a poll.
func (rt *Runtime) Spawn(t *Task) error {
	if err := rt.Hold(); err != nil {
		return err
	}
	rt.submit(t)
	return nil
}

// submit puts an active task into the injection queue (rules W5, W6).
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
	w.spendCredit()
	w.core.spawned++
	if r := w.rt.recorder; r != nil {
		r.Spawned(t, w.polled())
	}
	w.push(t)
	w.notifyPushed()
	return nil
}
