package scope

// How a cancellation from outside reaches a scope.
//
// The function sees it at its next wait, and then the scope notes the error: see
// section.Through. The members must not depend on that, because the function may be in a call
// that is not edo's, for long. So a cancelled scope stops the inner scope that its function
// has open, and a cancelled task stops the outermost scope of its function. A shield holds
// the cancellation back: the scopes inside of it are not stopped.

// outerScope returns the scope whose cancellation reaches s, or nil; isOutermost reports that
// the cancellation of the task reaches s.
func (s *Scope) outerScope() (outer *Scope, isOutermost bool) {
	if r := s.region.Outer; r != nil {
		o, _ := r.Bound.(*section)
		return (*Scope)(o), false
	}
	return nil, s.task.IsWhole
}

// attach makes s, which begins, known to the outer scope or to the task.
func (s *Scope) attach() {
	outer, isOutermost := s.outerScope()
	switch {
	case outer != nil:
		outer.mu.Lock()
		outer.inner = s
		outer.mu.Unlock()
		if e := outer.stopped.Load(); e != nil {
			s.stopFrom(e, e.cause)
		}
	case isOutermost:
		s.task.SetOpen((*section)(s))
	}
}

// stopFrom is stop for a cancellation from outside: the function sees err, and its context
// has cause.
func (s *Scope) stopFrom(err, cause error) {
	s.outside.CompareAndSwap(nil, &stoppedError{err})
	s.stop(cause)
}

// noteOutside notes a cancellation from outside that the function has not seen.
func (s *Scope) noteOutside() {
	if e := s.outside.Load(); e != nil && !s.isNoted {
		s.isNoted = true
		s.mu.Lock()
		s.note(e.cause)
		s.mu.Unlock()
	}
}

// detach undoes attach, for a scope that ends.
func (s *Scope) detach() {
	outer, isOutermost := s.outerScope()
	switch {
	case outer != nil:
		outer.mu.Lock()
		outer.inner = nil
		outer.mu.Unlock()
	case isOutermost:
		s.task.SetOpen(nil)
	}
}
