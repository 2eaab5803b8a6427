// Package copied is an analyzer of edo: it reports copies of what must not be copied.
package copied

const doc = `report copies of what must not be copied

A Task, a Context, a handle, a lock, a scope, a set, a channel's end and a connection are pointed to: a copy has a state
of its own, which nothing else knows. go vet reports the copy of a sync.Mutex; this is the same for what edo has, also as
a field or an element of what is copied.

	func serve(task edo.Task) error              // wrong: a parameter is a copy
	func serve(task *edo.Task) error             // right
	h := *edo.Go(task, run)                      // wrong
	for _, s := range shards { s.mu.Lock(task) } // wrong: s is a copy, with a Mutex of its own
	for i := range shards { shards[i].mu.Lock(task) }

A composite literal makes a value and is not reported, nor is what a function returns by value reported where it is called:
it is where it is returned.`
