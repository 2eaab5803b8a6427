package simulated

import (
	"math"
	"time"
)

// What follows is for the controller of a driver that was made with
// [Config.Manual]: one goroutine, which is not the runtime's. While nothing is
// runnable but a blocking task runs, it waits: that task may make something so.

// Step lets one poll happen, and returns after it. It says whether there was any
// to happen.
func (d *Driver) Step() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	for d.place == running || d.place == idle && d.blocking > 0 {
		d.change.Wait()
	}
	if d.place != held {
		return false
	}
	d.step = true
	d.resume()
	for d.place == running {
		d.change.Wait()
	}
	return true
}

// RunUntilIdle lets everything run that can without time going by.
func (d *Driver) RunUntilIdle() { d.Advance(0) }

// Advance runs the program for by of its time. What is runnable runs first; then
// the clock goes from deadline to deadline, and what becomes runnable at one runs
// before it goes on, until the clock has come by further, to the nanosecond, and
// nothing is runnable. It moves the clock of a program that has ended as well. by
// must not be negative.
func (d *Driver) Advance(by time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := d.now.Load()
	d.target = now + min(int64(by), math.MaxInt64-1-now)
	d.free = true
	d.resume()
	for d.place != ended && !(d.place == idle && d.blocking == 0 && d.now.Load() >= d.target) {
		d.change.Wait()
	}
	if d.now.Load() < d.target {
		d.now.Store(d.target)
	}
	d.free = false
}

// Release lets the program go on without a controller. It does not wait.
func (d *Driver) Release() {
	d.mu.Lock()
	d.manual = false
	d.resume()
	d.mu.Unlock()
}
