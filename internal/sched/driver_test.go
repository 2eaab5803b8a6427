package sched

import (
	"math/rand/v2"
	"sync/atomic"
	"time"
)

// clockDriver is a driver with a real clock and no I/O.
type clockDriver struct {
	start time.Time
	woken chan struct{}
}

func newClockDriver() *clockDriver {
	return &clockDriver{start: time.Now(), woken: make(chan struct{}, 1)}
}

func (d *clockDriver) Now() int64         { return int64(time.Since(d.start)) }
func (d *clockDriver) Look(*Context) bool { return false }
func (d *clockDriver) Registered() bool   { return false }
func (d *clockDriver) Seeded() bool       { return false }
func (d *clockDriver) Choose(int) int     { return 0 }

func (d *clockDriver) Wake() {
	select {
	case d.woken <- struct{}{}:
	default:
	}
}

func (d *clockDriver) Wait(_ *Context, deadline int64) bool {
	if deadline == Never {
		<-d.woken
		return false
	}
	t := time.NewTimer(time.Duration(deadline - d.Now()))
	defer t.Stop()
	select {
	case <-d.woken:
	case <-t.C:
	}
	return false
}

// seededDriver has a virtual clock, and chooses by a seed.
type seededDriver struct {
	now      int64
	rng      *rand.Rand
	blocking atomic.Int64
	clockDriver
}

func newSeededDriver(seed uint64) *seededDriver {
	return &seededDriver{rng: rand.New(rand.NewPCG(seed, 0)), clockDriver: *newClockDriver()}
}

func (d *seededDriver) AddBlocking(n int) {
	d.blocking.Add(int64(n))
	d.Wake()
}

func (d *seededDriver) Now() int64       { return d.now }
func (d *seededDriver) Seeded() bool     { return true }
func (d *seededDriver) Choose(n int) int { return d.rng.IntN(n) }

func (d *seededDriver) Wait(_ *Context, deadline int64) bool {
	select {
	case <-d.woken:
		return false
	default:
	}
	if d.blocking.Load() != 0 {
		<-d.woken
		return false
	}
	if deadline == Never {
		return true
	}
	d.now = max(d.now, deadline)
	return false
}
