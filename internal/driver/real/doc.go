// Package real is the driver that reaches the real world: the machine's clock, its
// random numbers and its network.
//
// There are two of them behind [New], chosen when the program is built:
//
//	                  waits by                     an operation that waits costs
//	Linux             epoll (package poller)       nothing but the task
//	elsewhere         package net, a goroutine     a goroutine and a buffer while it
//	                  for each wait                 waits
//
// The build tag "portable" chooses the second on Linux too; the same tests run on
// both. Their contract is that of [github.com/edo-go/edo/internal/driver]. In both, sockets
// have the options of package net (TCP_NODELAY, keep-alive, and on Linux multipath TCP for
// listeners). Errors have the form of that package: a [net.OpError] around an
// [os.SyscallError] around the number. The bytes that Write reports as written are the
// system's.
//
// # When not to use it
//
// In tests of what a program does over time, or with its network: the simulated
// driver does the same under a seed.
package real
