//go:build !linux

package hold

import "runtime/metrics"

// kernelMemory is not known.
func kernelMemory() int64 { return 0 }

// overflows is not known.
func overflows() int64 { return 0 }

// resident returns the bytes that the program has from the system.
func resident() int64 {
	m := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	metrics.Read(m)
	return int64(m[0].Value.Uint64() - m[1].Value.Uint64())
}
