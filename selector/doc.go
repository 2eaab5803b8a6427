// Package selector waits for the first of several streams and futures, again and again, as
// a loop around the select statement does for channels. A [Select] is made once, of branches.
// In each turn one branch wins, and its handler runs.
//
//	sel := selector.New(
//		selector.On(requests, func(r Request, err error) error { … }),
//		selector.On(ticks, func(time.Time, error) error { … }),
//	)
//	err := sel.Run(task) // until a handler returns Stop, or an error
//
// [On] makes a branch of a stream, and [OnFuture] of a future. A branch that loses has taken
// no item.
//
// When not to use it: to wait once for the first of several futures, package future has Race;
// to wait for all of them, Join.
package selector
