//go:build smallring

package sched

// ringSize is small under this build tag, so that overflow and stealing happen
// all the time.
const ringSize = 4
