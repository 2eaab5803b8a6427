// Package alarm gives a wait in line a time limit, for operations in direct style that
// allocate nothing: a send or a receive that gives up after so long.
//
// # When not to use it
//
// Outside of edo's own packages there is package timer.
package alarm
