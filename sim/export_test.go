package sim

import (
	"io"
	"time"
)

// ExploreOneSlow calls fn with seed 0, as Explore does, and tells after and to where a run goes on for long.
func ExploreOneSlow(t TB, after time.Duration, to io.Writer, fn func(seed uint64) error) {
	e := newExploration(t, fn)
	defer e.end()
	e.slow = slowRun{after: after, to: to}
	_ = e.all(1)
}

// SetShrinkFor sets for how long Explore looks for a shorter schedule, until the returned function is called.
func SetShrinkFor(d time.Duration) (reset func()) {
	before := shrinkFor
	shrinkFor = d
	return func() { shrinkFor = before }
}
