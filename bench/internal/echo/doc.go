// Package echo has servers that send back what they receive, one for each way that
// is compared.
//
// Each listens on a free port of 127.0.0.1 with TCP_NODELAY, and reads up to 4 KiB
// at a time. Where a goroutine or a task in direct style reads, it has a buffer of its own;
// the futures and the event loops borrow one while there is something to read.
package echo
