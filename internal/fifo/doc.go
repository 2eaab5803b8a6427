// Package fifo is a queue of values in memory, for one goroutine at a time: a channel keeps
// its values in one, behind its lock.
//
// A queue is a list of rings. The first ring is small. When the last ring is full, the queue
// appends one of twice the size, and copies nothing: the old ring is emptied first, and then
// the next. So a queue that is hardly used stays small, and no Put takes longer because the
// queue is long.
//
// # Cost
//
// A Put and a Take are some nanoseconds. A queue keeps room for the most values that it has
// held at once; one without a limit keeps no more than two rings of 1,024.
package fifo
