package watch

import (
	"errors"
	"fmt"
)

// Check returns an error that says which rule of the channel is broken, while no operation
// is under way.
func (tx *Sender[T]) Check() error {
	c := tx.ch
	c.Mu.Lock()
	defer c.Mu.Unlock()
	if n := c.modifying.Load(); n != 0 || any(c.scratch) != any(*new(T)) {
		return fmt.Errorf("rule 2: goroutine %d modifies %v", n, c.scratch)
	}
	if !c.modifyMu.TryLock() {
		return errors.New("rule 2: a goroutine holds modifyMu")
	}
	c.modifyMu.Unlock()
	if n := c.Waiting.Len(); n > c.Receivers() || n > 0 && c.Senders() == 0 {
		return fmt.Errorf("rule 4: %d wait, of %d receivers, for %d senders", n, c.Receivers(), c.Senders())
	}
	return nil
}
