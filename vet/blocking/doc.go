// Package blocking is an analyzer of edo: it reports what holds up a worker.
package blocking

const doc = `report calls that hold up a worker

A task runs on a worker, which many tasks share. A call that blocks (a sleep, a read, a receive from a channel, a
WaitGroup) keeps the worker from all of them: edo starts a spare one, some ten milliseconds later, and in the
simulator and on a current-thread runtime everything stands still. So a function in direct style (one with a
*edo.Task), the poll of a future (one with a *edo.Context) and a function that a combinator calls use what edo has,
which suspends the task alone, or edo.Call, whose function may block.

	func serve(task *edo.Task) error {
		time.Sleep(time.Second)                // wrong
		return timer.Sleep(task, time.Second)  // right
	}

The analyzer also follows calls of functions without a Task, in other packages too:

	func load(url string) (*http.Response, error) { return http.Get(url) }

	func serve(task *edo.Task) error {
		r, err := load(url) // wrong: load blocks
		r, err := edo.Call(task, func(context.Context) (*http.Response, error) { return load(url) }) // right
	}

It reports, too, a sync.Mutex that is held where the task waits: a task that locks it meanwhile blocks its worker, and
perhaps the one that would unlock it. lock.Mutex suspends instead.

	mu.Lock()
	err := tx.Send(task, v) // wrong
	mu.Unlock()

Functions that edo.Blocking, edo.Block and edo.Call run may block. Reading files is not reported, and in the files of
tests nothing is: a test may hold up its own workers.`
