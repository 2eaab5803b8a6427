//go:build !unix

package main

func raiseLimit() {}

// descriptors returns how many connections a process may have.
func descriptors() int { return 10_000 }
