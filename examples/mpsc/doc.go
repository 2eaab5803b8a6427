// Mpsc receives ten messages from a task that it has spawned.
//
//	go run ./examples/mpsc
//	go run ./examples/mpsc -style combinators
package main
