// Package tlsconn has TLS for tasks: crypto/tls over a connection of edo, without a goroutine.
//
//	acceptor := tlsconn.NewAcceptor(config)
//	for conn, err := range stream.All(task, listener.Incoming()) {
//		if err != nil {
//			return err
//		}
//		edo.Go(task, func(task *edo.Task) error {
//			conn, err := acceptor.Accept(task, conn)
//			if err != nil {
//				return nil // an unfinished handshake is the client's matter
//			}
//			defer conn.Close()
//			_, err = aio.Copy(task, conn, conn)
//			return err
//		})
//	}
//
// A [Conn] is what a handshake returns: there is no connection that has not made one. It is a reader
// and a writer of package aio, over any other: a socket, or an end of aio.Duplex.
//
// # How it works
//
// The handshake of crypto/tls waits inside of itself, so it runs on a coroutine, which ends with it.
// From then on a poll reads and writes by crypto/tls as far as the connection below allows. What it
// reads from is that connection: when that has nothing, crypto/tls is told to try later, and keeps
// what it has of a record. What it writes to is a buffer, which takes everything; the Conn takes the
// next bytes only when the buffer is empty. So an idle Conn holds the keys, and neither a stack nor a
// buffer.
//
// # Cost
//
// An end of an idle connection that has read a record of 16 KB holds 5.7 KB, nearly all of it the keys
// and the state of crypto/tls. On a goroutine it holds 40 KB: the stack, and the buffers, which
// crypto/tls never gives back (BenchmarkIdle; Go 1.26, TLS 1.3). A message that needs more than 1 KB
// allocates a buffer again.
//
// # When not to use it
//
// For a program with a few connections that uses package net already: crypto/tls serves it as well.
// In a goroutine that blocks: use crypto/tls over aio's net.Conn, or over package net.
package tlsconn
