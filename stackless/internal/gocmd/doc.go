// Package gocmd understands the command lines of go build, run, test and vet, and runs the go command.
//
// It does not check a command line. What it does not understand is left to the go command, which says what is wrong.
package gocmd
