package fan

// Remaining returns how many children have not ended.
func (s *Set) Remaining() int { return int(s.remaining) }
