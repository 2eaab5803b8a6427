//go:build plain

package waits

import (
	"runtime"

	"github.com/edo-go/edo"
)

// Collect runs the collector.
func Collect(task *edo.Task) {
	runtime.GC()
	edo.Yield(task)
}
