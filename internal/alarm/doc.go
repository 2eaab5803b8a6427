// Package alarm gives a waiter in a line a time limit, for operations in direct style that
// allocate nothing: a send or a receive with a timeout.
//
// # When not to use it
//
// Programs use package timer; only edo's own packages import this one.
package alarm
