package differential

import (
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/sim"
)

// unit is a unit of time. Tokio tolerates ticks that are up to 5 ms late.
const unit = 16 * time.Millisecond

func units(n int) time.Duration { return time.Duration(n) * unit }

// clock is a simulation with mock tasks, whose time the script advances.
type clock struct {
	s     *sim.Sim
	start time.Time
	tasks []*clockMock
}

// newClock returns a clock with n mock tasks.
func newClock(n int) *clock {
	c := &clock{s: sim.New(sim.Config{HoldClock: true, Quiet: true})}
	c.start = c.s.Now()
	for range n {
		c.tasks = append(c.tasks, &clockMock{of: c})
	}
	c.s.Start(func(task *edo.Task) error {
		for _, m := range c.tasks {
			edo.Spawn(task, edo.Future[edo.Unit](m))
		}
		return nil
	})
	c.s.RunUntilIdle()
	for _, m := range c.tasks {
		m.woken = false
	}
	return c
}

func (c *clock) advance(n int) { c.s.Advance(units(n)) }

// millis returns the milliseconds from the beginning to an instant.
func (c *clock) millis(at time.Time) int64 { return at.Sub(c.start).Milliseconds() }

// end ends the mock tasks.
func (c *clock) end() {
	for _, m := range c.tasks {
		m.ended = true
		m.enter(func(*edo.Context) {})
	}
	c.s.Wait()
}

func (c *clock) mocks() (list []mock) {
	for _, m := range c.tasks {
		list = append(list, m)
	}
	return list
}

// clockMock is a task of the simulation that polls what it is told to, when it is told to.
type clockMock struct {
	of    *clock
	waker edo.Waker
	woken bool
	muted bool // wakes do not matter until it polls again
	ended bool
	do    func(cx *edo.Context)
}

func (m *clockMock) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	m.waker = cx.Waker()
	m.woken = m.do == nil
	if m.do != nil {
		m.do(cx)
		m.do = nil
	}
	if m.ended {
		return edo.Unit{}, edo.Ready, nil
	}
	return edo.Unit{}, edo.Pending, nil
}

// enter polls with f.
func (m *clockMock) enter(f func(cx *edo.Context)) {
	m.do, m.muted = f, false
	m.waker.Wake()
	m.of.s.RunUntilIdle()
}

// isWoken has the wakes arrive that the script has made since the last poll.
func (m *clockMock) isWoken() bool {
	m.of.s.RunUntilIdle()
	return m.woken && !m.muted
}

// mute forgets wakes, until m polls again: what it has polled was dropped.
func (m *clockMock) mute() { m.muted = true }
