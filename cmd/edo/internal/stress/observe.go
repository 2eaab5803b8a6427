package stress

import (
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/report"
)

// observer asks for reports and numbers, on a goroutine that is no task, while the round
// runs.
type observer struct {
	round *round
	last  report.Metrics
	stop  chan struct{}
	ended chan struct{}
}

// observe starts an observer that pauses for up to pause between two reports.
func (r *round) observe(rng *rand.Rand, pause time.Duration) *observer {
	o := &observer{round: r, stop: make(chan struct{}), ended: make(chan struct{})}
	go func() {
		defer close(o.ended)
		for {
			select {
			case <-o.stop:
				return
			case <-time.After(time.Duration(rng.Int64N(int64(pause) + 1))):
				o.ask(rng)
			}
		}
	}()
	return o
}

// close ends the observer.
func (o *observer) close() {
	close(o.stop)
	<-o.ended
}

// ask asks for one kind of report, and checks it.
func (o *observer) ask(rng *rand.Rand) {
	rt := o.round.current.Load()
	if rt == nil {
		return
	}
	switch rng.IntN(5) {
	case 0:
		if err := edo.Dump(io.Discard); err != nil {
			o.round.fault("report: Dump returned %v", err)
		}
	case 1:
		var text strings.Builder
		if err := edo.DumpJSON(&text); err != nil {
			o.round.fault("report: DumpJSON returned %v", err)
		}
		o.round.readBack(text.String())
	case 2:
		o.round.checkSnapshot(rt.Snapshot())
	default:
		now := rt.Metrics()
		o.round.checkMetrics(o.last, now)
		o.last = now
	}
}

// readBack checks the output of DumpJSON.
func (r *round) readBack(text string) {
	var all []report.Snapshot
	if err := json.Unmarshal([]byte(text), &all); err != nil {
		r.fault("report: the output of DumpJSON cannot be read: %v", err)
	}
	for _, s := range all {
		r.checkSnapshot(s)
	}
}

// checkSnapshot notes things that must not be in a report.
func (r *round) checkSnapshot(s report.Snapshot) {
	last := uint64(0)
	for _, t := range s.Tasks {
		traced := r.config.Trace && !strings.HasPrefix(t.Name, "Block of ") // a task of Block was not spawned
		switch {
		case t.State != "waiting" && t.State != "runnable" && t.State != "running":
			r.fault("report: task %s is %q", t.Name, t.State)
		case len(t.Waits) != 0 && t.State != "waiting":
			r.fault("report: task %s is %s, and waits for %v", t.Name, t.State, t.Waits)
		case t.Name == "":
			r.fault("report: a task has no name: %+v", t)
		case !traced && t.ID != 0:
			r.fault("report: task %s has the ID %d without Config.Trace", t.Name, t.ID)
		case traced && t.ID <= last:
			r.fault("report: task %s has the ID %d after %d", t.Name, t.ID, last)
		case traced && (t.Parent >= t.ID || t.Spawned == ""):
			r.fault("report: task %s, #%d, was spawned by #%d, at %q", t.Name, t.ID, t.Parent, t.Spawned)
		}
		for _, w := range t.Waits {
			if !strings.Contains(w.On, ": ") {
				r.fault("report: task %s waits for %q, without a package", t.Name, w.On)
			}
		}
		last = max(last, t.ID)
	}
}

// checkMetrics notes numbers that are impossible.
func (r *round) checkMetrics(before, now report.Metrics) {
	for name, v := range map[string]int{
		"Spares": now.Spares, "Idle": now.Idle, "Alive": now.Alive, "Waiting": now.Waiting, "Queued": now.Queued,
		"Blocking": now.Blocking, "Timers": now.Timers, "Bodies": now.Bodies, "Failures": now.Failures,
	} {
		if v < 0 {
			r.fault("report: %s is %d", name, v)
		}
	}
	for name, v := range map[string][2]uint64{
		"Spawned": {before.Spawned, now.Spawned}, "Polls": {before.Polls, now.Polls}, "Steals": {before.Steals, now.Steals},
		"Parks": {before.Parks, now.Parks}, "Stuck": {before.Stuck, now.Stuck},
	} {
		if v[1] < v[0] {
			r.fault("report: %s is %d after %d", name, v[1], v[0])
		}
	}
	if want := max(r.config.Workers, 1); now.Workers != want {
		r.fault("report: there are %d workers instead of %d", now.Workers, want)
	}
}

// checkRest notes things that are left of a runtime that has ended.
func (r *round) checkRest(now report.Metrics) {
	if now.Alive != 0 || now.Waiting != 0 || now.Queued != 0 || now.Blocking != 0 || now.Bodies != 0 {
		r.fault("report: a runtime has ended, and there are %s", fmt.Sprintf("%+v", now))
	}
}
