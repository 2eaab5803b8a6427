// Package socket has TCP connections and listeners for tasks.
//
// A task that waits for a connection, for data or for room costs nothing but
// itself: no goroutine, no thread and no buffer. An idle connection is a [Conn] and
// what its driver keeps, about 130 bytes together on Linux. Under the simulator the
// same calls reach its network, and not the machine's.
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
// # Errors
//
// They are those of package net, a [net.OpError] around the system's error, so that
// [errors.Is] finds [syscall.ECONNRESET] and the like in them. The end of what is
// read is [io.EOF]. After a Close the error matches [net.ErrClosed] and
// [edo.ErrClosed], after a deadline [os.ErrDeadlineExceeded].
//
// # When not to use it
//
// A plain goroutine that blocks is better served by package net.
package socket
