// Package joinset returns the results of tasks in the order in which the tasks end. A [Set] is
// a stream of these results. It may limit how many of its tasks run, and aborts those that
// still run when it is closed.
//
//	var set joinset.Set[Page]
//	for _, url := range urls {
//		set.Go(task, func(task *edo.Task) (Page, error) { return fetch(task, url) })
//	}
//	for {
//		page, ok, err := set.Join(task)
//		if !ok {
//			return err
//		}
//		…
//	}
//
// When not to use it: tasks without a result belong to a scope (package scope), which keeps
// no handles.
package joinset
