// Package cancelled is an analyzer of edo: it reports loops that go on after their task was asked to end.
package cancelled

const doc = `report loops that go on after ErrCancelled

Once a task has been asked to end, each of its waits returns edo.ErrCancelled, at once. A loop without a condition that
takes it for an error like others, and tries again, spins: Run never returns, or only after Config.OnError has been
told of it.

	for {
		conn, err := l.Accept(task)
		if err != nil {
			log.Print(err)
			continue // wrong
		}
		...
	}
	for {
		conn, err := l.Accept(task)
		if task.Err() != nil {
			return task.Err() // right
		}
		...
	}

Reported is a loop without any way out that waits, and one whose first wait fails into a continue. A loop that asks
task.Err, or names ErrCancelled, is not.`
