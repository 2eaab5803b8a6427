package cancel

// Below returns how many members t would reach directly.
func (t *Token) Below() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.below.Len()
}

// IsDropped reports whether t was dropped.
func (t *Token) IsDropped() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.dropped
}
