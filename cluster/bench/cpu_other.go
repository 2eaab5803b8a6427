//go:build !unix

package main

import "time"

// cpuTime returns 0: this system has no portable way to read it.
func cpuTime() time.Duration { return 0 }
