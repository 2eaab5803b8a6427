package joinset

import "github.com/edo-go/edo"

// JoinStep is the step form of [Set.Join].
func (s *Set[T]) JoinStep(task *edo.Task) (done bool, v T, ok bool, err error) {
	return edo.NextStep[T](task, s)
}

// JoinNextStep is the step form of [Set.JoinNext].
func (s *Set[T]) JoinNextStep(task *edo.Task) (done bool, h *edo.JoinHandle[T], ok bool, err error) {
	return edo.NextStep[*edo.JoinHandle[T]](task, (*handles[T])(s))
}

// SpawnStep is the step form of [Set.Spawn], and of [Set.Go], whose function is then a future
// that [edo.AsyncStep] or [edo.Async] has made.
func (s *Set[T]) SpawnStep(task *edo.Task, st *edo.Step, f edo.Future[T], opts ...edo.SpawnOption) (done bool, a edo.AbortHandle, err error) {
	w := edo.StepState[SpawnFuture[T]](st)
	if w == nil {
		if done, err = task.ProceedStep(nil); !done {
			return false, a, nil
		}
		if err == nil && s.reserve() == nil {
			return true, s.spawn(task, f, opts), nil
		}
		w = s.SpawnFuture(f, opts...)
	}
	st.Set(nil) // also when this panics
	if done, a, err = edo.AwaitStep[edo.AbortHandle](task, w); !done {
		st.Set(w)
		return false, a, nil
	}
	w.Drop()
	return true, a, err
}
