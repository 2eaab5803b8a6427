// Package unused is an analyzer of edo: it reports futures, streams and options that are made and not used.
package unused

const doc = `report futures, streams and handles that are not used

A future does nothing until it is polled, and a stream nothing until it is asked. One that is made by a
statement of its own, and is not awaited, spawned or kept, is a call that was forgotten:

	timer.SleepFuture(time.Second)              // wrong: nothing waits
	tx.SendFuture(v)                            // wrong: nothing is sent
	edo.Await(task, tx.SendFuture(v))           // right; so is tx.Send(task, v)
	stream.Map(rx, double)                      // wrong: a new stream, rx is as it was
	stream.All(task, rx)                        // wrong: a loop that does not run
	edo.Owns(tx)                                // wrong: an option of no call
	edo.GoValue(task, load)                     // wrong: the value is lost; edo.Go has none

A handle of Go, Spawn and Blocking need not be kept: the task is detached. A future that a function has begun, since it was
given a Task, a Context or a Spawner, is not reported, nothing that is assigned to _, and nothing in the files of tests.`
