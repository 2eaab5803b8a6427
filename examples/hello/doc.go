// Hello spawns four tasks, and ends when all four have.
//
//	go run ./examples/hello
//	go run ./examples/hello -style combinators
package main
