package broadcast

import "fmt"

// LaggedError says that a receiver was too slow: newer values have overwritten values that it
// had not received. A receiver gets one such error for each gap, and then goes on with the
// oldest value that the channel still has.
type LaggedError struct {
	Missed uint64 // how many values the receiver has missed
}

// Error says how many values were missed.
func (e *LaggedError) Error() string {
	return fmt.Sprintf("broadcast: lagged behind by %d messages", e.Missed)
}
