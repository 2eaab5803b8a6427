// Package spin is a lock for sections of some ten nanoseconds, which neither wait nor call
// code of the program.
//
// # When not to use it
//
// For longer sections there is [sync.Mutex]: a waiter of this lock spins first, and then
// sleeps in steps of 20 µs, because no unlock wakes it.
package spin
