// Oneshot gets one value from a task that it has spawned.
//
//	go run ./examples/oneshot
//	go run ./examples/oneshot -style combinators
package main
