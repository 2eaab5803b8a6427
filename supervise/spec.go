package supervise

import (
	"fmt"
	"strings"
	"time"

	"github.com/edo-go/edo"
)

// Restart says when a child that has ended by itself is started again.
type Restart uint8

const (
	// Permanent children are always restarted, also when they have ended without an error.
	Permanent Restart = iota
	// Transient children are restarted after a failure: an error, a panic, an abort that does
	// not come from the supervisor. They are not after a return of nil, or of an error that
	// matches [ErrStop].
	Transient
	// Temporary children are never restarted, and are forgotten when they have ended. A
	// restart of their siblings stops them.
	Temporary
)

// String returns the name of r.
func (r Restart) String() string { return nameIn(int(r), "Permanent", "Transient", "Temporary") }

// Infinity is the Shutdown of a child that the supervisor waits for without a limit.
const Infinity time.Duration = -1

// defaultShutdown is what a Shutdown of 0 means for a child that is no supervisor.
const defaultShutdown = 5 * time.Second

// Spec describes one child.
type Spec struct {
	// Name is how the child is called, in its supervisor: no other child has it. It may be
	// empty in a supervisor that is [Dynamic], which then gives the child a number.
	Name string

	// Start makes each run of the child: [Func], [Future], [Nested], and the forms of the
	// first two whose children say when they are ready.
	Start Start

	// Restart says when the child is started again.
	Restart Restart

	// Shutdown is how long the supervisor waits for the end of the child after it has aborted
	// it. Then the child is overdue: an event and the error of the supervisor name it and what
	// it waits for, and the supervisor goes on without it. It does not start the child again
	// before the overdue run has ended. 0 means five seconds, and for a child that is a
	// supervisor Infinity.
	Shutdown time.Duration

	// Significant children may end the supervisor, see Config.AutoShutdown. They are not
	// Permanent.
	Significant bool

	// Backoff is that of this child, instead of the one in the Config.
	Backoff Backoff

	// Options are given to the task of each run, beside its name. A thing that is owned
	// ([edo.Owns]) is dropped at the end of each.
	Options []edo.SpawnOption
}

// shutdown returns the time limit; less than 0: none.
func (s *Spec) shutdown() time.Duration {
	switch {
	case s.Shutdown != 0:
		return s.Shutdown
	case s.Start.nested != nil:
		return Infinity
	}
	return defaultShutdown
}

// check returns what is wrong with s, as a child of a supervisor that is as c says.
func (s *Spec) check(c *Config) error {
	switch {
	case s.Name == "" && c.Strategy != Dynamic:
		return fmt.Errorf("supervise: a child without a Name: only those of a Dynamic supervisor need none")
	case strings.Contains(s.Name, "/"):
		return fmt.Errorf("supervise: the child %q has a slash in its name, which separates the names of supervisors", s.Name)
	case s.Start.spawn == nil:
		return fmt.Errorf("supervise: the child %q has no Start: use Func, Future or Nested", s.Name)
	case s.Restart > Temporary:
		return fmt.Errorf("supervise: the child %q has the unknown Restart %d", s.Name, s.Restart)
	case s.Shutdown < Infinity:
		return fmt.Errorf("supervise: the child %q has the Shutdown %v: use a positive duration, 0 for the default, or Infinity", s.Name, s.Shutdown)
	case s.Significant && s.Restart == Permanent:
		return fmt.Errorf("supervise: the child %q is Significant and Permanent: it would never end by itself", s.Name)
	case s.Significant && c.AutoShutdown == Never:
		return fmt.Errorf("supervise: the child %q is Significant, and Config.AutoShutdown is Never", s.Name)
	}
	return s.Backoff.check()
}
