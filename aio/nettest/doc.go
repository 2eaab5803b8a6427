// Package nettest tests the connections of package aio with the tests that
// golang.org/x/net/nettest has for every net.Conn. It is a module of its own, because the core
// imports the standard library alone. It has tests only.
package nettest
