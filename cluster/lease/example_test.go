package lease_test

import (
	"errors"
	"fmt"
	"os"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster"
	"github.com/edo-go/edo/cluster/lease"
)

// Of all programs that do this one writes the reports, and when it dies another one does.
func ExampleSpace_Lead() {
	err := withBroker(func(task *edo.Task, conn *cluster.Conn) error {
		space, err := lease.NewSpace(task, conn, "shop", lease.Config{})
		if err != nil {
			return err
		}
		return space.Lead(task, "reports", "machine 7", func(task *edo.Task, l *lease.Lease) error {
			fmt.Println(l.Holder(), "writes the reports, with a token:", l.Token() > 0)
			return nil
		})
	})
	fmt.Println(err)
	// Output:
	// machine 7 writes the reports, with a token: true
	// <nil>
}

func ExampleSpace_TryAcquire() {
	err := withBroker(func(task *edo.Task, conn *cluster.Conn) error {
		space, err := lease.NewSpace(task, conn, "shop", lease.Config{})
		if err != nil {
			return err
		}
		l, err := space.TryAcquire(task, "till", "anna")
		if err != nil {
			return err
		}
		_, err = space.TryAcquire(task, "till", "ben")
		if held, ok := errors.AsType[*lease.HeldError](err); ok {
			fmt.Println(held.Name, "is held by", held.Holder)
		}
		return l.Release(task)
	})
	fmt.Println(err)
	// Output:
	// till is held by anna
	// <nil>
}

// A holder that has lost its lease and does not know it is refused by what it would change.
func ExampleFence() {
	var fence lease.Fence
	write := func(token uint64) {
		fmt.Println(fence.Pass(token, func() error {
			fmt.Println("write with the token", token)
			return nil
		}))
	}
	write(17)
	write(23)
	write(17)
	// Output:
	// write with the token 17
	// <nil>
	// write with the token 23
	// <nil>
	// lease: the token 17 is stale: 23 was there already
}

// withBroker runs fn with a broker in the process.
func withBroker(fn func(task *edo.Task, conn *cluster.Conn) error) error {
	folder, err := os.MkdirTemp("", "lease")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	return edo.Run(func(task *edo.Task) error {
		conn, err := cluster.Open(task, folder)
		if err != nil {
			return err
		}
		defer conn.Drop()
		return fn(task, conn)
	})
}
