package edo

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/edo-go/edo/internal"
	"github.com/edo-go/edo/internal/carried"
	"github.com/edo-go/edo/internal/coro"
	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/driver/real"
	"github.com/edo-go/edo/internal/gid"
	"github.com/edo-go/edo/internal/lost"
	"github.com/edo-go/edo/internal/sched"
)

// maxIdleCoroutines bounds how many coroutines a runtime keeps for later.
const maxIdleCoroutines = 1024

// Runtime is a set of workers that run tasks. [Run] makes one for a program; New is
// for programs that have a life outside of it. It is a [Spawner], from any
// goroutine.
type Runtime struct {
	sched   *sched.Runtime
	driver  driver.Driver
	base    context.Context // of every Task.Context; nil: none was given
	coros   *coro.Pool
	onError func(error)
	onPanic func(*PanicError) bool
	trace   *tracer   // nil without Config.Trace
	down    sync.Once // gives back the task that the scheduler counts for New's caller
	gone    chan struct{}

	failures failures
	shields  shields
	islands  islands
	began    uint64      // in a seeded runtime: the number before that of the first thing made in it
	told     string      // the report of the last stall; the monitor's
	signals  atomic.Bool // a signal may do something
}

// New makes a runtime and starts its workers. It goes on, idle or not, until
// [Runtime.Shutdown]; it costs a goroutine per worker, one more, and two
// descriptors.
func New(c Config) (*Runtime, error) { return newRuntime(c, nil) }

// newRuntime is New with what every [Task.Context] derives from, or nil.
func newRuntime(c Config, base context.Context) (*Runtime, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	if carried.InBubble() {
		return nil, errBubble
	}
	d := c.driver
	if d == nil {
		var err error
		if d, err = real.New(); err != nil {
			return nil, fmt.Errorf("edo: cannot start a runtime: %w", err)
		}
	}
	rt := &Runtime{
		driver:  d,
		base:    base,
		onError: c.onError(),
		onPanic: c.OnPanic,
		coros:   coro.NewPool(maxIdleCoroutines),
		gone:    make(chan struct{}),
	}
	if c.Trace {
		rt.trace = &tracer{}
	}
	rt.sched = sched.New(sched.Config{
		Workers:       c.Workers,
		CurrentThread: c.CurrentThread,
		Driver:        d,
		Stalled:       rt.stalled,
		Quiet:         rt.quiet,
		QuietAfter:    c.stallAfter(),
		Report:        rt.onError,
		Owner:         rt,
	})
	runtimes.add(rt)
	if d.Seeded() {
		rt.began = lost.Number()
		lost.Hold()
		if b, ok := d.(interface{ OnBlocked(time.Duration, func()) }); ok && c.stallAfter() > 0 {
			b.OnBlocked(c.stallAfter(), func() { rt.blocked(c.stallAfter()) })
		}
	}
	rt.sched.Start()
	if !d.Seeded() {
		rt.islands.watch(rt, c.stallAfter())
	}
	go rt.end()
	return rt, nil
}

// end lets go of everything, once every task has ended.
func (rt *Runtime) end() {
	rt.sched.Wait()
	rt.islands.stop()
	rt.shields.broken.Store(true)
	for t := range rt.sched.Tasks { // Block on other goroutines: nothing will wake them any more
		t.Cancel()
	}
	rt.coros.Close()
	runtimes.remove(rt)
	if rt.driver.Seeded() {
		lost.Release()
	}
	if err := rt.driver.Close(); err != nil {
		rt.onError(fmt.Errorf("edo: closing the driver: %w", err))
	}
	close(rt.gone)
}

// release lets the runtime end when its tasks have.
func (rt *Runtime) release() { rt.down.Do(rt.sched.Detach) }

// Wait lets the runtime end: it returns when every task has ended, with the errors
// and panics of those that nobody joined. Spawning goes on to work until then.
func (rt *Runtime) Wait() error {
	if runtimes.inside(gid.Get()) {
		return errWaitInside
	}
	rt.release()
	<-rt.gone
	return rt.failures.join(nil)
}

// Shutdown cancels all tasks, also those spawned from now on, and waits until they
// have ended, or until ctx has: then its error is a [*ShutdownError], which names the
// tasks that have not, where they were spawned and what they wait for. Otherwise it
// returns what [Runtime.Wait] would. It may be called twice, from any goroutine; inside
// a task, which it would wait for, it is an error.
func (rt *Runtime) Shutdown(ctx context.Context) error {
	if runtimes.inside(gid.Get()) {
		return errWaitInside
	}
	rt.sched.CancelAll()
	rt.release()
	select {
	case <-rt.gone:
		return rt.failures.join(nil)
	case <-ctx.Done():
		return &ShutdownError{Cause: context.Cause(ctx), Snapshot: rt.Snapshot()}
	}
}

var errWaitInside = errors.New("edo: Wait or Shutdown inside a task would wait for that task: call it from another goroutine")

// Internals is for edo's own packages: nobody else can name its first argument.
// With nothing to spawn on it returns an error.
func Internals(_ internal.Key, s Spawner) (*sched.Runtime, driver.Driver, error) {
	_, rt, err := spawnerOf(s)
	if err != nil {
		return nil, nil, err
	}
	return rt.sched, rt.driver, nil
}

// runtimes are those that have not ended, so that a nested Run is noticed.
var runtimes registry

type registry struct {
	mu  sync.Mutex
	all []*Runtime // guarded by mu; the oldest first
}

func (r *registry) add(rt *Runtime) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all = append(r.all, rt)
}

func (r *registry) remove(rt *Runtime) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if i := slices.Index(r.all, rt); i >= 0 {
		r.all = slices.Delete(r.all, i, i+1)
	}
}

// list returns them, the oldest first.
func (r *registry) list() []*Runtime {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.all)
}

// inside says whether the goroutine g polls a task of some runtime.
func (r *registry) inside(g uintptr) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, rt := range r.all {
		if rt.sched.OnGoroutine(g) {
			return true
		}
	}
	return false
}
