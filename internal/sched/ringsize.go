//go:build !smallring

package sched

// ringSize is the number of slots of a worker's ring.
const ringSize = 256
