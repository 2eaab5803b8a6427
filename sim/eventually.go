package sim

import (
	"fmt"
	"time"

	"github.com/edo-go/edo"
)

// goal is what must hold between some two polls.
type goal struct {
	name   string
	holds  func() bool
	within time.Duration
	until  time.Duration // since the start of the simulation
}

// Eventually fails the simulation, with an [*InvariantError] that tells what the tasks do, unless
// holds returns true within so much time on the clock of the simulation, or when all tasks have
// ended before. holds is called like the function of [Always] until it has returned true.
// Otherwise Eventually is like Always. It does not keep the simulation going.
func Eventually(s edo.Spawner, within time.Duration, name string, holds func() bool) {
	if w := watchOf(s); w != nil {
		w.eventually = append(w.eventually, &goal{name, holds, within, w.driver.Since() + within})
	}
}

// checkEventually takes out the goals that hold, and fails for one whose time is over.
func (w *watch) checkEventually() {
	now := w.driver.Since()
	left := w.eventually[:0]
	for _, g := range w.eventually {
		switch {
		case w.holds(g):
		case now > g.until:
			w.missed(g, fmt.Sprintf("within %v", g.within))
		default:
			left = append(left, g)
		}
	}
	clear(w.eventually[len(left):])
	w.eventually = left
}

// endEventually fails for a goal that has not been reached at the end.
func (w *watch) endEventually() {
	w.checkEventually()
	for _, g := range w.eventually {
		w.missed(g, "before the program has ended")
	}
}

// missed fails for a goal.
func (w *watch) missed(g *goal, when string) {
	e := &InvariantError{Name: g.name, At: w.driver.Since()}
	e.text = fmt.Sprintf("sim: %q has not come true %s; at %v:\n%s", g.name, when, e.At, w.snapshot().Text())
	w.fail(e)
}

// holds calls the function of g.
func (w *watch) holds(g *goal) (is bool) {
	returned := false
	defer w.rescue(g.name, &returned)
	is = g.holds()
	returned = true
	return is
}
