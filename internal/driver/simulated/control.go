package simulated

import (
	"time"

	"github.com/edo-go/edo/internal/sched"
)

// The methods of this file are for the controller of a driver that was made with
// [Config.Manual]: one goroutine, which is not the runtime's. While no task is runnable
// but a blocking task runs, the controller waits: the blocking task may make one runnable.

// Step allows one poll, and returns after it. It reports whether there was one.
func (d *Driver) Step() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	for d.phase == running || d.phase == idle && d.blocking > 0 {
		d.change.Wait()
	}
	if d.phase != held {
		return false
	}
	d.step = true
	d.resume()
	for d.phase == running {
		d.change.Wait()
	}
	return true
}

// RunUntilIdle runs the program until no task can run without a later time.
func (d *Driver) RunUntilIdle() { d.Advance(0) }

// Advance runs the program for a time of by. The runnable tasks run first. Then the clock
// moves from deadline to deadline, and the tasks that become runnable at one run before
// the next, until the clock has moved by exactly that time and no task is runnable.
// Advance moves the clock of a program that has ended as well. by must not be negative.
func (d *Driver) Advance(by time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := d.now.Load()
	d.target = min(sched.After(now, by), sched.Never-1)
	d.free = true
	d.resume()
	for d.phase != ended && !(d.phase == idle && d.blocking == 0 && d.now.Load() >= d.target) {
		d.change.Wait()
	}
	if d.now.Load() < d.target {
		d.now.Store(d.target)
	}
	d.free = false
}

// Release lets the program run without a controller from now on. It does not wait.
func (d *Driver) Release() {
	d.mu.Lock()
	d.manual = false
	d.resume()
	d.mu.Unlock()
}
