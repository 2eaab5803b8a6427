// Package load is a client that asks an echo server for as much as it gives: a
// closed loop with a number of connections, on each of which a number of requests
// of 64 bytes are under way.
//
// It is one thread with an epoll of its own, and its system calls pass Go's
// scheduler by, so that it takes as little as it can of the processors that it shares
// with the server. It checks every byte that comes back. Linux only.
package load
