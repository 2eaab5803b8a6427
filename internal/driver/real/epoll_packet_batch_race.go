//go:build linux && !portable && race

package real

import (
	"runtime"
	"unsafe"
)

// noteWritten and noteRead report to the race detector what the kernel has written, and reads.

func noteWritten(p []byte) {
	if len(p) > 0 {
		runtime.RaceWriteRange(unsafe.Pointer(unsafe.SliceData(p)), len(p))
	}
}

func noteRead(p []byte) {
	if len(p) > 0 {
		runtime.RaceReadRange(unsafe.Pointer(unsafe.SliceData(p)), len(p))
	}
}
