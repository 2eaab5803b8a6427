package edo

import "fmt"

// LaggedError says that a receiver of package broadcast was too slow: values that it
// had not received yet were overwritten by newer ones. It comes once per receiver and
// gap, and then the receiver goes on with the oldest value that there still is.
type LaggedError struct {
	Missed uint64 // how many values were overwritten
}

// Error says how many values were missed.
func (e *LaggedError) Error() string {
	return fmt.Sprintf("broadcast: lagged behind by %d messages", e.Missed)
}
