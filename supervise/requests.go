package supervise

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/broadcast"
	"github.com/edo-go/edo/internal/core"
)

// Call is a call of a supervisor as a future: [Supervisor.AddFuture] and others return one.
// The call takes effect at the first poll. Dropped after that it is not undone: only the wait
// ends. One task polls it.
type Call struct {
	s       *Supervisor
	on      string
	begin   func(m *machine, q *request, now int64)
	request request
	isOver  bool
}

// Poll begins the call, and is Ready with its answer.
func (c *Call) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	if !cx.Proceed(c) {
		return edo.Unit{}, edo.Pending, nil
	}
	if c.isOver {
		return edo.Unit{}, edo.Ready, core.ErrPolledAgain
	}
	if begin := c.begin; begin != nil {
		c.begin = nil
		c.s.change(func(m *machine, now int64) { begin(m, &c.request, now) })
	}
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	if !c.request.hasAnswer {
		c.request.waker = cx.Waker()
		return edo.Unit{}, edo.Pending, nil
	}
	c.isOver = true
	return edo.Unit{}, edo.Ready, c.request.err
}

// Waits names what the call waits for.
func (c *Call) Waits(*edo.Context) edo.Wait { return edo.Wait{On: "supervise: " + c.on} }

// Drop ends the wait. The call stays.
func (c *Call) Drop() {
	c.begin = nil
	c.s.mu.Lock()
	c.request.leave()
	c.s.mu.Unlock()
}

// await waits for the answer to a call.
func (c *Call) await(task *edo.Task) error {
	_, err := edo.Await[edo.Unit](task, c)
	c.Drop()
	return err
}

// callStep is a step of await, of the call that make makes.
func callStep(task *edo.Task, st *edo.Step, make func() *Call) (done bool, err error) {
	c := edo.StepState[Call](st)
	if c == nil {
		c = make()
		st.Set(c)
	}
	if done, _, err = edo.AwaitStep[edo.Unit](task, c); done {
		st.Set(nil)
		c.Drop()
	}
	return done, err
}

// Started waits until all children of the Config are ready, also for a Run that has not begun.
// It returns [ErrNotRunning] if the supervisor ends before, or has ended.
//
//edo:step StartedStep
func (s *Supervisor) Started(task *edo.Task) error { return s.StartedFuture().await(task) }

// StartedStep is the step form of [Supervisor.Started].
func (s *Supervisor) StartedStep(task *edo.Task, st *edo.Step) (done bool, err error) {
	return callStep(task, st, s.StartedFuture)
}

// StartedFuture returns [Supervisor.Started] as a future.
func (s *Supervisor) StartedFuture() *Call {
	return &Call{s: s, on: "the start of all children", begin: func(m *machine, q *request, _ int64) {
		switch m.phase {
		case up:
			q.answer(m, nil)
		case idle, booting:
			q.waitIn(&m.booted)
		default:
			q.answer(m, ErrNotRunning)
		}
	}}
}

// Add adds a child behind the others, starts it, and returns when it is ready. In a group
// ([OneForAll], [RestForOne]) it is started when the children before it have been. If it fails
// to start Add returns its error, and the child is removed. The other errors are
// [ErrAlreadyStarted], [ErrAlreadyPresent], [ErrNotRunning], [ErrStopped] if the child was
// stopped meanwhile, and what is wrong with spec. When the caller is cancelled the child
// stays.
//
//edo:step AddStep
func (s *Supervisor) Add(task *edo.Task, spec Spec) error { return s.AddFuture(spec).await(task) }

// AddStep is the step form of [Supervisor.Add].
func (s *Supervisor) AddStep(task *edo.Task, st *edo.Step, spec Spec) (done bool, err error) {
	return callStep(task, st, func() *Call { return s.AddFuture(spec) })
}

// AddFuture returns [Supervisor.Add] as a future.
func (s *Supervisor) AddFuture(spec Spec) *Call {
	return &Call{s: s, on: "the start of " + spec.Name, begin: func(m *machine, q *request, now int64) { m.add(spec, q, now) }}
}

// Stop aborts a child, and returns when it has ended. The child stays in the list, stopped; a
// Temporary one, and one of a [Dynamic] supervisor, is removed. Stop of a child that is
// stopped is nil. It returns an [*OverdueError] if the child has not ended within its
// Shutdown; and [ErrNotFound] or [ErrNotRunning]. When the caller is cancelled the child is
// stopped all the same.
//
//edo:step StopStep
func (s *Supervisor) Stop(task *edo.Task, name string) error { return s.StopFuture(name).await(task) }

// StopStep is the step form of [Supervisor.Stop].
func (s *Supervisor) StopStep(task *edo.Task, st *edo.Step, name string) (done bool, err error) {
	return callStep(task, st, func() *Call { return s.StopFuture(name) })
}

// StopFuture returns [Supervisor.Stop] as a future.
func (s *Supervisor) StopFuture(name string) *Call {
	return &Call{s: s, on: "the end of " + name, begin: func(m *machine, q *request, now int64) { m.stopChild(name, q, now) }}
}

// Restart starts a child that is stopped, and returns when it is ready. If it fails to start
// Restart returns its error, and the child stays stopped. The other errors are [ErrRunning],
// [ErrRestarting], [ErrNotFound], [ErrNotRunning], and [ErrStopped] if it was stopped
// meanwhile. When the caller is cancelled the child is started all the same.
//
//edo:step RestartStep
func (s *Supervisor) Restart(task *edo.Task, name string) error {
	return s.RestartFuture(name).await(task)
}

// RestartStep is the step form of [Supervisor.Restart].
func (s *Supervisor) RestartStep(task *edo.Task, st *edo.Step, name string) (done bool, err error) {
	return callStep(task, st, func() *Call { return s.RestartFuture(name) })
}

// RestartFuture returns [Supervisor.Restart] as a future.
func (s *Supervisor) RestartFuture(name string) *Call {
	return &Call{s: s, on: "the start of " + name, begin: func(m *machine, q *request, now int64) { m.restartChild(name, q, now) }}
}

// Remove forgets a child that is stopped. The errors are [ErrRunning], [ErrRestarting],
// [ErrNotFound] and [ErrNotRunning]. It does not wait.
func (s *Supervisor) Remove(name string) (err error) {
	s.change(func(m *machine, now int64) { err = m.removeChild(name, now) })
	return err
}

// eventCapacity is how many events a receiver may be behind.
const eventCapacity = 1024

// Events returns a stream of what happens from now on, in this supervisor and in those below
// it. It ends when this supervisor has ended; of one that does not run, when its next Run has.
// It never holds up a supervisor: a receiver that is more than 1,024 events behind misses the
// oldest, and gets a [*broadcast.LaggedError]. The caller owns the receiver, and drops it.
func (s *Supervisor) Events() *broadcast.Receiver[Event] {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.tx == nil {
		tx, rx := broadcast.New[Event](eventCapacity)
		s.tx = tx
		return rx
	}
	return s.tx.Subscribe()
}
