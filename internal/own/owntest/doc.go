// Package owntest has what tests of combinators poll: futures, streams and sinks
// that play a script, and keep account of how they are owned.
//
//	src := owntest.NewScript[int](t).Give(1).Wait().Give(2)
//
// is a stream of 1 and 2, between which it is pending until [Script.Wake]. A script
// reports what nobody may do to it: to poll it after its end, or after it was
// dropped.
package owntest
