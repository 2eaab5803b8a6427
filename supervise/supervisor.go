package supervise

import (
	"math/rand/v2"
	"sync"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/broadcast"
	"github.com/edo-go/edo/internal/core"
	"github.com/edo-go/edo/internal/inside"
	"github.com/edo-go/edo/internal/sched"
)

// Supervisor starts children, watches them, restarts those that fail, and stops them in
// order. [New] makes one, and the zero value is that of the zero [Config]; a task runs it, [Supervisor.Run], or another supervisor, [Nested].
// One task at a time runs it; when that has returned it may be run again. All its other
// methods may be called from any goroutine, also by its children, and are answered at once
// while a child takes long to start or to stop. A child costs some 750 bytes beside its task.
type Supervisor struct {
	config Config

	mu    sync.Mutex // guards the following
	m     machine
	rt    *core.Runtime
	waker edo.Waker // of the task that runs it
	above *run      // the run that it is of the supervisor above; nil: there is none
	tx    *broadcast.Sender[Event]
	left  map[string]*run // overdue runs that a Run has left

	isRunning bool // a task runs it

	// Used by that task.
	timer    sched.Timer
	spawning spawning
	acting   []action   // the agenda that is being done
	done     []action   // one that is done, for the next one
	random   *rand.Rand // for jitter
}

// New returns a supervisor that is as c says. The error says what in c cannot be.
func New(c Config) (*Supervisor, error) {
	c.Children = append([]Spec(nil), c.Children...)
	if err := c.check(); err != nil {
		return nil, err
	}
	return &Supervisor{config: c}, nil
}

// Run starts the children and supervises them, until the supervisor ends: then all children
// have ended, or are overdue.
//
//   - The task is cancelled, or a scope around the call: Run stops the children in order, and
//     returns [edo.ErrCancelled].
//   - [Supervisor.Shutdown] was called, or a significant child has ended without a failure:
//     Run stops the children in order, and returns nil.
//   - There were too many restarts, a child has failed to start the first time, a significant
//     child has failed: Run stops the children in order, and returns an [*Error], with the
//     failures that led to it.
//   - In any of these cases a child that fails while it is stopped, or is overdue, makes it an
//     [*Error].
//
// Children are tasks of the runtime, and not of the scope that the caller is in: they end in
// their turn. Each failure is told to Config.OnError of the runtime as it happens.
//
//edo:step RunStep
func (s *Supervisor) Run(task *edo.Task) error {
	t := inside.Task(task)
	if err := t.Enter(); err != nil {
		return err
	}
	if err := s.begin(t.Rt, nil); err != nil {
		return err
	}
	isOver := false
	defer func() {
		if !isOver { // by a panic or Goexit, which no code of the supervisor causes
			s.abandon()
		}
	}()
	t.Await((*loop)(s), s.heedCancellation)
	isOver = true
	return s.finish()
}

// RunStep is the step form of [Supervisor.Run].
func (s *Supervisor) RunStep(task *edo.Task, st *edo.Step) (done bool, err error) {
	t := inside.Task(task)
	if edo.StepState[Supervisor](st) == nil {
		isResumed := t.TakeResumed()
		if t.IsSpecial() {
			if v, k := t.EnterStep(isResumed); v != core.GoesOn {
				return v == core.IsOver, k.Err
			}
		}
		if err := s.begin(t.Rt, nil); err != nil {
			return true, err
		}
		st.Set(s)
	}
	isOver := false
	defer func() {
		if !isOver {
			st.Set(nil)
			s.abandon()
		}
	}()
	done, _ = t.WaitStep((*loop)(s), s.heedCancellation)
	isOver = true
	if !done {
		return false, nil
	}
	st.Set(nil)
	return true, s.finish()
}

// heedCancellation begins the end because the task was cancelled, which waits on for it.
func (s *Supervisor) heedCancellation() (goesOn bool) {
	s.cancel()
	return true
}

func (s *Supervisor) cancel() {
	s.change(func(m *machine, now int64) { m.end(edo.ErrCancelled, now) })
}

// Go spawns a task that runs the supervisor: aborted, it stops the children in order. From
// then on children may be added. When the supervisor runs already, the handle resolves to
// an error that says so.
//
//edo:nowait
func (s *Supervisor) Go(sp edo.Spawner, opts ...edo.SpawnOption) *edo.JoinHandle[edo.Unit] {
	f := &spawned{s: s}
	if src := inside.Source(sp); src.Err == nil {
		f.hasBegun, f.err = true, s.begin(src.Rt, nil)
	}
	return edo.Spawn(sp, edo.Future[edo.Unit](f), opts...)
}

// Shutdown makes the supervisor end: it stops its children in order, and then its Run
// returns. Shutdown does not wait. When the supervisor does not run, it does nothing.
func (s *Supervisor) Shutdown() {
	s.change(func(m *machine, now int64) { m.end(nil, now) })
}

