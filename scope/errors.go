package scope

import (
	"errors"
	"fmt"
	"slices"

	"github.com/edo-go/edo/internal/core"
)

// fail notes err and cancels the scope.
func (s *Scope) fail(err error) {
	s.mu.Lock()
	s.note(err)
	s.mu.Unlock()
	s.stop(err)
}

// failOwn is fail for the error of the function. It replaces the noted errors that it
// contains: those of tasks that the function has joined.
func (s *Scope) failOwn(err error) {
	s.mu.Lock()
	noted := slices.Clone(s.errs)
	s.mu.Unlock()
	var contained []int
	for i, e := range noted {
		if errors.Is(err, e) {
			contained = append(contained, i)
		}
	}
	s.mu.Lock()
	if len(contained) == 0 {
		s.note(err)
	} else {
		s.errs[contained[0]] = err
		for _, i := range slices.Backward(contained[1:]) {
			s.errs = slices.Delete(s.errs, i, i+1)
		}
	}
	s.mu.Unlock()
	s.stop(err)
}

// note adds err to the errors of the scope. Locked.
func (s *Scope) note(err error) {
	if len(s.errs) < core.MaxErrors {
		s.errs = append(s.errs, err)
	} else {
		s.more++
	}
}

// result returns the errors of the scope, joined.
func (s *Scope) result() error {
	s.mu.Lock()
	all, more := s.errs, s.more
	s.mu.Unlock()
	return core.JoinErrors(all, "scope: and %d more tasks of the scope failed", more)
}

// report reports the errors of a scope whose Run cannot return them: its function panicked.
func (s *Scope) report() {
	err := s.result()
	if err == nil || s.rt == nil || core.IsCancellation(err) {
		return
	}
	s.rt.AddFailure(err)
	s.rt.OnError(fmt.Errorf("scope: in a scope whose function panicked: %w", err))
}
