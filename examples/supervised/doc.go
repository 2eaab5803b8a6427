// Supervised is a program of three parts, one of which fails now and then: a database, a worker
// that needs it, and a report. It prints what happens to them.
//
//	go run ./examples/supervised            until Ctrl-C, which stops the parts in order
//	go run ./examples/supervised -stuck     the database does not end in time, and is named
package main
