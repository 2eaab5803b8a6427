// Package logs brings tasks and log/slog together.
//
//	log := slog.New(logs.NewHandler(slog.NewJSONHandler(os.Stderr, nil), nil))
//	log.InfoContext(task.Context(), "paid", "order", 4711)
//
//	{"time":…,"level":"INFO","msg":"paid","order":4711,"task":{"name":"main.pay","runtime":"1"}}
//
// # Model
//
// [NewHandler] adds a group, task, to each record that is logged within a task: in a function in direct
// style, in the Poll of a future, in whatever they call, with or without a context. On another goroutine,
// such as that of an edo.Blocking or an edo.Call, the context says it: Task.Context, or one that derives
// from it. When both are there the task that runs counts, and not that of the context. Other records are
// left as they are.
//
// The group is at the top level, beside those that Logger.WithGroup has opened, with:
//
//   - name: that of the task, as reports have it.
//   - id and spawned: its number, and the place of its spawn. Both need edo.Config.Trace.
//   - runtime: the name of its runtime, the same as the label of package metrics. A simulation has none.
//
// [Of] makes a value of tasks, handles and reports that is resolved only when the record is written, and
// accepts nil.
//
// # Cost
//
// Nothing when the level is off: the handler asks the next one before it looks for a task. Otherwise
// about a microsecond for each record, with what the next handler writes, and an allocation; twice that
// when a group is open.
//
// # When not to use it
//
// The errors that edo itself logs, such as a task that has failed and that no task joins, are of no
// task's poll: edo.Config.OnError gets them.
package logs
