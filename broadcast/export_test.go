package broadcast

import "fmt"

// Check returns an error that says which rule of the channel is broken, while no operation
// is under way.
func (tx *Sender[T]) Check() error {
	c := tx.ch
	c.Mu.Lock()
	defer c.Mu.Unlock()
	if n := c.tail - c.oldest; n > c.capacity || n > uint64(len(c.ring)) {
		return fmt.Errorf("rule 1: %d values, capacity %d, ring of %d", n, c.capacity, len(c.ring))
	}
	receivers := c.caughtUp
	retained := make(map[int]bool)
	for i := c.oldest; i != c.tail; i++ {
		receivers += c.slot(i).receivers
		retained[int(i)&(len(c.ring)-1)] = true
	}
	if receivers != c.Receivers() {
		return fmt.Errorf("rule 2: %d receivers are counted, and there are %d", receivers, c.Receivers())
	}
	if c.oldest != c.tail && c.slot(c.oldest).receivers == 0 {
		return fmt.Errorf("rule 3: value %d is retained for no receiver", c.oldest)
	}
	for i, s := range c.ring {
		if !retained[i] && (s.receivers != 0 || any(s.value) != any(*new(T))) {
			return fmt.Errorf("rule 3: slot %d is not retained and has %v for %d", i, s.value, s.receivers)
		}
	}
	if n := c.Waiting.Len(); n > c.caughtUp || n > 0 && c.Senders() == 0 {
		return fmt.Errorf("rule 5: %d wait, of %d that may, for %d senders", n, c.caughtUp, c.Senders())
	}
	return nil
}
