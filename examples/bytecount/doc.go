// Bytecount counts the bytes that all its connections send, and prints the sum every 30
// seconds. The connections send their counts to one background task, which adds them up.
//
//	go run ./examples/bytecount -addr 127.0.0.1:8080 -tick 5s
//	head -c 1000 /dev/zero | nc -N 127.0.0.1 8080
//
// Ctrl-C ends it: the first one stops accepting, and the connections that are being
// served are finished; a second one ends those too.
package main