// change tells the machine of something, and wakes the tasks that are concerned.
func (s *Supervisor) change(fn func(m *machine, now int64)) {
	s.mu.Lock()
	var now int64
	if s.rt != nil {
		now = s.rt.Driver.Now()
	}
	fn(&s.m, now)
	wakes := s.m.wakes
	s.m.wakes = nil
	if len(s.m.agenda) > 0 || s.m.phase == over {
		wakes = append(wakes, s.waker)
	}
	s.mu.Unlock()
	for _, w := range wakes {
		w.Wake()
	}
}

// begin makes a new machine, for a run on rt. above is not nil for a supervisor that is a
// child.
func (s *Supervisor) begin(rt *core.Runtime, above *run) error {
	if rt == nil {
		return core.ErrNoRuntime
	}
	name := s.config.Name
	if above != nil {
		name = above.s.nameOf(above)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if p := s.m.phase; p != idle && p != over || s.isRunning {
		return errRunsAlready
	}
	s.isRunning = true
	if s.left == nil {
		s.left = map[string]*run{}
	}
	s.rt, s.above, s.waker = rt, above, edo.Waker{}
	s.m = machine{
		config: &s.config,
		name:   name,
		byName: map[string]*child{},
		number: s.m.number,
		booted: s.m.booted,
		left:   s.left,
		window: window{limit: s.config.intensity(), period: int64(s.config.period())},
		time:   rt.Driver.Time,
	}
	s.m.begin(rt.Driver.Now())
	return nil
}

// nameOf returns the full name of the child of r.
func (s *Supervisor) nameOf(r *run) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return below(s.m.name, r.of)
}

// finish ends a run whose children have ended or are overdue, and returns its result.
func (s *Supervisor) finish() error {
	s.timer.Stop()
	s.mu.Lock()
	err := s.m.result()
	for c := s.m.first; c != nil; c = c.next {
		if r := c.run; r != nil && r.s != nil { // and so was spawned
			c.run, r.child, r.state = nil, nil, overdue
			s.left[c.spec.Name] = r
		}
	}
	s.m.first, s.m.last, s.m.byName, s.m.length, s.m.alarms = nil, nil, nil, 0, nil
	s.isRunning = false
	tx := s.tx
	s.tx, s.waker, s.above = nil, edo.Waker{}, nil
	s.mu.Unlock()
	if tx != nil {
		tx.Close()
	}
	return err
}

// abandon aborts all children of a supervisor whose task does not poll it any more.
func (s *Supervisor) abandon() {
	s.mu.Lock()
	var runs []*run
	for c := s.m.first; c != nil; c = c.next {
		if c.run != nil {
			runs = append(runs, c.run)
		}
		reply(&s.m, &c.starts, ErrNotRunning)
		reply(&s.m, &c.stops, ErrNotRunning)
	}
	reply(&s.m, &s.m.booted, ErrNotRunning)
	for _, a := range append(s.acting, s.m.agenda...) {
		if a.what == doReply {
			a.request.resolve(&s.m, a.err)
		}
	}
	s.m.phase, s.m.agenda, s.m.isActing, s.acting = over, nil, false, nil
	wakes := s.m.wakes
	s.m.wakes = nil
	s.mu.Unlock()
	for _, w := range wakes {
		w.Wake()
	}
	for _, r := range runs {
		r.handle.Abort()
	}
	s.finish()
}

// spawned is a supervisor as the future of a task: it goes on when the task is cancelled,
// until the children have ended.
type spawned struct {
	s        *Supervisor
	above    *run
	hasBegun bool
	isOver   bool
	err      error // of the begin
}

// Poll runs the supervisor on.
func (f *spawned) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	if f.isOver {
		return edo.Unit{}, edo.Ready, core.ErrPolledAgain
	}
	if !f.hasBegun {
		if !cx.Proceed(nil) {
			return edo.Unit{}, edo.Pending, nil
		}
		f.hasBegun, f.err = true, f.s.begin(core.RuntimeOf((*sched.Context)(cx)), f.above)
	}
	if f.err != nil {
		f.isOver = true
		return edo.Unit{}, edo.Ready, f.err
	}
	if !(*loop)(f.s).PollReady((*sched.Context)(cx)) {
		return edo.Unit{}, edo.Pending, nil
	}
	f.isOver = true
	return edo.Unit{}, edo.Ready, f.s.finish()
}

// TellCancelled begins the end, and reports whether there is one to wait for.
func (f *spawned) TellCancelled() (goesOn bool) {
	if f.isOver || !f.hasBegun || f.err != nil {
		return false
	}
	f.s.cancel()
	return true
}

// Drop is called when the task has ended.
func (f *spawned) Drop() {
	if f.hasBegun && !f.isOver && f.err == nil { // refused, or after a panic
		f.isOver = true
		f.s.abandon()
	}
}

// Function is what the task is named after.
func (f *spawned) Function() any { return (*Supervisor).Run }
