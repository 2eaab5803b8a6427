// Edo builds programs whose functions in direct style wait in frames, and shows and tests the package edo.
//
//	edo build|run|test|vet    as go build, run, test and vet, with lowered functions
//	edo explain               what becomes of each function that waits
//	edo gen                   frames for libraries
//
//	go run ./cmd/edo demo     servers and a thousand clients, for some seconds; or 100,000 connections
//	go run ./cmd/edo serve    small servers for nc: hello, count, ping
//	go run ./cmd/edo stress   random programs on the scheduler, checked
//	go run ./cmd/edo work     queues of jobs on NATS, by the program edo-work
//	go run ./cmd/edo top      the tasks of a running program, by the program edo-top
//	edo hunt                  a test of a simulation under many seeds
//
//	go run ./cmd/edo help     the list of commands
//
// Each command says more with --help.
package main
