package supervise

import (
	"fmt"
	"strings"
	"time"
)

// A Strategy says which children a supervisor restarts when one of them has failed.
type Strategy uint8

const (
	// OneForOne restarts the child that has failed, and leaves the others alone.
	OneForOne Strategy = iota
	// OneForAll stops all other children, the last one first, and starts all again, in order.
	OneForAll
	// RestForOne stops the children behind the one that has failed, the last one first, and
	// starts that one and these again, in order.
	RestForOne
	// Dynamic is OneForOne for a set of children that come and go while the supervisor runs.
	// They need no names, are forgotten when they have ended, and are stopped all at once.
	Dynamic
)

// String returns the name of s.
func (s Strategy) String() string {
	return nameIn(int(s), "OneForOne", "OneForAll", "RestForOne", "Dynamic")
}

// isGroup reports whether children depend on those before them.
func (s Strategy) isGroup() bool { return s == OneForAll || s == RestForOne }

// AutoShutdown says whether a supervisor ends when its significant children have.
type AutoShutdown uint8

const (
	// Never leaves the supervisor running, without children too.
	Never AutoShutdown = iota
	// AnySignificant ends the supervisor when a significant child has ended by itself and is
	// not restarted.
	AnySignificant
	// AllSignificant ends it when the last of the significant children has. One that was
	// stopped by [Supervisor.Stop] ends nothing, but counts as gone for the others.
	AllSignificant
)

// String returns the name of a.
func (a AutoShutdown) String() string {
	return nameIn(int(a), "Never", "AnySignificant", "AllSignificant")
}

// NoRestarts is the Intensity of a supervisor that ends at the first failure.
const NoRestarts = -1

// Config says what a supervisor does. The zero value has no children, and works.
type Config struct {
	// Name is the first part of the names of the children's tasks, events and errors:
	// "app/cache". A supervisor that is a child has the name of that child, below its
	// parent's. It has no slash.
	Name string

	// Strategy says which children are restarted with one that has failed.
	Strategy Strategy

	// Intensity and Period limit the restarts: when one more than Intensity would happen
	// within Period, the supervisor ends, with [ErrIntensity]. Every restart counts that
	// follows a failure: one for a child, however many siblings are restarted with it, and one
	// for each start that has failed. The window slides, and its times are exact. 0 means
	// 1 restart, and 5 seconds, as in Erlang; NoRestarts means none.
	Intensity int
	Period    time.Duration

	// Backoff delays restarts. The zero value restarts at once, as Erlang does: then an outage
	// of a tenth of a second uses up any Intensity.
	Backoff Backoff

	// AutoShutdown ends the supervisor when its significant children have ended.
	AutoShutdown AutoShutdown

	// Revive makes a restart of all, or of the rest, start those children as well that had
	// ended normally or were stopped by [Supervisor.Stop], as Erlang does. Otherwise what is
	// done stays done. Temporary children are never restarted.
	Revive bool

	// Children are started in this order, each when the one before it is ready, and stopped
	// in the opposite order.
	Children []Spec
}

const (
	defaultIntensity = 1
	defaultPeriod    = 5 * time.Second
)

// intensity returns how many restarts are allowed within a period.
func (c *Config) intensity() int {
	switch {
	case c.Intensity == 0:
		return defaultIntensity
	case c.Intensity < 0:
		return 0
	}
	return c.Intensity
}

// period returns the length of the window.
func (c *Config) period() time.Duration {
	if c.Period == 0 {
		return defaultPeriod
	}
	return c.Period
}

// check returns what is wrong with c.
func (c *Config) check() error {
	switch {
	case strings.Contains(c.Name, "/"):
		return fmt.Errorf("supervise: the supervisor %q has a slash in its name, which separates the names of supervisors", c.Name)
	case c.Strategy > Dynamic:
		return fmt.Errorf("supervise: unknown Strategy %d", c.Strategy)
	case c.AutoShutdown > AllSignificant:
		return fmt.Errorf("supervise: unknown AutoShutdown %d", c.AutoShutdown)
	case c.Intensity < NoRestarts:
		return fmt.Errorf("supervise: Intensity is %d: use a positive number, 0 for %d, or NoRestarts", c.Intensity, defaultIntensity)
	case c.Period < 0:
		return fmt.Errorf("supervise: Period is %v: use a positive duration, or 0 for %v", c.Period, defaultPeriod)
	}
	if err := c.Backoff.check(); err != nil {
		return err
	}
	names := map[string]bool{}
	for i := range c.Children {
		s := &c.Children[i]
		if err := s.check(c); err != nil {
			return err
		}
		if s.Name != "" && names[s.Name] {
			return fmt.Errorf("supervise: two children have the name %q", s.Name)
		}
		names[s.Name] = true
	}
	return nil
}

// nameIn returns the i-th name.
func nameIn(i int, names ...string) string {
	if i < len(names) {
		return names[i]
	}
	return fmt.Sprintf("unknown (%d)", i)
}
