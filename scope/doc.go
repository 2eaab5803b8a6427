// Package scope is structured concurrency: all tasks that are spawned in a [Scope] have ended
// when [Run] returns, and the first error cancels the other tasks.
//
//	err := scope.Run(task, func(s *scope.Scope) error {
//		edo.Go(s, fetchPrices)
//		edo.Go(s, fetchStock)
//		return nil // Run waits for both
//	}, scope.Timeout(time.Second))
//
// The function and the tasks of a scope are cancelled together: by the first error, at a
// deadline ([Timeout], [Deadline]), by [Scope.Cancel], and with the task that called Run.
//
// When not to use it: a call whose error the caller handles itself is edo.Call, or an Await of
// edo.Async. Tasks whose results are wanted one after the other belong to a join set (package
// joinset).
package scope
