package edo

import (
	"context"
	"errors"
	"fmt"
	"time"
	"unsafe"

	"github.com/edo-go/edo/internal/carried"
	"github.com/edo-go/edo/internal/core"
	"github.com/edo-go/edo/internal/coro"
	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/driver/real"
	"github.com/edo-go/edo/internal/gid"
	"github.com/edo-go/edo/internal/lost"
	"github.com/edo-go/edo/internal/sched"
	"github.com/edo-go/edo/internal/survey"
)

// maxIdleCoroutines bounds how many coroutines a runtime keeps for later.
const maxIdleCoroutines = 1024

// Runtime is a set of workers that run tasks. [Run] makes one for a program; New is
// for programs that have a life outside of it. It is a [Spawner], from any
// goroutine.
type Runtime struct {
	inner core.Runtime // the only field, see package inside
}

func (rt *Runtime) in() *core.Runtime { return &rt.inner }

// publicRuntime returns the Runtime whose inside rt is, which may be nil. All are made by
// newRuntime.
func publicRuntime(rt *core.Runtime) *Runtime { return (*Runtime)(unsafe.Pointer(rt)) }

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
		return nil, core.ErrBubble
	}
	d := c.Driver()
	if d == nil {
		var err error
		if d, err = real.New(); err != nil {
			return nil, fmt.Errorf("edo: cannot start a runtime: %w", err)
		}
	}
	public := &Runtime{}
	rt := public.in()
	rt.Driver, rt.Base = d, base
	rt.OnError = c.onError()
	if d.Seeded() {
		rt.Coros = coro.NewShortPool(maxIdleCoroutines)
	} else {
		rt.Coros = coro.NewPool(maxIdleCoroutines)
	}
	rt.Gone = make(chan struct{})
	if onPanic := c.OnPanic; onPanic != nil {
		rt.OnPanic = func(err error) { public.tellOfPanics(err, onPanic) }
	}
	if watch := c.Watchers(); len(watch) != 0 {
		public.watch(watch, c.OnPanic != nil)
	}
	if c.Trace {
		rt.Tracer = &core.Tracer{}
	}
	rt.Labels, rt.Regions = c.Labels, c.Regions
	rt.PreparesAll = c.Trace || c.Labels || c.Regions
	var regions sched.Regions
	if c.Regions {
		regions = core.Regions{}
	}
	patience := c.stallAfter()
	config := sched.Config{
		Workers:       c.Workers,
		CurrentThread: c.CurrentThread,
		Driver:        d,
		Stalled:       public.stalled,
		Regions:       regions,
		Report:        rt.OnError,
		Owner:         rt,
	}
	if d.Seeded() {
		config.AtEnd = func() { end(rt) }
	} else {
		rt.Survey = survey.NewWatch(rt, public.reportIsland)
		rt.ReportQuiet = public.quiet
		config.Quiet, config.QuietAfter = rt.ReportQuiet, patience
		config.Slow, config.SlowAfter = public.slow, c.SlowPoll
	}
	rt.Sched = sched.New(config)
	core.Runtimes.Add(rt)
	if d.Seeded() {
		rt.Lost = lost.Hold(makerOf(d), rt.Sched)
		if b, ok := d.(interface{ OnBlocked(time.Duration, func()) }); ok && patience > 0 {
			b.OnBlocked(patience, func() { public.blocked(patience) })
		}
		if l, ok := d.(interface{ OnLook(func()) }); ok && patience > 0 {
			l.OnLook(public.endAtIslands)
		}
	}
	rt.Sched.Start()
	if !d.Seeded() {
		public.islands().Start(patience)
		go end(rt)
	}
	return public, nil
}

// makerOf returns the goroutine that has made a driver; the calling one, if the driver does not know.
func makerOf(d driver.Driver) uintptr {
	if m, ok := d.(interface{ Maker() uintptr }); ok {
		return m.Maker()
	}
	return gid.Get()
}

// end ends what the runtime consists of, once every task has ended.
func end(rt *core.Runtime) {
	rt.Sched.Wait()
	if d, ok := rt.Driver.(interface{ AtEnd() }); ok {
		d.AtEnd()
	}
	if w, ok := rt.Survey.(*survey.Watch); ok {
		w.Stop()
	}
	rt.Shields.Broken.Store(true)
	for t := range rt.Sched.Tasks { // Block on other goroutines: nothing will wake them any more
		t.Cancel()
	}
	if rt.HasLives.Load() {
		rt.Unwind()
		rt.Lost.Excuse()
	}
	rt.Coros.Close()
	core.Runtimes.Remove(rt)
	if rt.Driver.Seeded() {
		rt.Lost.Release()
	}
	if err := rt.Driver.Close(); err != nil {
		rt.OnError(fmt.Errorf("edo: closing the driver: %w", err))
	}
	if rt.Driver.Seeded() {
		rt.Sched.Recycle()
	}
	close(rt.Gone)
}

// islands returns the watch over tasks that wait for each other, of a runtime without a seed.
func (rt *Runtime) islands() *survey.Watch { return rt.in().Survey.(*survey.Watch) }

// release lets the runtime end when its tasks have.
func (rt *Runtime) release() { rt.in().Down.Do(rt.in().Sched.Detach) }

// Wait lets the runtime end: it returns when every task has ended, with the errors
// and panics of those that no task has joined. Spawning goes on to work until then.
func (rt *Runtime) Wait() error {
	if core.Runtimes.AnyPollsOn(gid.Get()) {
		return errWaitInside
	}
	rt.release()
	<-rt.in().Gone
	return rt.in().Failures.Join(nil)
}

// Shutdown cancels all tasks, also those spawned from now on, and waits until they
// have ended, or until ctx has: then its error is a [*ShutdownError], which names the
// tasks that have not, where they were spawned and what they wait for. Otherwise it
// returns what [Runtime.Wait] would. It may be called twice, from any goroutine; inside
// a task, which it would wait for, it is an error.
func (rt *Runtime) Shutdown(ctx context.Context) error {
	if core.Runtimes.AnyPollsOn(gid.Get()) {
		return errWaitInside
	}
	rt.in().Sched.CancelAll()
	rt.release()
	select {
	case <-rt.in().Gone:
		return rt.in().Failures.Join(nil)
	case <-ctx.Done():
		return &ShutdownError{Cause: context.Cause(ctx), Snapshot: rt.Snapshot()}
	}
}

var errWaitInside = errors.New("edo: Wait or Shutdown inside a task would wait for that task: call it from another goroutine")
