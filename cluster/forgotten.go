package cluster

import (
	"slices"
	"time"
)

// forgotten are jobs that a worker has done, or buried, and whose delivery a broker that was killed
// has forgotten before it knew so. It gives them out once more, as new ones: here, or to another
// worker. Here they are not done again. The worker guards it.
type forgotten []place

// place is where a job lies in its queue. The number alone could be that of another one, in a stream
// that was made anew.
type place struct {
	line   *line
	number uint64
	stored time.Time
}

func (d *delivery) place() place { return place{d.line, d.meta.Sequence.Stream, d.meta.Timestamp} }

// took reports whether d is among the jobs, and removes it. A line gives out its jobs in their order:
// those before a job that is given out for the first time have gone to other workers, and are removed
// too.
func (f *forgotten) took(d *delivery) (isIn bool) {
	if len(*f) == 0 {
		return false
	}
	at := d.place()
	*f = slices.DeleteFunc(*f, func(p place) bool {
		isIn = isIn || p == at
		return p == at || p.line == at.line && p.number < at.number && d.meta.NumDelivered == 1
	})
	return isIn
}

// adopt gives d to the call that has the same job, and reports whether there is one. The broker gives
// a job out again that a call works on when it has forgotten the delivery, or has had no sign of life
// for long: a second call would do it twice. The caller holds mu.
func (w *Worker[T]) adopt(d *delivery) bool {
	for c := range w.running {
		if !c.isSettled && c.d.place() == d.place() {
			c.newest = d
			return true
		}
	}
	for i, other := range w.held {
		if other.place() == d.place() {
			w.held[i] = d
			return true
		}
	}
	return false
}

// newestOf returns the newest delivery of the job of c: the one that the broker waits for.
func (w *Worker[T]) newestOf(c *call[T]) *delivery {
	w.mu.Lock()
	defer w.mu.Unlock()
	return c.newest
}

// settle is for a call whose job this worker is done with, and returns the newest delivery. A further
// one is another call.
func (w *Worker[T]) settle(c *call[T]) *delivery {
	w.mu.Lock()
	defer w.mu.Unlock()
	c.isSettled = true
	return c.newest
}

// forget is for a call whose delivery d the broker has forgotten. It reports false when the broker has
// given the job out again meanwhile, and here.
func (w *Worker[T]) forget(c *call[T], d *delivery) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if c.newest != d {
		return false
	}
	c.isSettled = true
	w.forgotten = append(w.forgotten, d.place())
	return true
}
