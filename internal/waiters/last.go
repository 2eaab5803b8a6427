package waiters

// Last returns the waiter that came last, or nil.
func (l *List[W]) Last() *W { return l.last }
