package metrics

import "time"

// SetPatience sets how long a read waits for functions of the program, until the returned function is
// called. No read may be under way.
func SetPatience(d time.Duration) (reset func()) {
	before := patience
	patience = d
	return func() { patience = before }
}
