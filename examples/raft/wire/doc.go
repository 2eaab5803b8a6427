// Package wire turns what servers and clients send each other, and what a server saves, into bytes.
//
// Numbers are varints, and texts have their length in front. A [Reader] reads them back: it stops at
// the first thing that cannot be, and keeps the error, so that a decoder asks once, at its end. It
// allocates no more than the bytes that are there can hold.
package wire
