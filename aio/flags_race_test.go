//go:build race

package aio_test

func init() { raceEnabled = true }
