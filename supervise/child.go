package supervise

import (
	"errors"
	"runtime/debug"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/core"
	places "github.com/edo-go/edo/internal/origin"
	"github.com/edo-go/edo/internal/sched"
)

// child is one child of a supervisor, in the list of all. The lock of the supervisor guards
// it, and what it refers to.
type child struct {
	prev, next *child
	spec       Spec
	name       string // full

	wanted  bool // it is to run; only want changes it
	hasTurn bool // while the supervisor starts: those before it have started
	origin  origin
	run     *run // not nil: there is a task, which may have been asked to end
	recycle bool // of a group: the run must end, before those in front of it are stopped

	inARow   int // how many restarts it has had in a row, for the next delay
	restarts int
	since    int64         // when it became ready, or ended; or never
	ran      int64         // how long the last run was ready
	lastErr  error         // the last failure
	late     *OverdueError // of the run, if it is overdue

	alarm  int64    // when the machine must look at it
	place  int      // in the heap of alarms, + 1; 0: it has no alarm
	starts requests // that wait until it is ready
	stops  requests // that wait until it has ended
}

// never is no instant of the clock of a runtime.
const never = -1

// origin says why a child is started: what becomes of a start that fails.
type origin uint8

const (
	first origin = iota // by the supervisor that starts: then it ends
	added               // by Add, which gets the error: then the child is removed
	asked               // by Restart, which gets the error: then the child stays stopped
	again               // after a failure: that is one more
)

// state of a run.
type state uint8

const (
	beginning state = iota // spawned, and not ready
	running
	stopping // aborted
	overdue  // aborted, and not ended in time
)

// run is one task of a child: the group of that task, in which its bond is.
type run struct {
	of string // the name of the child

	// Set before the task is spawned.
	s  *Supervisor
	rt *core.Runtime
	at places.Callers

	// Guarded by s.mu.
	child    *child // nil: of an earlier Run of the supervisor
	state    state
	wasReady bool
	task     *sched.Task // nil: not spawned yet, or refused
	handle   edo.AbortHandle
}

// ready is what a child calls that says when it is.
func (r *run) ready() {
	r.s.change(func(m *machine, now int64) { m.ready(r, now) })
}

// SpawnedAt returns where the Start of the child was made: its tasks are spawned by the supervisor, whose
// stack has no place of the program.
func (r *run) SpawnedAt() places.Callers { return r.at }

// NewBond returns the bond of the task of the run. So a child is in no scope that its
// supervisor is in: it ends in its turn, and its failures are the supervisor's.
func (r *run) NewBond() core.Bond { return &bond{run: r} }

// bond ties the task of a run to the supervisor.
type bond struct {
	core.Link
	run *run
}

// Tie notes the task.
func (b *bond) Tie(t *sched.Task, _ *core.Runtime) error {
	b.run.s.mu.Lock()
	b.run.task = t
	b.run.s.mu.Unlock()
	return nil
}

// Failed takes the error: the supervisor reports it.
func (b *bond) Failed(*sched.Task, error) core.Claim { return core.Taken }

// Untie tells the supervisor of the end of the run.
func (b *bond) Untie(t *sched.Task) {
	var err error
	if x := core.ExtraOf(t); x != nil {
		err = x.Err
	}
	b.run.ended(err)
}

// ended tells the supervisor that the run has ended with err.
func (r *run) ended(err error) {
	o := outcome{err: err}
	isWeighed := false
	defer func() {
		if !isWeighed { // a method of err has not returned
			o = outcome{err: errors.Join(err, core.PanicOrGoexit(r.of, recover(), debug.Stack()))}
		}
		r.s.change(func(m *machine, now int64) { m.ended(r, o, now) })
	}()
	o.weigh(r.rt)
	isWeighed = true
}

// State is what a child does.
type State uint8

const (
	// IsStopped: it has ended, or was stopped, and will not be started unless it is asked to.
	IsStopped State = iota
	// IsWaiting: it will be started, after a delay or after others.
	IsWaiting
	// IsStarting: it runs, and is not ready.
	IsStarting
	// IsRunning: it is ready.
	IsRunning
	// IsStopping: it was aborted, and has not ended.
	IsStopping
	// IsOverdue: so for longer than its Shutdown.
	IsOverdue
)

// String returns the name of s, in small letters.
func (s State) String() string {
	return nameIn(int(s), "stopped", "waiting", "starting", "running", "stopping", "overdue")
}

// Child is what a supervisor knows of one of its children.
type Child struct {
	Name     string // in its supervisor
	State    State
	Since    time.Time       // when it became ready, or ended; zero: it has not been ready
	Restarts int             // how often it was restarted after a failure of its own
	Err      error           // its last failure; nil: none
	Task     edo.AbortHandle // of the run; that of a task that has ended, if it does not run
	Nested   *Supervisor     // not nil: the child is a supervisor
}

// stateOf returns what c does.
func (c *child) stateOf() State {
	switch {
	case c.run == nil && c.wanted:
		return IsWaiting
	case c.run == nil:
		return IsStopped
	}
	return [...]State{beginning: IsStarting, running: IsRunning, stopping: IsStopping, overdue: IsOverdue}[c.run.state]
}
