// Package poller tells tasks when a descriptor may be read or written. It is the
// readiness behind the real driver on Linux, over epoll; there is nothing in it
// elsewhere.
//
// # The model
//
// A [Poller] has one epoll descriptor. A [Source] is a descriptor that was
// registered with it, once and edge-triggered: the kernel says when something
// has changed, the source remembers it, and nothing is said again until there is
// reason to. An operation asks its source for leave ([Source.Begin]), does one
// system call that does not wait, and tells the source what came of it
// ([Source.End]). When the source gives no leave it has kept the task, and wakes
// it at the next change.
//
// Workers that are busy call [Poller.Look] now and then; one that has nothing to
// do calls [Poller.Wait], which blocks in the system call, or, in a program that has a
// single processor, in Go's own poller. A moment of looking may come before.
//
// # What it costs
//
// A source is 40 bytes and has no buffer. An operation costs two atomic
// read-modify-writes beside its system call; asking in vain costs no system call.
// A look costs one system call of 150 to 200 ns. The system calls that never wait
// do not tell Go's scheduler that they are made, which saves about 50 ns each.
//
// # When not to use it
//
// For regular files: they are always ready, and epoll refuses them.
package poller
