package lease_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster"
	"github.com/edo-go/edo/cluster/lease"
	"github.com/edo-go/edo/internal/tasktest"
)

// ofTest is the space of the test itself, whose leases must not be lost when the machine is busy.
var ofTest = lease.Config{TTL: 20 * time.Second}

// member opens the folder, as a member that lives in the test.
func member(task *edo.Task, folder string) (*cluster.Conn, *lease.Space, error) {
	conn, err := cluster.Open(task, folder)
	if err != nil {
		return nil, nil, err
	}
	s, err := lease.NewSpace(task, conn, "test", ofTest)
	return conn, s, err
}

func TestTheLeaseOfAKilledHolderIsFreeWhenItsTimeIsUp(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	start(t, "broker", "", folder, "127.0.0.1:0")
	run(t, func(task *edo.Task) error {
		conn, s, err := member(task, folder)
		if err != nil {
			return err
		}
		defer conn.Drop()
		var last uint64
		for i := range 3 {
			leader := start(t, "leader", fmt.Sprint("leader ", i), folder, "")
			if _, err := leader.await(task, "works"); err != nil {
				return err
			}
			_, err := s.TryAcquire(task, "leader", "the test")
			held, ok := errors.AsType[*lease.HeldError](err)
			if !ok || held.Holder != fmt.Sprint("leader ", i) || held.Token <= last {
				t.Fatalf("TryAcquire = %v, after the token %d", err, last)
			}
			leader.kill()
			l, err := s.Acquire(task, "leader", "the test")
			if err != nil {
				return err
			}
			if l.Token() <= held.Token {
				t.Errorf("the token %d after %d", l.Token(), held.Token)
			}
			last = l.Token()
			if err := l.Release(task); err != nil {
				return err
			}
		}
		return conn.Close(task)
	})
}

// Two leaders stand still one after the other, each for longer than its lease. When both go on, each
// believes for a moment that it leads: what it does in that moment the fence refuses.
func TestLeadersThatStoodStillDoNoHarm(t *testing.T) {
	t.Parallel()
	tasktest.RequirePause(t)
	folder := t.TempDir()
	start(t, "broker", "", folder, "127.0.0.1:0")
	run(t, func(task *edo.Task) error {
		conn, s, err := member(task, folder)
		if err != nil {
			return err
		}
		defer conn.Drop()
		var fence lease.Fence
		pass := func(token uint64) error { return fence.Pass(token, func() error { return nil }) }

		first := start(t, "leader", "first", folder, "")
		one, err := first.await(task, "works")
		if err != nil {
			return err
		}
		second := start(t, "leader", "second", folder, "")
		if err := first.Pause(); err != nil {
			return err
		}
		two, err := second.await(task, "works")
		if err != nil {
			return err
		}
		if err := second.Pause(); err != nil {
			return err
		}
		l, err := s.Acquire(task, "leader", "the test")
		if err != nil {
			return err
		}
		if one >= two || two >= l.Token() {
			t.Errorf("the tokens are %d, %d and %d", one, two, l.Token())
		}
		for _, token := range []uint64{one, two, l.Token()} {
			if err := pass(token); err != nil {
				t.Error(err)
			}
		}
		for i, p := range []*process{first, second} {
			if err := p.Resume(); err != nil {
				return err
			}
			mine := []uint64{one, two}[i]
			for late := 0; ; {
				e, err := p.event(task)
				if err != nil {
					return err
				}
				if e.token != mine {
					t.Errorf("it says %+v, and its token was %d", e, mine)
				}
				if e.what == "lost" {
					t.Logf("%d lines were there, or came too late", late)
					break
				}
				late++
				stale, ok := errors.AsType[*lease.StaleError](pass(e.token))
				if !ok || stale.Token != mine || stale.Highest != l.Token() {
					t.Errorf("the fence says %v", stale)
				}
			}
		}
		if err := l.Err(); err != nil {
			t.Errorf("the lease of the third says %v", err)
		}
		if err := l.Release(task); err != nil {
			return err
		}
		again := make(chan uint64, 2)
		for _, p := range []*process{first, second} { // one of them leads, and then the other
			edo.Go(task, func(task *edo.Task) error {
				token, err := p.await(task, "works")
				// On a busy machine it may have led twice before it stood still: a line each millisecond, and not for 20 s.
				for n := 0; err == nil && token <= l.Token() && n < 20_000; token, err = p.await(task, "works") {
					n++
					if _, ok := errors.AsType[*lease.StaleError](pass(token)); !ok {
						t.Errorf("the fence lets the token %d pass, after %d", token, l.Token())
					}
				}
				again <- token
				return errors.Join(err, p.end())
			})
		}
		three, err := edo.Call(task, recv(again))
		if err != nil {
			return err
		}
		four, err := edo.Call(task, recv(again))
		if min(three, four) <= l.Token() || four == three {
			t.Errorf("the tokens go on with %d and %d after %d", three, four, l.Token())
		}
		return errors.Join(err, conn.Close(task))
	})
}

