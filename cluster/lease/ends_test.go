package lease_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster"
	"github.com/edo-go/edo/cluster/lease"
)

func TestALeaseThatTheBrokerHasEndedIsLost(t *testing.T) {
	withConns(t, func(task *edo.Task, mine, other *cluster.Conn) error {
		s, err := lease.NewSpace(task, mine, "test", long)
		if err != nil {
			return err
		}
		l, err := s.Acquire(task, "a name, with: blanks", "anna")
		if err != nil {
			return err
		}
		var inside error
		err = l.Run(task, func(task *edo.Task) error {
			bucket, err := lease.JetStream(other).KeyValue(task.Context(), "edo_lease_test")
			if err != nil {
				return err
			}
			if err := bucket.Delete(task.Context(), lease.Key("a name, with: blanks")); err != nil {
				return err
			}
			l.Sign()
			inside = task.Cancelled()
			return inside
		})
		lost, ok := errors.AsType[*lease.LostError](err)
		if !ok || !errors.Is(err, lease.ErrTaken) || lost.Token != l.Token() || lost.Name != "a name, with: blanks" || lost.Space != "test" {
			t.Errorf("Run = %v", err)
		}
		if !errors.Is(inside, edo.ErrCancelled) || task.Err() != nil {
			t.Errorf("inside: %v; outside: %v", inside, task.Err())
		}
		if err := l.Release(task); !errors.Is(err, lease.ErrTaken) {
			t.Errorf("Release = %v", err)
		}
		return nil
	})
}

func TestRunReturnsTheErrorOfItsFunctionAndReleases(t *testing.T) {
	with(t, long, func(task *edo.Task, mine, other *lease.Space) error {
		for _, want := range []error{nil, errors.New("it fails")} {
			l, err := mine.Acquire(task, "it", "anna")
			if err != nil {
				return err
			}
			if err := l.Run(task, func(*edo.Task) error { return want }); !errors.Is(err, want) {
				t.Errorf("Run = %v, want %v", err, want)
			}
			next, err := other.TryAcquire(task, "it", "ben") // Run has waited for the release
			if err != nil {
				return err
			}
			if err := next.Release(task); err != nil {
				return err
			}
		}
		return nil
	})
}

func TestLeadLeadsAgainAfterALoss(t *testing.T) {
	withConns(t, func(task *edo.Task, mine, other *cluster.Conn) error {
		s, err := lease.NewSpace(task, mine, "test", long)
		if err != nil {
			return err
		}
		bucket, err := lease.JetStream(other).KeyValue(task.Context(), "edo_lease_test")
		if err != nil {
			return err
		}
		// What a leader returns that was told of its loss.
		ends := []func(l *lease.Lease, err error) error{
			func(_ *lease.Lease, err error) error { return err },
			func(*lease.Lease, error) error { return nil },
			func(l *lease.Lease, _ error) error { return l.Err() },
			func(l *lease.Lease, err error) error { return fmt.Errorf("a report: %w", errors.Join(err, l.Err())) },
		}
		enough := errors.New("enough")
		var tokens []uint64
		lead := func(last func(l *lease.Lease) error) error {
			tokens = nil
			return s.Lead(task, "leader", "anna", func(task *edo.Task, l *lease.Lease) error {
				if tokens = append(tokens, l.Token()); len(tokens) > len(ends)+1 {
					return errors.New("it leads again")
				}
				if err := bucket.Purge(task.Context(), lease.Key("leader")); err != nil {
					return err
				}
				l.Sign()
				err := task.Cancelled()
				if len(tokens) > len(ends) {
					return last(l)
				}
				return ends[len(tokens)-1](l, err)
			})
		}
		for _, own := range []error{enough, &lease.LostError{Name: "another"}, &edo.PanicError{Value: edo.ErrCancelled}} {
			err := lead(func(l *lease.Lease) error { return errors.Join(l.Err(), own) })
			if !errors.Is(err, own) || len(tokens) != len(ends)+1 || !slices.IsSorted(tokens) {
				t.Errorf("Lead = %v, with the tokens %v", err, tokens)
			}
		}
		return nil
	})
}

