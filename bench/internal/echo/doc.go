// Package echo has servers that send back the bytes that they receive, one for each
// variant of the comparison.
// Some have WebSockets, and send back messages; some have TLS.
//
// Each listens on a free port of 127.0.0.1 with TCP_NODELAY, and reads up to 4 KiB
// at a time. A goroutine or a task in direct style has a buffer of its own; a future or an
// event loop borrows one while there are bytes to read.
package echo
