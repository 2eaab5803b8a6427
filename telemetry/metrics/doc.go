// Package metrics is the table of a runtime's numbers, and reads them.
//
//	for _, p := range metrics.New(metrics.Config{}).Read() {
//		fmt.Println(p.Metric.Name, p.Labels, p.Value)
//	}
//
// Few programs call it: package prom has a collector for Prometheus, and package otelmetrics has
// instruments of OpenTelemetry, both made from this table. [Watch] adds the depth of a channel to it.
//
// # Model
//
// The scheduler counts polls, steals and parks for itself, whether they are read or not. A [Source]
// reads what was counted, and nothing runs between two reads: no goroutine, no timer, no call in a
// poll or a spawn. A read takes some microseconds, and some 0.1 µs for each task that it puts into a
// class: of these there are some 10,000 at the most in each runtime.
//
// A read never waits for a task. The locks that it takes are held by the scheduler for some
// instructions, or while a worker sweeps its timers; no code of the program runs with one. A function
// that was given to [Watch] is the program's own: it is called aside, and left alone when it does not
// return.
//
// # Cardinality
//
// The number of points has a limit, whatever the program does: [Config.Workers], [Config.Classes],
// [MaxRuntimes] and [MaxWatched]. What is beyond is counted under the label value "other". A label is
// never the number of a task or an address.
//
// # When not to use it
//
// What one task waits for, and why nothing goes on, is in a report (edo.Dump) and in package console.
// How long each of some operations takes is a matter of spans. The numbers of Go itself, the heap and the
// collector, come from the collectors of client_golang and OpenTelemetry.
package metrics
