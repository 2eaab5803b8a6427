// Package lock has what tasks take turns with: Notify, Semaphore, Mutex, RWMutex,
// Barrier and Once. They are like those of package sync, but what waits is a task, and
// not a thread: a lock of this package may be held while its holder waits for something
// else.
//
//	var m lock.Mutex
//
//	if err := m.Lock(task); err != nil {
//		return err // the task was cancelled
//	}
//	defer m.Unlock()
//	return conn.WriteAll(task, request)
//
// # Three faces
//
//	            direct               poll                  future
//	Mutex       [Mutex.Lock]         [LockFuture.Poll]     [Mutex.LockFuture]
//	RWMutex     [RWMutex.Lock],      [LockFuture.Poll]     [RWMutex.LockFuture],
//	            [RWMutex.RLock]                            [RWMutex.RLockFuture]
//	Semaphore   [Semaphore.Acquire]  [AcquireFuture.Poll]  [Semaphore.AcquireFuture]
//	Notify      [Notify.Wait]        [Notified.Poll]       [Notify.WaitFuture]
//	Barrier     [Barrier.Wait]       [Arrival.Poll]        [Barrier.WaitFuture]
//	Once        [Once.GetOrInit]     [InitFuture.Poll]     [Once.GetOrInitFuture]
//
// What unlocks, releases or notifies never waits, and works from any goroutine; so do
// the Try forms.
//
// # Order
//
// All lines are first come, first served. What becomes free is handed to the first in
// line at that moment, before it runs, and none overtakes it: newcomers wait, and Try
// forms fail.
//
// # Cancellation and ownership
//
// A waiter that gives up leaves its line. What it was handed and has not seen goes to
// the next, or back: a lock, permits, a notification, the turn to initialise. In direct
// style that is so when the error is [edo.ErrCancelled]; a future must be dropped for it,
// and [edo.Await] borrows and does not drop.
//
// Lock and Acquire give nothing that could be owned, so that they cost nothing: the
// caller unlocks by a defer, once it has looked at the error. A [Guard] and a [Permit] are
// the same as values, to be owned by a task ([edo.Owns]) or handed on. Futures give
// those: a combinator that cannot hand a value on drops it, and then the lock is unlocked.
//
// # Misuse
//
// To unlock what is not locked, to make more permits than [MaxPermits], or a barrier for
// none, is a mistake in the program, and panics with an error that says what to do.
// Nothing panics because of a semaphore that was closed. A task that waits for what it
// holds itself waits for ever, and is reported as stalled. A future is waited for by one
// task at a time, and a second one gets an [*edo.BusyError]; in direct style any number of
// tasks wait.
//
// # Reports
//
// [edo.Dump] and the report of a stall name the task that holds what others wait for, and
// with Config.Trace of [edo.Config] where it called Lock, RLock, Acquire or GetOrInit. They
// tell "granted and not taken", by a task that has not run since, from "held". A Try form
// knows no task, and so none is named. Of several readers, or holders of permits, the last
// that came is named, if none has given anything back since. A lock refers to its holder
// until that unlocks, and no longer.
//
// Tasks that wait for each other are reported while others go on, see Config.StallAfter. A
// task that locks, and leaves the Unlock to another task, is taken for the one to unlock:
// so it makes a [Guard], which may be another task's, and whose lock is never taken for one
// that stays locked. Permits neither, for any task may release some.
//
// # Cost
//
// In nanoseconds, with no other task in the way, on one machine:
//
//	                 try   direct   poll   future   for comparison
//	Mutex            15    27       22     60-100   sync.Mutex 14
//	RWMutex, read          30                       sync.RWMutex 14
//	Semaphore        20    29       22              a channel as semaphore 34
//	Notify                 28       22
//	Once, has value  2                              sync.OnceValue 1
//
// Some 11 of direct style are for the check of the Task and of its budget. Nothing is
// allocated but the futures, of about 100 bytes, and room for the wakers when thousands
// are let out at once. (On other machines than amd64 and arm64 each check of a Task
// allocates, and takes a microsecond, in all of edo.) A lock that passes through the line
// takes 60 ns, and a switch of tasks.
//
// A Mutex, a Semaphore and a RWMutex are 48 bytes. One that waits in direct style
// borrows its place in line from a pool.
//
// # When not to use it
//
// A section that waits for nothing while it holds the lock is what [sync.Mutex] is for,
// in tasks too. Eight tasks on two workers that do nothing but lock need 210 to 340 ns
// for each with a Mutex of this package, 180 with a channel, and 25 to 95 with a
// sync.Mutex: that one lets the running task go on, where this one hands the lock over
// each time, and so is fair. To pass values there is package mpsc.
package lock
