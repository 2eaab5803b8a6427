package lease_test

import (
	"errors"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster"
	"github.com/edo-go/edo/cluster/lease"
	"github.com/edo-go/edo/internal/tasktest"
)

// stepped runs step in a task without a stack, to its end.
func stepped[T any](task *edo.Task, step func(task *edo.Task, st *edo.Step) (done bool, v T, err error)) (v T, err error) {
	_, err = tasktest.GoFrame(task, func(task *edo.Task, st *edo.Step) (done bool, err error) {
		done, v, err = step(task, st)
		return done, err
	}).Await(task)
	return v, err
}

// withoutValue is a step that returns an error alone.
func withoutValue(step func(task *edo.Task, st *edo.Step) (bool, error)) func(*edo.Task, *edo.Step) (bool, edo.Unit, error) {
	return func(task *edo.Task, st *edo.Step) (bool, edo.Unit, error) {
		done, err := step(task, st)
		return done, edo.Unit{}, err
	}
}

func TestTheStepFormsDoWhatTheDirectFormsDo(t *testing.T) {
	withConns(t, func(task *edo.Task, mine, other *cluster.Conn) error {
		s, err := stepped(task, func(task *edo.Task, st *edo.Step) (bool, *lease.Space, error) {
			return lease.NewSpaceStep(task, st, mine, "test", long)
		})
		if err != nil {
			return err
		}
		acquire := func() (*lease.Lease, error) {
			return stepped(task, func(task *edo.Task, st *edo.Step) (bool, *lease.Lease, error) {
				return s.AcquireStep(task, st, "it", "anna")
			})
		}
		l, err := acquire()
		if err != nil {
			return err
		}
		_, err = stepped(task, func(task *edo.Task, st *edo.Step) (bool, *lease.Lease, error) {
			return s.TryAcquireStep(task, st, "it", "ben")
		})
		if _, ok := errors.AsType[*lease.HeldError](err); !ok {
			t.Errorf("TryAcquireStep = %v", err)
		}
		for { // the news of the lease may come later than the lease
			all, err := stepped(task, func(task *edo.Task, st *edo.Step) (bool, []lease.Change, error) { return s.HeldStep(task, st) })
			if err != nil {
				return err
			}
			if len(all) == 1 && all[0].Token == l.Token() {
				break
			}
			if len(all) != 0 {
				t.Fatalf("HeldStep = %+v", all)
			}
		}
		lost := edo.GoValue(task, func(task *edo.Task) (edo.Unit, error) { return stepped(task, withoutValue(l.LostStep)) })
		if _, err := stepped(task, withoutValue(l.ReleaseStep)); err != nil {
			t.Errorf("ReleaseStep = %v", err)
		}
		if _, err := lost.Await(task); err != nil {
			t.Errorf("LostStep = %v", err)
		}

		p, err := stepped(task, func(task *edo.Task, st *edo.Step) (bool, *lease.Semaphore, error) {
			return s.SemaphoreStep(task, st, "disks", 1)
		})
		if err != nil {
			return err
		}
		permit, err := stepped(task, func(task *edo.Task, st *edo.Step) (bool, *lease.Lease, error) { return p.AcquireStep(task, st, "anna") })
		if err != nil {
			return err
		}
		_, err = stepped(task, func(task *edo.Task, st *edo.Step) (bool, *lease.Lease, error) {
			return p.TryAcquireStep(task, st, "ben")
		})
		if _, ok := errors.AsType[*lease.HeldError](err); !ok {
			t.Errorf("TryAcquireStep = %v", err)
		}
		if err := permit.Release(task); err != nil {
			return err
		}

		bucket, err := lease.JetStream(other).KeyValue(task.Context(), "edo_lease_test")
		if err != nil {
			return err
		}
		// Each of these functions takes the lease away, at first, and then ends by itself.
		takeAway := func(l *lease.Lease) error {
			if err := bucket.Purge(t.Context(), lease.Key("it")); err != nil {
				return err
			}
			l.Sign()
			return nil
		}
		runs := 0
		for range 2 {
			if l, err = acquire(); err != nil {
				return err
			}
			_, err = stepped(task, withoutValue(func(task *edo.Task, st *edo.Step) (bool, error) {
				return l.RunStep(task, st, func(task *edo.Task, st *edo.Step) (bool, error) {
					if edo.StepState[int](st) == nil {
						st.Set(&runs)
						if runs++; runs == 2 {
							return true, errors.New("it fails")
						}
						if err := takeAway(l); err != nil {
							return true, err
						}
					}
					return task.CancelledStep()
				})
			}))
			if _, isLost := errors.AsType[*lease.LostError](err); isLost != (runs == 1) || err == nil {
				t.Errorf("RunStep %d = %v", runs, err)
			}
			if l.Err() == nil {
				t.Error("the lease is held after RunStep")
			}
		}
		terms := 0
		_, err = stepped(task, withoutValue(func(task *edo.Task, st *edo.Step) (bool, error) {
			return s.LeadStep(task, st, "it", "anna", func(task *edo.Task, st *edo.Step, l *lease.Lease) (bool, error) {
				if edo.StepState[int](st) == nil {
					st.Set(&terms)
					if terms++; terms == 3 {
						return true, errors.New("enough")
					}
					if err := takeAway(l); err != nil {
						return true, err
					}
				}
				return task.CancelledStep()
			})
		}))
		if err == nil || err.Error() != "enough" || terms != 3 {
			t.Errorf("LeadStep = %v after %d terms", err, terms)
		}
		return nil
	})
}

// Straight-line code, which the compiled build runs through the step forms.
func TestStraightLineCodeHoldsLeases(t *testing.T) {
	with(t, long, func(task *edo.Task, mine, other *lease.Space) error {
		inside, most, terms := 0, 0, 0
		var all []*edo.JoinHandle[edo.Unit]
		for i := range 20 {
			s := mine
			if i%2 == 0 {
				s = other
			}
			all = append(all, edo.Go(task, func(task *edo.Task) error {
				return s.Lead(task, "leader", "anna", func(task *edo.Task, l *lease.Lease) error {
					mu.Lock()
					inside++
					terms++
					most = max(most, inside)
					mu.Unlock()
					err := edo.Yield(task)
					mu.Lock()
					inside--
					mu.Unlock()
					return err
				})
			}))
		}
		for _, h := range all {
			if _, err := h.Await(task); err != nil {
				return err
			}
		}
		if most != 1 || terms != 20 {
			t.Errorf("%d lead at a time, in %d terms", most, terms)
		}
		return nil
	})
}
