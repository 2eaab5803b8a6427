//go:build race

package socket_test

func init() { raceEnabled = true }
