package timer

import (
	"errors"
	"fmt"
)

// Check says what does not hold, while nothing is going on: something waits, or tokens
// have come from nowhere.
func (l *Limiter) Check() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.first != nil || l.end != nil || l.owed != 0:
		return errors.New("something is left in line")
	case l.level.tokens < 0 || l.level.tokens > l.burst:
		return fmt.Errorf("%d tokens in a bucket for %d", l.level.tokens, l.burst)
	}
	return nil
}
