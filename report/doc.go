// Package report describes the tasks of a runtime as plain data, and turns the data into
// text. It knows no runtime: edo.Runtime.Snapshot asks the tasks and returns a [Snapshot].
// edo.Dump writes one, and the errors of a stall and of a shutdown contain one.
//
//   - [Snapshot] is all tasks at one time, with the cycles of waits among them.
//   - [Task] is one of them, and [Wait] is what it waits for.
//   - [Metrics] are the counters of a runtime.
//
// [Snapshot.String] is a text of bounded length. Each task is below its parent, and tasks
// that are alike are one line with their number: the text of a million tasks has some
// dozens of lines. Tasks are alike when their names, spawn places, states and waits differ
// only in numbers (addresses, durations, ids).
//
// When not to use it: a counter that is read often comes from edo.Runtime.Metrics, which
// asks no task.
//
// The text takes time proportional to the number of tasks, and memory proportional to the
// number of groups and of tasks with children. The data belong to the caller, and keep no
// task in memory.
package report
