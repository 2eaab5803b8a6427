// Package socket has TCP connections and listeners for tasks.
//
// A task that waits for a connection, for data or for room costs nothing but
// itself: no goroutine, no thread and no buffer. An idle connection is a [Conn] and
// what its driver keeps, about 100 bytes together on Linux, and some 130 more by which
// the collector finds it when it was forgotten. Under the simulator the same calls reach
// its network, and not the machine's.
//
//	l, err := socket.Listen(task, "tcp", "127.0.0.1:0")
//	if err != nil {
//		return err
//	}
//	defer l.Close()
//	for conn, err := range stream.All(task, l.Incoming()) {
//		if err != nil {
//			return err
//		}
//		edo.Go(task, func(task *edo.Task) error {
//			defer conn.Close()
//			_, err := conn.Write(task, []byte("hello world"))
//			return err
//		}, edo.Owns(conn))
//	}
//
// # The faces
//
//	          listener                  connection
//	poll      PollAccept                PollRead, PollWrite
//	direct    Accept                    Read, Write
//	future    AcceptFuture, Incoming    ReadFuture, WriteFuture
//
// A [Conn] is a reader and a writer as package aio has them, so that buffering,
// copying and [net.Conn] are found there.
//
// # Several tasks
//
// Several tasks may read, write and close one connection, and accept from one listener:
// see [Conn] and [Listener].
//
// # Errors
//
// They are those of package net: a [*net.OpError] with the operation and the addresses,
// around the system's error, so that [errors.Is] finds [syscall.ECONNRESET] and the like
// in it. Only the end of what is read is [io.EOF] itself, and [edo.ErrCancelled] comes as
// from every wait. After a Close the error matches [net.ErrClosed] and [edo.ErrClosed],
// also when a deadline has passed as well; after a deadline or an idle time-out
// [os.ErrDeadlineExceeded].
//
// The system tells a reset once, to the read or the write that asks first, and to those
// that follow an end of the stream that is none. Here it is kept, and told to all.
//
// # When not to use it
//
// A plain goroutine that blocks is better served by package net.
package socket
