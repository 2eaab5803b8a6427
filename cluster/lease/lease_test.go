package lease_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster"
	"github.com/edo-go/edo/cluster/lease"
	"github.com/nats-io/nats.go"
)

func TestALeaseHasOneHolderAndTokensGrow(t *testing.T) {
	with(t, long, func(task *edo.Task, mine, other *lease.Space) error {
		var last uint64
		for range 3 {
			l, err := mine.Acquire(task, "reports", "anna")
			if err != nil {
				return err
			}
			if l.Name() != "reports" || l.Holder() != "anna" || l.Err() != nil || l.Token() <= last {
				t.Errorf("%s of %s, token %d after %d, %v", l.Name(), l.Holder(), l.Token(), last, l.Err())
			}
			last = l.Token()
			_, err = other.TryAcquire(task, "reports", "ben")
			held, ok := errors.AsType[*lease.HeldError](err)
			if !ok || held.Holder != "anna" || held.Token != last || !errors.Is(err, edo.ErrEmpty) {
				t.Errorf("TryAcquire = %v", err)
			}
			if another, err := other.TryAcquire(task, "letters", "ben"); err != nil {
				t.Errorf("another lease: %v", err)
			} else {
				last = another.Token()
				another.Drop()
			}
			if err := l.Release(task); err != nil {
				return err
			}
			if !errors.Is(l.Err(), lease.ErrReleased) || l.Release(task) != nil {
				t.Errorf("a lease that was released: %v, %v", l.Err(), l.Release(task))
			}
			next, err := other.TryAcquire(task, "reports", "ben") // at once
			if err != nil {
				return err
			}
			if next.Token() <= last {
				t.Errorf("token %d after %d", next.Token(), last)
			}
			last = next.Token()
			if err := next.Release(task); err != nil {
				return err
			}
		}
		return nil
	})
}

// The broker removes a key whose time is up: that of this test, if it were not written again.
func TestSignsOfLifeKeepALease(t *testing.T) {
	t.Parallel()
	with(t, of, func(task *edo.Task, mine, other *lease.Space) error {
		l, err := mine.Acquire(task, "it", "anna")
		if err != nil {
			return err
		}
		watch := other.Watch("it")
		defer watch.Drop()
		if c, err := next(task, watch); err != nil || c.Token != l.Token() {
			t.Errorf("%+v, %v", c, err)
		}
		began := l.Deadline()
		if err := until(task, func() bool { return l.Deadline().Sub(began) > 3*time.Second || l.Err() != nil }); err != nil {
			return err
		}
		_, err = other.TryAcquire(task, "it", "ben")
		held, ok := errors.AsType[*lease.HeldError](err)
		if !ok || held.Token != l.Token() || l.Err() != nil || l.Signs() < 4 {
			t.Errorf("after %d signs: TryAcquire = %v, and the lease says %v", l.Signs(), err, l.Err())
		}
		if err := l.Release(task); err != nil {
			return err
		}
		if c, err := next(task, watch); err != nil || c.IsHeld { // it has told of no sign
			t.Errorf("%+v, %v", c, err)
		}
		return nil
	})
}

func TestAWaiterGetsTheLeaseWhenItIsReleasedAndAReportNamesTheHolder(t *testing.T) {
	with(t, long, func(task *edo.Task, mine, other *lease.Space) error {
		l, err := mine.Acquire(task, "it", "anna")
		if err != nil {
			return err
		}
		waiter := edo.GoValue(task, func(task *edo.Task) (*lease.Lease, error) { return other.Acquire(task, "it", "ben") })
		if err := untilReported(task, `lease: the end of the lease "it" of the space test, which anna holds`); err != nil {
			return err
		}
		lost := edo.Spawn(task, l.LostFuture())
		if err := untilReported(task, `lease: the loss of the lease "it" of the space test`); err != nil {
			return err
		}
		if err := l.Release(task); err != nil {
			return err
		}
		if _, err := lost.Await(task); err != nil {
			t.Error(err)
		}
		next, err := waiter.Await(task)
		if err != nil {
			return err
		}
		if next.Token() <= l.Token() || next.Holder() != "ben" {
			t.Errorf("%s has the token %d after %d", next.Holder(), next.Token(), l.Token())
		}
		return next.Release(task)
	})
}

// An acquisition that is cancelled while its claim is on the way may have a lease by then: it must
// not lie there until its time is up.
func TestACancelledAcquireLeavesNoLease(t *testing.T) {
	with(t, long, func(task *edo.Task, mine, other *lease.Space) error {
		got := 0
		for i := range 300 {
			h := edo.GoValue(task, func(task *edo.Task) (*lease.Lease, error) { return mine.Acquire(task, "it", "anna") })
			for range i {
				if err := edo.Yield(task); err != nil {
					return err
				}
			}
			h.Abort()
			if l, err := h.Await(task); err == nil {
				got++
				l.Drop()
			} else if !errors.Is(err, edo.ErrCancelled) {
				return err
			}
			if err := free(task, other, "it", "anna"); err != nil {
				return err
			}
		}
		t.Logf("%d of 300 were there before", got)
		return nil
	})
}

