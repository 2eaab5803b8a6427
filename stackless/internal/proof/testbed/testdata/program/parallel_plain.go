//go:build plain

package main

// parallel does nothing: there is one worker.
func parallel(int) {}
