// Package report turns what the tasks of a runtime do into text, and finds the tasks
// that wait for each other.
//
// It knows no runtime. The caller hands over plain data, a [Task] at a time, and gets
// lines:
//
//   - [Text] is a dump: the tasks, each below the one that has spawned it, and tasks
//     that are alike as one line with their number. The text is bounded; a program of a
//     million tasks has some dozens of lines.
//   - [Brief] is the same in one line, for a log.
//   - [Graph] is who waits for whom. [Graph.Knots] finds the tasks that can never go on,
//     and [Graph.Cycle] a cycle of waits among them.
//
// Tasks are alike when their names, spawn places, states and waits are the same but for
// numbers (addresses, durations, ids): see shape.go.
//
// Text takes time proportional to what it is given, and memory to the number of groups
// and of tasks with children.
package report
