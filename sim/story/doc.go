// Package story tells what the tasks of a simulation did: when each was polled, what it then waited
// for and at which line of the program, which task woke it and where.
//
// # Model
//
// A [Log] in the Config of a simulation records its events. After the run it is text, by time or by
// task, JSON, or a trace that https://ui.perfetto.dev and chrome://tracing open:
//
//	var log story.Log
//	err := sim.Run(7, main, sim.WithConfig(sim.Config{Story: &log}))
//	fmt.Print(log.Text())
//
//	1.5s  #2 reader: woken by #3 writer at chat.go:120; waits for mpsc: receive at chat.go:88
//
// With hosts of package world each task has the name of its host beside it, and what happens to
// hosts and between them has lines of its own: a crash, a restart, a partition, a datagram that is lost, a
// file that a crash has torn.
//
//	2s    host b: loses its power
//	2s    network: 12 bytes of udp from a to b are lost: the way is cut
//
// [Note] adds values of the program. The order of the run is the same with a log and
// without: a failure is told by its seed and schedule.
//
// EDO_STORY=FILE makes every simulation of a process record itself and write the file, the last
// one last: as text, as JSON if the name ends in .json, and as a trace if it ends in .trace.json;
// "-" is text on standard error. So the failure of a test is told by
//
//	EDO_SEED=7 EDO_STORY=- go test -run '^TestX$'
//
// # Cost
//
// A log asks each task that begins to wait what it waits for, and looks for lines of the program:
// some ten microseconds a poll. A brief log costs some ten nanoseconds an event. Without a log
// there is no cost.
//
// # When not to use it
//
// It is for simulations. What the tasks of a running program wait for tells [edo.Dump].
package story
