// Package clocks reads the clock.
package clocks

import "time"

func Stamp() string { return time.Now().String() }

func Pure(n int) int { return n + 1 }
