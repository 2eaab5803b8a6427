package cron

import "time"

// Next returns the first time of s after t, in the zone of s. It is zero if there is none within 41 years.
//
// A zone is a row of spans of one offset each, with a change of the clock in between. The parser's schedule
// is asked for the next time on the wall clock, which it takes for UTC, and so without changes. That time is an
// instant of the span at hand, or it is behind its end, and the next span is at hand.
//
// It costs about a microsecond, and 10 when a change of the clock lies in between.
func (s *Schedule) Next(t time.Time) time.Time {
	t = t.In(s.zone)
	offset := offsetOf(t)
	wall := t.UTC().Add(offset)
	for {
		begin, end := t.ZoneBounds()
		if !s.hourly && !begin.IsZero() {
			// The clock was put back at begin: what it shows now it has shown before.
			if shown := begin.UTC().Add(offsetOf(begin.Add(-1))); wall.Before(shown) {
				wall = shown.Add(-1)
			}
		}
		next := s.spec.Next(wall)
		if next.IsZero() {
			return time.Time{}
		}
		if at := next.Add(-offset); end.IsZero() || at.Before(end) {
			return at.In(s.zone)
		}
		offset = offsetOf(end)
		wall = end.UTC().Add(offset)
		if !s.hourly && next.Before(wall) { // in the gap
			return end.In(s.zone)
		}
		wall = wall.Add(-1)
		t = end
		// No time lies before next: the spans until shortly before it need no look.
		if near := next.Add(-window); near.After(wall) {
			t = near.Add(-offset).In(s.zone)
			offset = offsetOf(t)
			wall = t.UTC().Add(offset)
		}
	}
}

// window is more than a wall clock was ever changed by.
const window = 72 * time.Hour

// offsetOf returns what a wall clock at t is ahead of UTC.
func offsetOf(t time.Time) time.Duration {
	_, seconds := t.Zone()
	return time.Duration(seconds) * time.Second
}
