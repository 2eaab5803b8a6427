package sim

import (
	"runtime"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/gid"
	"github.com/edo-go/edo/internal/inside"
)

// Buggify reports whether the program goes a rare way here: a buffer that is full, a limit of one,
// an attempt that gives up at once. It is always false outside of a simulation, where a call costs
// some nanoseconds. In one the seed decides: of the lines that call Buggify, a quarter are points
// in a run, and a point is true one time in four. So a run has few rare ways, and those often.
//
//	limit := 1024
//	if sim.Buggify(task) {
//		limit = 1
//	}
//
// It is false as well on a goroutine that polls no task of the simulation, such as that of an
// [edo.Blocking] task.
//
//edo:nowait
func Buggify(s edo.Spawner) bool {
	src := inside.Source(s)
	if src.Err != nil || !src.Rt.Driver.Seeded() {
		return false
	}
	d, ok := src.Rt.Driver.(interface{ Point(at uintptr) bool })
	if !ok || src.Rt.Sched.PollingOn(gid.Get()) == nil {
		return false
	}
	var pcs [1]uintptr
	if runtime.Callers(2, pcs[:]) == 0 {
		return false
	}
	return d.Point(pcs[0])
}
