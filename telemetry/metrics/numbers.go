package metrics

import (
	"strconv"
	"time"

	"github.com/edo-go/edo/internal/core"
	"github.com/edo-go/edo/internal/sched"
)

// processNumbers are what the process has but once.
type processNumbers struct {
	runtimes    int
	open        int64
	lost        uint64
	watchErrors uint64
}

// runtimeNumbers are what a runtime has counted. The counts of workers are added up here, so that those
// of a runtime and of its workers agree.
type runtimeNumbers struct {
	sched.Metrics
	failed, coroutines, sockets, local int
	spawned, polls, steals, parks      uint64
	stalls                             uint64
	busy                               time.Duration
	states                             [len(states)]int
}

// states are those of workers.
var states = [...]string{"idle", "busy", "stuck"}

// workerNumbers are what a worker has counted, or several that have one label.
type workerNumbers struct {
	label                string
	polls, steals, parks uint64
	busy                 time.Duration
	queued, timers       int
}

// numbersOf returns the numbers of rt, and those of its workers by label. Locked.
func (s *Source) numbersOf(rt *core.Runtime) (*runtimeNumbers, []*workerNumbers) {
	r := &runtimeNumbers{Metrics: rt.Sched.Metrics(), failed: rt.Failures.Count(), coroutines: rt.Coros.Out(), stalls: rt.Stalls.Load()}
	if d, ok := rt.Driver.(interface{ Sources() int }); ok {
		r.sockets = d.Sources()
	}
	r.local = r.Queued - r.Injected
	r.spawned = r.Metrics.Spawned
	s.room.looks = rt.Sched.WorkersEver(s.room.looks[:0])
	var workers []*workerNumbers
	var spare, other *workerNumbers
	add := func(label string) *workerNumbers {
		w := &workerNumbers{label: label}
		workers = append(workers, w)
		return w
	}
	for i := range s.room.looks {
		l := &s.room.looks[i]
		r.polls += l.Polls
		r.steals += l.Steals
		r.parks += l.Parks
		r.busy += l.Busy
		switch {
		case l.IsRetired:
		case l.IsIdle:
			r.states[0]++
		case l.IsStuck:
			r.states[2]++
		default:
			r.states[1]++
		}
		var w *workerNumbers
		switch {
		case l.IsSpare:
			if spare == nil {
				spare = add("spare")
			}
			w = spare
		case l.ID >= s.config.Workers:
			if other == nil {
				other = add("other")
			}
			w = other
		default:
			w = add(strconv.Itoa(l.ID))
		}
		w.polls += l.Polls
		w.steals += l.Steals
		w.parks += l.Parks
		w.busy += l.Busy
		w.queued += l.Queued
		w.timers += l.Timers
	}
	return r, workers
}
