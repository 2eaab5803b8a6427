// Jobs is a worker that takes jobs from a queue on its disk, and loses one when the power fails.
//
//	go run ./examples/jobs
//
// # The bug
//
// For each job the worker does two writes: it takes the job out of the file of the queue, and it
// adds the result to another file. A crash between the two leaves a job that is in neither. No error
// is returned, and no test without a crash fails. In the simulator the host of the worker loses its
// power at a time that the seed draws, restarts, and goes on: no deferred call runs, and what was
// not synced is lost or torn.
//
// # The fix
//
// The result is written, and synced, before the job is taken out. A crash between the two repeats
// the job, and a result that is there already, by the number of its job, is not added again: at
// least once, and idempotent, is exactly once. Each write replaces a whole file: a new file is
// synced, renamed, and then the directory is synced.
package main
