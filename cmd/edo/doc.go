// Edo shows, serves and tests the package edo.
//
//	go run ./cmd/edo demo     servers and a thousand clients, for some seconds
//	go run ./cmd/edo serve    small servers for nc: hello, count, ping
//	go run ./cmd/edo stress   random programs on the scheduler, checked
//	go run ./cmd/edo help     the list of commands
//
// Each command says more with --help.
package main
