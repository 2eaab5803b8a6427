// Package aio has the interfaces of readers and writers that a task can wait for,
// and the operations that need only these interfaces.
//
// [Reader] and [Writer] are what io.Reader and io.Writer are for goroutines: a
// read or write that cannot go on now is pending and wakes the task later. A
// socket is one, and so is each end of [Duplex]. The functions come in two forms:
//
//	n, err := aio.ReadFull(task, conn, head[:]) // direct style
//	f := aio.ReadFullFuture(conn, head[:])      // a future, for combinators
//
// All of them borrow the reader and the writer: the function that opened a connection
// closes it. Futures keep the byte slices they are given until they are ready or
// dropped; until then the caller must not use the slices. To close a connection together
// with the task that uses it, even if the task is aborted before it runs, spawn the task
// with edo.Owns(conn).
//
// # What is around a connection
//
//	NewBufferedReader, NewBufferedWriter   a buffer while there are bytes in it; lines, Peek, Discard
//	Limit, Tee, Split, CopyBidirectional   parts of a connection, and a proxy between two
//	ReadInt, WriteInt                      integers, big and little endian
//	CloseLingering                         a close after which the last reply arrives
//	NewTimed                               deadlines, and an idle time-out
//	NetConn, NetListener                   a net.Conn, for libraries that know nothing of tasks
//	NewNetReadWriter                       the other way round: a net.Conn for tasks
//
// # Cost
//
// Direct style allocates nothing: the state of a call is pooled, 20 to 40 ns a
// call. A future is one allocation. Buffers are borrowed from a pool for as long
// as bytes are in them: neither [Copy] nor [ReadAll] holds one while it waits for
// its reader.
//
// # When not to use it
//
// A poll must not block. A read from a file, or from any other source that may block the
// goroutine, belongs in edo.Blocking, with package io.
package aio
