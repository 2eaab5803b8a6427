// Package aio has the interfaces of readers and writers that a task can wait for,
// and what is built from them alone.
//
// [Reader] and [Writer] are what io.Reader and io.Writer are for goroutines: a
// read or write that cannot go on now is pending and wakes the task later. A
// socket is one, and so is each end of [Duplex]. The functions come in two forms:
//
//	n, err := aio.ReadFull(task, conn, head[:]) // direct style
//	f := aio.ReadFullFuture(conn, head[:])      // a future, for combinators
//
// All of them borrow the reader and the writer: whoever opened a connection
// closes it. Futures keep the byte slices they are given until they are ready or
// dropped, so the caller must leave those alone meanwhile. To let go of a
// connection together with the task that uses it, even one that is aborted before
// it has run, spawn with edo.Owns(conn).
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
// A poll must not block. What reads files, or anything else whose Read may block
// the goroutine, belongs into edo.Blocking, with package io.
package aio
