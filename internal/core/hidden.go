package core

import (
	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/sched"
)

// What edo's own packages need of public types, and programs do not. A public struct embeds
// one of these by a name that is not exported: so the documentation does not show it, and
// its methods can be called.

// SecondWaiter is what an edo.BusyError knows of the task that came as well.
type SecondWaiter struct{ task *sched.Task }

// NewSecondWaiter returns that of t.
func NewSecondWaiter(t *sched.Task) SecondWaiter { return SecondWaiter{t} }

// IsTask reports whether the task that cx polls is the one that came as well, and not one
// that has the error as a result. cx may be nil.
func (s SecondWaiter) IsTask(cx *sched.Context) bool {
	return cx != nil && s.task != nil && s.task == cx.Root()
}

// ConfigDriver is the driver of an edo.Config, and what watches its errors.
type ConfigDriver struct {
	d     driver.Driver
	watch []func(err error)
}

// AddWatcher makes fn be called with what OnError is told of, before that, and with each panic of a
// task, as it happens. It is called like OnError.
func (c *ConfigDriver) AddWatcher(fn func(err error)) {
	c.watch = append(c.watch[:len(c.watch):len(c.watch)], fn)
}

// Watchers returns the functions of AddWatcher.
func (c *ConfigDriver) Watchers() []func(err error) { return c.watch }

// SetDriver makes the runtime use d.
func (c *ConfigDriver) SetDriver(d driver.Driver) { c.d = d }

// Driver returns the driver that was set, or nil.
func (c *ConfigDriver) Driver() driver.Driver { return c.d }
