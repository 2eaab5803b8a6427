//go:build !edo_clock

package clustertest

import "time"

// setClock is for a program that [BuildWithClock] has built.
func setClock(time.Duration) {
	panic("clustertest: this program was built with the clock of the system")
}
