// Package supervise starts children, watches them, restarts those that fail, and stops them in
// order: supervisors, as Erlang has them.
//
//	sup, err := supervise.New(supervise.Config{
//		Name:      "app",
//		Strategy:  supervise.RestForOne,
//		Intensity: 5,
//		Period:    time.Minute,
//		Backoff:   supervise.Backoff{Initial: 100 * time.Millisecond, Max: 10 * time.Second, Jitter: 0.2},
//		Children: []supervise.Spec{
//			{Name: "database", Start: supervise.FuncReady(connect)},
//			{Name: "cache", Start: supervise.Func(refresh), Restart: supervise.Transient},
//			{Name: "http", Start: supervise.FuncReady(serve), Shutdown: 30 * time.Second},
//		},
//	})
//	if err != nil {
//		return err
//	}
//	return sup.Run(task) // until the task is cancelled: then http ends, and cache, and database
//
// # Model
//
// A child is a function in direct style ([Func]), a future ([Future]) or another supervisor
// ([Nested]). Each start is a new task. The supervisor learns of its end, and a [Restart] says
// whether there is another start; the [Strategy] says which other children are restarted with
// it. More than Intensity restarts within Period end the supervisor, and what has failed is the
// error of its Run; the supervisor above may restart it in turn.
//
// A child is stopped by an abort of its task: its wait returns [edo.ErrCancelled], its defers
// run, and [edo.Shielded] gives it time to finish. After its Shutdown it is overdue. Nothing
// ends such a task from outside, so the supervisor goes on without it, and names it, and what
// it waits for, in an event, to Config.OnError of the runtime, and in the error of its Run. No
// child runs twice: an overdue one is started again when its task has ended.
//
// Children are added, stopped, restarted, removed and listed while the supervisor runs, also
// while a child takes long to start or to stop. [Supervisor.Events] is a stream of what happens
// in the whole tree.
//
// docs/supervise.md has more, and what Erlang, suture and ergo do, row by row.
//
// # When not to use it
//
// Tasks that are to end together at the first error belong to a scope (package scope). A call
// that may fail and is tried again is a loop. A restart helps against what goes away by itself:
// a lost connection, a state that has got out of hand; an error in the configuration is
// returned, not supervised.
package supervise
