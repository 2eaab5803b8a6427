package timer

import (
	"errors"
	"fmt"
)

// Check returns an error if a Limiter that no task uses still has a waiter, or has a wrong
// number of tokens.
func (l *Limiter) Check() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case !l.queue.Empty() || l.wanted != 0:
		return errors.New("the queue is not empty")
	case l.level.tokens < 0 || l.level.tokens > l.burst:
		return fmt.Errorf("%d tokens in a bucket for %d", l.level.tokens, l.burst)
	}
	return nil
}