func TestCloseGivesLeasesBackAndEndsWaits(t *testing.T) {
	withConns(t, func(task *edo.Task, mine, other *cluster.Conn) error {
		a, err := lease.NewSpace(task, mine, "test", long)
		if err != nil {
			return err
		}
		b, err := lease.NewSpace(task, other, "test", long)
		if err != nil {
			return err
		}
		l, err := b.Acquire(task, "it", "ben")
		if err != nil {
			return err
		}
		var waits []func(task *edo.Task) error
		waiting := func(what string, fn func(task *edo.Task) error) error {
			h := edo.Go(task, fn)
			waits = append(waits, func(task *edo.Task) error {
				_, err := h.Await(task)
				return err
			})
			return untilReported(task, what)
		}
		taken, err := a.Acquire(task, "taken", "anna")
		if err != nil {
			return err
		}
		err = errors.Join(
			waiting("which anna holds", func(task *edo.Task) error { _, err := b.Acquire(task, "taken", "ben"); return err }),
			waiting("a change of the lease", func(task *edo.Task) error {
				w := b.Watch("else")
				defer w.Drop()
				_, err := next(task, w)
				return err
			}),
		)
		if err != nil {
			return err
		}
		if err := other.Close(task); err != nil {
			return err
		}
		for i, wait := range waits {
			if err := wait(task); !errors.Is(err, cluster.ErrClosed) {
				t.Errorf("wait %d has ended with %v", i, err)
			}
		}
		if err := l.Err(); !errors.Is(err, cluster.ErrClosed) {
			t.Errorf("the lease says %v", err)
		}
		if err := l.Lost(task); err != nil {
			t.Error(err)
		}
		again, err := a.TryAcquire(task, "it", "anna")
		if err != nil {
			return err
		}
		if _, err := b.Acquire(task, "it", "ben"); !errors.Is(err, cluster.ErrClosed) {
			t.Errorf("Acquire = %v", err)
		}
		if _, err := lease.NewSpace(task, other, "test", long); !errors.Is(err, cluster.ErrClosed) {
			t.Errorf("NewSpace = %v", err)
		}
		return errors.Join(again.Release(task), taken.Release(task))
	})
}

func TestACancelledReleaseReleases(t *testing.T) {
	with(t, long, func(task *edo.Task, mine, other *lease.Space) error {
		l, err := mine.Acquire(task, "it", "anna")
		if err != nil {
			return err
		}
		lost := edo.Go(task, l.Lost)
		if err := untilReported(task, `lease: the loss of the lease "it"`); err != nil {
			return err
		}
		lost.Abort()
		if _, err := lost.Await(task); !errors.Is(err, edo.ErrCancelled) || l.Err() != nil {
			t.Errorf("Lost = %v, and the lease says %v", err, l.Err())
		}
		begun := make(chan struct{})
		h := edo.Go(task, func(task *edo.Task) error {
			begun <- struct{}{}
			task.Cancelled()
			if _, err := other.Held(task); !errors.Is(err, edo.ErrCancelled) {
				t.Errorf("Held = %v", err)
			}
			return l.Release(task)
		})
		if _, err := edo.Call(task, recv(begun)); err != nil {
			return err
		}
		h.Abort()
		if _, err := h.Await(task); !errors.Is(err, edo.ErrCancelled) {
			t.Errorf("Release = %v", err)
		}
		if !errors.Is(l.Err(), lease.ErrReleased) {
			t.Errorf("the lease says %v", l.Err())
		}
		return free(task, other, "it", "anna")
	})
}

func TestACancelledRunReleases(t *testing.T) {
	with(t, long, func(task *edo.Task, mine, other *lease.Space) error {
		inside := make(chan struct{})
		for _, run := range []func(task *edo.Task) error{
			func(task *edo.Task) error {
				l, err := mine.Acquire(task, "it", "anna")
				if err != nil {
					return err
				}
				return l.Run(task, func(task *edo.Task) error {
					inside <- struct{}{}
					return task.Cancelled()
				})
			},
			func(task *edo.Task) error {
				return mine.Lead(task, "it", "anna", func(task *edo.Task, l *lease.Lease) error {
					inside <- struct{}{}
					return task.Cancelled()
				})
			},
		} {
			h := edo.Go(task, run)
			if _, err := edo.Call(task, recv(inside)); err != nil {
				return err
			}
			if _, err := other.TryAcquire(task, "it", "ben"); err == nil {
				t.Error("the lease is free inside of Run")
			}
			h.Abort()
			if _, err := h.Await(task); !errors.Is(err, edo.ErrCancelled) {
				t.Errorf("it has ended with %v", err)
			}
			if err := free(task, other, "it", "anna"); err != nil {
				return err
			}
		}
		return nil
	})
}
