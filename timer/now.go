package timer

import (
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/inside"
)

// Now returns the current time on the clock of the runtime of s, which is virtual in
// the simulator. When s cannot spawn (a Task that is not the caller's, a context without
// a runtime) it returns the zero time. It costs some 50 ns.
//
//edo:nowait
func Now(s edo.Spawner) time.Time {
	d, err := inside.Driver(s)
	if err != nil {
		return time.Time{}
	}
	return d.Time(d.Now())
}