func TestALeaseThatItsTaskOwnsIsFreeWhenTheTaskEnds(t *testing.T) {
	with(t, long, func(task *edo.Task, mine, other *lease.Space) error {
		l, err := mine.Acquire(task, "it", "anna")
		if err != nil {
			return err
		}
		h := edo.Go(task, func(task *edo.Task) error {
			task.Cancelled()
			return errors.New("it fails")
		}, edo.Owns(l))
		h.Abort() // it may have begun, or not
		h.Await(task)
		if !errors.Is(l.Err(), lease.ErrReleased) {
			t.Errorf("the lease says %v", l.Err())
		}
		return free(task, other, "it", "anna")
	})
}

// reconnects is how often a connection is broken. Each takes a tenth of a second.
const reconnects = 25

// A write whose answer is lost may be stored or not: the key says which.
func TestALeaseSurvivesItsConnection(t *testing.T) {
	t.Parallel()
	withConns(t, func(task *edo.Task, _, other *cluster.Conn) error {
		s, err := lease.NewSpace(task, other, "test", lease.Config{TTL: 20 * time.Second})
		if err != nil {
			return err
		}
		l, err := s.Acquire(task, "it", "anna")
		if err != nil {
			return err
		}
		for range reconnects {
			l.Sign()
			if err := lease.NATS(other).ForceReconnect(); err != nil {
				return err
			}
			signs := l.Signs()
			err := until(task, func() bool {
				l.Sign()
				return l.Signs() > signs+1 || l.Err() != nil
			})
			if err != nil {
				return err
			}
		}
		if err := l.Release(task); err != nil || l.Signs() < 2*reconnects {
			t.Errorf("after %d signs: %v", l.Signs(), err)
		}
		for range reconnects { // and an acquisition does
			h := edo.GoValue(task, func(task *edo.Task) (*lease.Lease, error) { return s.Acquire(task, "it", "anna") })
			if err := edo.Yield(task); err != nil {
				return err
			}
			if err := lease.NATS(other).ForceReconnect(); err != nil {
				return err
			}
			l, err := h.Await(task)
			if err != nil {
				return err
			}
			if err := l.Release(task); err != nil {
				return err
			}
		}
		return nil
	})
}

func TestSettingsAndNamesAreChecked(t *testing.T) {
	withConns(t, func(task *edo.Task, mine, other *cluster.Conn) error {
		for name, cfg := range map[string]lease.Config{
			"a":                      {TTL: time.Millisecond},
			"b":                      {TTL: 1500 * time.Millisecond},
			"c":                      {TTL: 48 * time.Hour},
			"d":                      {Replicas: 9},
			"":                       {},
			"two words":              {},
			"w.x":                    {},
			"*":                      {},
			strings.Repeat("n", 100): {},
		} {
			if _, err := lease.NewSpace(task, mine, name, cfg); err == nil || !strings.HasPrefix(err.Error(), "lease: ") {
				t.Errorf("NewSpace %q %+v: %v", name, cfg, err)
			}
		}
		_, err := lease.NewSpace(task, mine, "one-server", lease.Config{Replicas: 3})
		if err == nil || !strings.Contains(err.Error(), "lease: the space one-server: Config.Replicas is 3, and the broker is one server") {
			t.Errorf("3 replicas on one server are %v", err)
		}
		s, err := lease.NewSpace(task, mine, "good", lease.Config{})
		if err != nil {
			return err
		}
		if s.TTL() != 15*time.Second || s.Name() != "good" {
			t.Errorf("%s, %v", s.Name(), s.TTL())
		}
		for _, name := range []string{"", strings.Repeat("n", 200), "\xff"} {
			if _, err := s.TryAcquire(task, name, ""); err == nil || !strings.HasPrefix(err.Error(), "lease: ") {
				t.Errorf("TryAcquire %q: %v", name, err)
			}
			if _, err := s.Semaphore(task, name, 1); err == nil || !strings.HasPrefix(err.Error(), "lease: ") {
				t.Errorf("Semaphore %q: %v", name, err)
			}
		}
		if _, err := s.TryAcquire(task, "it", strings.Repeat("h", 10_000)); err == nil {
			t.Error("a holder of 10,000 bytes is accepted")
		}
		for _, name := range []string{".", "*", ">", "a b", "größe", "\n", "=2E", strings.Repeat("ü", 64)} {
			l, err := s.TryAcquire(task, name, "anna")
			if err != nil {
				t.Errorf("TryAcquire %q: %v", name, err)
				continue
			}
			if _, err := s.TryAcquire(task, name, "ben"); err == nil {
				t.Errorf("%q was acquired twice", name)
			}
			l.Drop()
		}
		js := lease.JetStream(other)
		m := nats.NewMsg("$KV.edo_lease_good." + lease.Key("strange"))
		m.Data = []byte("something else")
		if _, err := js.PublishMsg(task.Context(), m); err != nil {
			return err
		}
		_, err = s.TryAcquire(task, "strange", "anna")
		if held, ok := errors.AsType[*lease.HeldError](err); !ok || !strings.Contains(held.Holder, "something else") {
			t.Errorf("TryAcquire of what another program holds: %v", err)
		}
		return nil
	})
}

// next takes the next change.
func next(task *edo.Task, w *lease.Watch) (lease.Change, error) {
	c, _, err := edo.Next(task, edo.Stream[lease.Change](w))
	return c, err
}
