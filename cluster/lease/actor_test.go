package lease_test

import (
	"errors"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster"
	"github.com/edo-go/edo/cluster/lease"
)

// An actor is a member with the limit 1. Members of one name would share its calls, and each keep a state of
// its own: a lease keeps the second one out, by name, until the first one has gone.
func TestAnActorWithALeaseIsTheOnlyOneOfItsName(t *testing.T) {
	account := cluster.NewFunc[int, int]("account", cluster.FuncConfig{})
	withConns(t, func(task *edo.Task, mine, other *cluster.Conn) error {
		begun := make(chan string, 2)
		actor := func(task *edo.Task, conn *cluster.Conn, name string) error {
			s, err := lease.NewSpace(task, conn, "actors", long)
			if err != nil {
				return err
			}
			l, err := s.TryAcquire(task, "account", name)
			if err != nil {
				return err
			}
			return l.Run(task, func(task *edo.Task) error {
				balance := 0
				member, err := cluster.Serve(task, conn, 1, cluster.Offer(account, func(_ *edo.Task, amount int) (int, error) {
					balance += amount
					return balance, nil
				}))
				if err != nil {
					return err
				}
				defer member.Drop()
				begun <- name
				_, err = edo.Await(task, edo.Future[edo.Unit](member))
				return err
			})
		}
		first := edo.Go(task, func(task *edo.Task) error { return actor(task, mine, "anna") })
		if err := until(task, func() bool { return len(begun) == 1 }); err != nil {
			return err
		}
		err := actor(task, other, "ben")
		if held, ok := errors.AsType[*lease.HeldError](err); !ok || held.Holder != "anna" || held.Name != "account" {
			t.Errorf("the second one is %v", err)
		}
		for want := 1; want <= 10; want++ {
			if v, err := cluster.Call(task, other, account, 1); v != want || err != nil {
				t.Errorf("the balance is %d, %v, want %d", v, err, want)
			}
		}
		first.Abort()
		if _, err := first.Await(task); !errors.Is(err, edo.ErrCancelled) {
			t.Errorf("the first one has ended with %v", err)
		}
		second := edo.Go(task, func(task *edo.Task) error { return actor(task, other, "ben") })
		if err := until(task, func() bool { return len(begun) == 2 }); err != nil {
			return err
		}
		if v, err := cluster.Call(task, mine, account, 1); v != 1 || err != nil {
			t.Errorf("the balance of the next one is %d, %v", v, err)
		}
		second.Abort()
		second.Await(task)
		return nil
	})
}
