// Package owntest has futures, streams and sinks for tests of combinators: they play a
// script, and check how their owner uses them.
//
//	src := owntest.NewScript[int](t).Give(1).Wait().Give(2)
//
// is a stream of 1 and 2; in between it is pending until [Script.Wake]. A script fails the
// test when it is polled after its end, or after it was dropped.
package owntest
