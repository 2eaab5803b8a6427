// Package lock synchronises tasks: Notify, Semaphore, Mutex, RWMutex, Barrier and Once.
// They are like those of package sync, but here a task waits, and not a thread: a task may
// hold a lock of this package while it waits for something else.
//
//	var m lock.Mutex
//
//	if err := m.Lock(task); err != nil {
//		return err // the task was cancelled
//	}
//	defer m.Unlock()
//	_, err := aio.WriteAll(task, conn, request)
//	return err
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
// Methods that unlock, release or notify never wait, and work from any goroutine. So do the
// Try forms.
//
// # Order
//
// All queues are first come, first served. A lock or permit that becomes free is handed to
// the first waiter at that moment, before its task runs, and no other task overtakes it:
// newcomers wait, and Try forms fail.
//
// # Cancellation and ownership
//
// A waiter that gives up leaves its queue. If it was handed a lock, permits, a notification
// or the right to initialise, and its task has not seen that, it goes to the next waiter, or
// becomes free. In direct style this is so when the error is [edo.ErrCancelled]. A future
// must be dropped for it, and [edo.Await] borrows and does not drop.
//
// Lock and Acquire return no value that could be owned, so that they allocate nothing: the
// caller defers the Unlock after it has checked the error. A [Guard] and a [Permit] are the
// same as values, which a task can own ([edo.Owns]) or hand on. Futures return those: a
// combinator that cannot hand a value on drops it, and then the lock is unlocked.
//
// # Misuse
//
// To unlock a lock that is not locked, to make more permits than [MaxPermits], or to make a
// barrier for 0 tasks is a mistake in the program, and panics with an error that says what
// to do. Nothing panics because a semaphore was closed. A task that waits for a lock that it
// holds itself waits for ever, and is reported as stalled. One task at a time waits for a
// future, and a second one gets an [*edo.BusyError]; in direct style any number of tasks
// wait.
//
// # Reports
//
// [edo.Dump] and the report of a stall name the task that holds a lock, and with
// Config.Trace of [edo.Config] the line where it called Lock, RLock, Acquire or GetOrInit.
// They tell a lock that is "granted and not taken", by a task that has not run since, from a
// lock that is held. A Try form knows no task: then the report names none. Of several
// readers, or holders of permits, the report names the last one, if none has released
// anything since. A lock refers to its holder until the holder unlocks.
//
// Tasks that wait for each other are reported while other tasks go on: see
// Config.StallAfter. Such a report expects that the task that locked also unlocks. A task
// that leaves the Unlock to another task makes a [Guard], which another task may own: no
// report says that its lock stays locked. Nor does one say so of permits, because any task
// may release some.
//
// # Cost
//
// In nanoseconds, without contention, on one machine:
//
//	                 try   direct   poll   future   for comparison
//	Mutex            15    27       22     60-100   sync.Mutex 14
//	RWMutex, read          30                       sync.RWMutex 14
//	Semaphore        20    29       22              a channel as semaphore 34
//	Notify                 28       22
//	Once, has value  2                              sync.OnceValue 1
//
// Some 11 of direct style are for the check of the Task and of its budget. The package
// allocates only futures, of about 100 bytes, and room for the wakers when thousands of
// waiters go on at once. (On other machines than amd64 and arm64 each check of a Task
// allocates, and takes a microsecond, in all of edo.) A lock that is handed to a waiter takes
// 60 ns, and a switch of tasks.
//
// A Mutex, a Semaphore and a RWMutex are 48 bytes. A task that waits in direct style borrows
// its waiter from a pool.
//
// # When not to use it
//
// For a section that waits for nothing while it holds the lock, use [sync.Mutex], in tasks
// too. Eight tasks on two workers that only lock need 210 to 340 ns for each lock with a
// Mutex of this package, 180 with a channel, and 25 to 95 with a sync.Mutex. A sync.Mutex
// lets the running task lock again, while a Mutex of this package is fair: it hands the lock
// over each time. To pass values there is package mpsc.
package lock
