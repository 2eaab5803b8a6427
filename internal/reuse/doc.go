// Package reuse keeps the futures of direct style, so that an operation in direct style
// allocates nothing although it awaits a future.
//
//	var reads reuse.Pool[read, *read]
//
//	func (c *Conn) Read(task *edo.Task, p []byte) (int, error) {
//		f := reads.Get()
//		f.conn, f.p = c, p
//		n, err := edo.Await(task, edo.Future[int](f))
//		reads.Put(f)
//		return n, err
//	}
//
// This is sound because edo.Await borrows: when it has returned, no goroutine polls the
// future any more. Put drops the future, so it also leaves every line that it waits in. A
// future may be put back only if its Drop leaves no pointer to it behind.
//
// # When not to use it
//
// A generic type has no package variable for each of its instances. Its waits come from
// its own object, with its lock: see [waiters.Free].
//
// [waiters.Free]: https://pkg.go.dev/github.com/edo-go/edo/internal/waiters#Free
package reuse
