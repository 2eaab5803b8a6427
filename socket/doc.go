// Package socket has connections, listeners and datagrams for tasks: TCP, UDP, and Unix
// sockets.
//
// A task that waits for a connection, for data or for room costs nothing but
// itself: no goroutine, no thread and no buffer. An idle connection is a [Conn] and
// the driver's part of it, 88 bytes together on Linux. Under the simulator the same calls
// reach its network, and not the machine's.
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
//	          datagrams
//	poll      PollReadFrom, PollWriteTo, PollRead, PollWrite
//	direct    ReadFrom, WriteTo, ReadFromPath, WriteToPath, Read, Write
//	future    ReadFromFuture, WriteToFuture, WriteFuture
//
//	          batches of datagrams
//	poll      PollReadBatch, PollWriteBatch
//	direct    ReadBatch, WriteBatch
//	future    ReadBatchFuture, WriteBatchFuture
//
// A [Conn] is a reader and a writer of package aio, which has buffering, copying and
// [net.Conn].
//
// # Unix sockets
//
// On the networks unix, unixpacket and unixgram an address is the path of a file, or an abstract
// name that begins with @. Listen with an empty one has the system choose a name. The file is
// removed when the listener is closed, unless another one has taken its path.
//
// On unixpacket each write is a packet, and a read returns one: what the buffer has no room
// for is lost. An empty packet, which other programs may send, is a read of 0 bytes without an
// error, except that one just before the end may pass for the end; here a write of
// nothing sends none. Not all systems have it.
//
// [Conn.WriteFiles] and [Conn.ReadFiles] pass files over connections on unix and unixpacket, whose
// peer [Conn.Credentials] tells. A socket for datagrams has neither: files that a datagram brings are
// closed.
//
// # Datagrams
//
// [ListenPacket] makes a socket for UDP that receives from anywhere, and [DialPacket] one that
// is connected to one address: see [PacketConn]. There is no end of a stream: a datagram may be
// empty. In a simulation datagrams take no time, and are lost only in a queue that is
// full and at addresses where no socket is.
//
// On unixgram, which not all systems have, datagrams are not lost: the sender waits for room.
//
// # Several tasks
//
// Several tasks may read, write and close one connection, accept from one listener, and
// use one socket for datagrams: see [Conn], [Listener] and [PacketConn].
//
// # Errors
//
// They are those of package net: a [*net.OpError] with the operation and the addresses,
// around the system's error, so that [errors.Is] finds [syscall.ECONNRESET] and the like
// in it. Two errors come as they are: [io.EOF] at the end of the stream, and
// [edo.ErrCancelled] from a wait that was cancelled. After a Close the error matches
// [net.ErrClosed] and [edo.ErrClosed], also when a deadline has passed as well; after a
// deadline or an idle time-out it matches [os.ErrDeadlineExceeded].
//
// The system reports a reset once, to the first read or write, and later reads seem to
// find the end of the stream. Here the error is kept, and every later operation returns
// it.
//
// # When not to use it
//
// In a plain goroutine that blocks: use package net there.
package socket
