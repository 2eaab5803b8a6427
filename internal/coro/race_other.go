//go:build !race

package coro

// raceDetector says whether the race detector is on.
const raceDetector = false
