// Coordinator shares one connection between four tasks that measure how long
// a round trip over it takes. One task owns the connection; the others ask it.
//
//	go run ./examples/coordinator
//
// The other end of the connection is a server that the program starts itself.
package main
