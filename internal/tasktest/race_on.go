//go:build race

package tasktest

// RaceDetector says that the race detector is on.
const RaceDetector = true
