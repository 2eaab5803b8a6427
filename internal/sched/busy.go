package sched

import (
	"math/rand/v2"
	"time"
)

// A sampler estimates for how long each worker is busy, that is not idle. The monitor looks at the workers
// anyway: each look counts a worker that is not idle as busy for the time since the last one. So workers
// read no clock, not even when they park: twice for each park that would be a twentieth of its cost.
//
// After a sleep of the monitor the first look comes at a random instant within a period, and counts for a
// whole one. So a worker that is busy for a part of the first period is seen in that part of all cases, and
// the estimate is right on the average. Otherwise a program that is woken seldom, and works for less than a
// period, would never be seen at work.
type sampler struct {
	lookedAt int64 // instant of the last look; 0: the next one is the first
}

// maxSample is for how long a look counts at the most: the process may have been stopped meanwhile.
const maxSample = 10 * monitorPeriod

// begin begins anew, after a sleep. It returns when the first look is due.
func (s *sampler) begin() time.Duration {
	s.lookedAt = 0
	return 1 + rand.N(monitorPeriod)
}

// look returns for how long a look at the instant now counts.
func (s *sampler) look(now int64) time.Duration {
	before := s.lookedAt
	s.lookedAt = max(now, 1)
	if before == 0 {
		return monitorPeriod
	}
	return min(max(0, time.Duration(now-before)), maxSample)
}
