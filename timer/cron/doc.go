// Package cron has times of the calendar: "at six on weekdays, in Berlin". A [Schedule] is parsed
// from an expression such as "0 6 * * MON-FRI"; a [Ticker] is the stream of its times.
//
// # Model
//
// An expression has five fields, separated by blanks, or six with the seconds in front:
//
//	second        0-59                  only with six fields; otherwise 0
//	minute        0-59
//	hour          0-23
//	day of month  1-31, L (the last), L-3, 15W (the weekday nearest to the 15th), LW
//	month         1-12, JAN-DEC
//	day of week   0-7, SUN-SAT, both 0 and 7 are Sunday; FRI#3 (the third), FRI#L (the last)
//
// A field is * for all, a value, a range 9-17, steps */5 and 9-17/2, or a list of these with commas.
// When neither day begins with *, one of the two is enough, as in Unix: "0 0 13 * FRI" is each 13th and
// each Friday. @yearly, @monthly, @weekly, @daily and @hourly are expressions as well.
//
// Times are those of a wall clock in a time zone. When the clocks change:
//
//   - A time that is skipped in spring comes at the first instant after the gap, once for all of the gap.
//   - A time that is there twice in autumn comes the first time only.
//   - A schedule of every hour (its hours are *) follows the time that really passes: it skips what the
//     clock skips, and comes in both of two equal hours.
//
// # When not to use it
//
// For "every 90 seconds" take a [timer.Interval]: it needs no calendar. A schedule knows nothing of other
// processes: of several that run the same one, each gets each tick. A lease of package cluster/lease decides
// between them.
//
// # Example
//
//	daily := cron.MustParse("0 6 * * MON-FRI", berlin)
//	for at, err := range stream.All(task, cron.NewTicker(daily)) {
//		if err != nil {
//			return err
//		}
//		report(task, at)
//	}
package cron
