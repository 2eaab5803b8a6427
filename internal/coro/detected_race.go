//go:build race

package coro

// detected says whether the race detector is on.
const detected = true
