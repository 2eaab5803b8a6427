// Package taskuse is an analyzer of edo: it reports a Task outside of its function.
package taskuse

const doc = `report a Task that is used outside of its function

A *edo.Task belongs to the function that it was given to, and to those that this calls with it. In another
goroutine, in the function of a child, which has a Task of its own, and after the function has returned every
operation returns an error, and does nothing.

	for _, name := range names {
		edo.Go(task, func(child *edo.Task) error { return serve(task, name) })     // wrong: the Task of another function
		edo.Go(task, func(task *edo.Task) error { return serve(task, name) })      // right
	}
	go func() { tx.Send(task, v) }()                                               // wrong: no goroutine of the task
	server.task = task                                                             // wrong: it outlives the function
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { serve(task) }) // not reported: it may be called at once

Runtime and Name work everywhere. A struct that has a Task as a field and is a local variable
of the function alone is not reported, and no Task that is passed as an argument.`
