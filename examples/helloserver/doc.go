// Helloserver writes "hello world" to every connection, and closes it.
//
//	go run ./examples/helloserver -addr 127.0.0.1:8080
//	nc 127.0.0.1 8080
//
// Ctrl-C ends it: the first one stops accepting, and the connections that are being
// served are finished; a second one ends those too.
package main
