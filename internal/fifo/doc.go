// Package fifo is a queue of values in memory, for one goroutine at a time: what a channel
// keeps behind its lock.
//
// A queue is a list of rings. It begins with a small ring; when that is full it goes on in
// one of twice the size, and copies nothing: values are taken from the old ring to its end,
// and then from the next. So a queue that is hardly used stays small, and no put takes
// longer because the queue is long.
//
// # Cost
//
// A put and a take are some nanoseconds. A queue keeps room for the most values that it has
// held at once; one without a limit keeps no more than two rings of 1,024.
package fifo
