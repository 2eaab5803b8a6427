package edo

// A scope learns of a cancellation from outside when its function waits: then it notes the
// error, see Scope.through. Its members do not wait for that: the function may be in a call
// that is not edo's, for long. So a scope that is cancelled stops the one that its function
// has opened inside of it, and a task that is cancelled stops the outermost one of its
// function. What a shield is around is left alone.

// around returns the scope whose cancellation reaches s, or nil; isOpen says that the
// cancellation of the task does.
func (s *Scope) around(t *Task) (outer *Scope, isOpen bool) {
	if r := s.region.outer; r != nil {
		return r.scope, false
	}
	return nil, t.whole
}

// enclose makes s, which begins, known to what is around it.
func (s *Scope) enclose(t *Task) {
	outer, isOpen := s.around(t)
	switch {
	case outer != nil:
		outer.mu.Lock()
		outer.inner = s
		outer.mu.Unlock()
		if e := outer.stopped.Load(); e != nil {
			s.stopFrom(e, e.cause)
		}
	case isOpen:
		if x := ownerOf(t.head); x != nil {
			x.contexts.mu.Lock()
			x.contexts.open = s
			x.contexts.mu.Unlock()
			t.cx.in().Watch()
		}
	}
}

// stopFrom is stop for a cancellation from around the scope, which its function sees as
// err, and its context as cause.
func (s *Scope) stopFrom(err, cause error) {
	s.outside.CompareAndSwap(nil, &stoppedError{err})
	s.stop(cause)
}

// noteOutside notes a cancellation from around the scope that the function has not come
// to see.
func (s *Scope) noteOutside() {
	if e := s.outside.Load(); e != nil && !s.told {
		s.told = true
		s.mu.Lock()
		s.note(e.cause)
		s.mu.Unlock()
	}
}

// disclose is the opposite of enclose, for a scope that ends.
func (s *Scope) disclose(t *Task) {
	outer, isOpen := s.around(t)
	switch {
	case outer != nil:
		outer.mu.Lock()
		outer.inner = nil
		outer.mu.Unlock()
	case isOpen:
		if x := ownerOf(t.head); x != nil {
			x.contexts.mu.Lock()
			x.contexts.open = nil
			x.contexts.mu.Unlock()
		}
	}
}
