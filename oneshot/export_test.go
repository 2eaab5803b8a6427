package oneshot

// Watchers returns how many tasks tx keeps, of those that have waited in PollClosed. No task uses tx meanwhile.
func (tx *Sender[T]) Watchers() int {
	switch s := tx.c.state.Load(); {
	case s&txMany != 0:
		return len((*watchers)(tx.c.tx).All())
	case s&txWaits != 0:
		return 1
	}
	return 0
}
