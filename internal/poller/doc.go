// Package poller wakes tasks when a descriptor may be read or written. It is the
// readiness behind the real driver on Linux, over epoll. On other systems it is empty.
//
// # The model
//
// A [Poller] has one epoll descriptor. A [Source] is a descriptor that was
// registered with it, once and edge-triggered: the kernel reports each change once, and
// the source remembers it. An operation begins at its source ([Source.Begin]), does one
// system call that does not wait, and ends ([Source.End]) with what it found. When the
// source is not ready, Begin has kept the task, and the source wakes it at the next
// change. The source is the one place that keeps the tasks which wait for its descriptor.
//
// A connection that was forgotten is found by the collector. For nearly all connections the
// poller knows that they were not, and they have no cleanup: see handles_linux.go.
//
// A busy worker calls [Poller.Look] now and then. A worker that has nothing to do calls
// [Poller.Wait], which blocks in the system call, or, in a program that has a single
// processor, in Go's own poller. A moment of looking may come before. While there is no
// source it waits in Go's scheduler, where a goroutine wakes it cheaply; unless the waits
// there have ended late.
//
// # What it costs
//
// A source is 48 bytes and has no buffer; 12 of them are room for what others keep of a
// connection. An operation costs two atomic read-modify-writes beside its system call; one that
// has to wait costs no system call.
// A look costs one system call of 150 to 200 ns. The system calls that never wait
// do not tell Go's scheduler that they are made, which saves about 50 ns each.
//
// # When not to use it
//
// For regular files: they are always ready, and epoll refuses them.
package poller