// A broker that is back in time costs no lease, and one that is away for longer costs all of them:
// nothing that the broker has said is forgotten.
func TestLeasesOutliveABrokerThatIsKilledAndBackInTime(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	broker := start(t, "broker", "", folder, "127.0.0.1:0")
	run(t, func(task *edo.Task) error {
		conn, err := cluster.Open(task, folder)
		if err != nil {
			return err
		}
		defer conn.Drop()
		s, err := lease.NewSpace(task, conn, "test", ofTest)
		if err != nil {
			return err
		}
		l, err := s.Acquire(task, "it", "anna")
		if err != nil {
			return err
		}
		watch := s.Watch("it")
		defer watch.Drop()
		if c, err := next(task, watch); err != nil || c.Token != l.Token() {
			t.Errorf("%+v, %v", c, err)
		}
		for range 5 {
			broker.kill()
			l.Sign()
			signs := l.Signs()
			broker = start(t, "broker", "", folder, "127.0.0.1:0")
			if err := until(task, func() bool { return l.Signs() > signs || l.Err() != nil }); err != nil {
				return err
			}
			if err := l.Err(); err != nil {
				t.Errorf("the lease says %v", err)
			}
			_, err := s.TryAcquire(task, "it", "ben")
			if held, ok := errors.AsType[*lease.HeldError](err); !ok || held.Token != l.Token() {
				t.Errorf("TryAcquire = %v", err)
			}
		}
		if err := l.Release(task); err != nil {
			return err
		}
		if c, err := next(task, watch); err != nil || c.IsHeld { // nothing before
			t.Errorf("%+v, %v", c, err)
		}

		brief, err := lease.NewSpace(task, conn, "test", of)
		if err != nil {
			return err
		}
		l, err = brief.Acquire(task, "it", "anna")
		if err != nil {
			return err
		}
		if c, err := next(task, watch); err != nil || c.Token != l.Token() {
			t.Errorf("%+v, %v", c, err)
		}
		broker.kill()
		waits := edo.GoValue(task, func(task *edo.Task) (*lease.Lease, error) { return brief.Acquire(task, "it", "ben") })
		err = l.Run(task, func(task *edo.Task) error { return task.Cancelled() })
		if !errors.Is(err, lease.ErrSilence) {
			t.Errorf("Run = %v", err)
		}
		if waits.Finished() {
			t.Error("the lease has another holder, and there is no broker")
		}
		broker = start(t, "broker", "", folder, "127.0.0.1:0")
		next2, err := waits.Await(task)
		if err != nil {
			return err
		}
		if next2.Token() <= l.Token() {
			t.Errorf("the token %d after %d", next2.Token(), l.Token())
		}
		for c, err := next(task, watch); c.Token != next2.Token(); c, err = next(task, watch) {
			if err != nil {
				return err
			}
		}
		return errors.Join(next2.Release(task), conn.Close(task))
	})
}

// Members come, stand still, die and go on, and the broker dies: at any time no more hold a permit
// than there are, as far as one outside can see, and in the end all permits are there.
func TestPermitsOfDeadHoldersAreFreeAgain(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	broker := start(t, "broker", "", folder, "127.0.0.1:0")
	run(t, func(task *edo.Task) error {
		conn, s, err := member(task, folder)
		if err != nil {
			return err
		}
		defer conn.Drop()
		p, err := s.Semaphore(task, "machines", permits)
		if err != nil {
			return err
		}
		seen := map[uint64]bool{}
		for i := range 4 {
			workers := []*process{start(t, "worker", fmt.Sprint("a", i), folder, ""), start(t, "worker", fmt.Sprint("b", i), folder, "")}
			for _, w := range workers { // both have a permit
				token, err := w.await(task, "works")
				if err != nil {
					return err
				}
				if seen[token] {
					t.Errorf("the token %d was given twice", token)
				}
				seen[token] = true
			}
			_, err := p.TryAcquire(task, "the test")
			if held, ok := errors.AsType[*lease.HeldError](err); !ok || held.Permits != permits {
				t.Errorf("TryAcquire = %v", err)
			}
			third := edo.GoValue(task, func(task *edo.Task) (*lease.Lease, error) { return p.Acquire(task, "the test") })
			if err := untilReported(task, `lease: one of 2 permits of the semaphore "machines" of the space test`); err != nil {
				return err
			}
			if i == 2 {
				broker.kill()
				broker = start(t, "broker", "", folder, "127.0.0.1:0")
			}
			workers[i%2].kill()
			l, err := third.Await(task)
			if err != nil {
				return err
			}
			if seen[l.Token()] {
				t.Errorf("the token %d was given twice", l.Token())
			}
			if err := workers[1-i%2].end(); err != nil { // it gives its permit back
				return err
			}
			other, err := p.Acquire(task, "the test")
			if err != nil {
				return err
			}
			if err := errors.Join(l.Release(task), other.Release(task)); err != nil {
				return err
			}
		}
		return conn.Close(task)
	})
}

// recv returns a function that receives from c.
func recv[T any](c chan T) func(ctx context.Context) (T, error) {
	return func(ctx context.Context) (v T, err error) {
		select {
		case v = <-c:
			return v, nil
		case <-ctx.Done():
			return v, ctx.Err()
		}
	}
}
