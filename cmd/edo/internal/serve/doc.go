// Package serve is the command edo serve: small servers to talk to with nc.
//
//	hello    says hello world to each connection, and closes it
//	count    counts the bytes of all connections, and prints the sum at every tick
//	ping     answers each line "ping" with a line "pong"
//
// One task accepts; each connection is a task of its own. The first Ctrl-C ends the
// accepting, and the open connections are served to their ends; the second one ends
// these too.
package serve
