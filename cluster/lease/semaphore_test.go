package lease_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster/lease"
)

// mu guards what tasks count.
var mu sync.Mutex

func TestASemaphoreHasItsPermitsAndNoMore(t *testing.T) {
	with(t, long, func(task *edo.Task, mine, other *lease.Space) error {
		const n, tasks = 3, 40
		var both [2]*lease.Semaphore
		for i, s := range []*lease.Space{mine, other} {
			p, err := s.Semaphore(task, "disks", n)
			if err != nil {
				return err
			}
			both[i] = p
		}
		if both[0].Permits() != n || both[0].Name() != "disks" {
			t.Errorf("%s has %d permits", both[0].Name(), both[0].Permits())
		}
		if _, err := other.Semaphore(task, "disks", n+1); err == nil || !strings.Contains(err.Error(), "has 3 permits, and not 4") {
			t.Errorf("Semaphore with another number: %v", err)
		}
		inside, most := 0, 0
		var all []*edo.JoinHandle[edo.Unit]
		for i := range tasks {
			all = append(all, edo.Go(task, func(task *edo.Task) error {
				l, err := both[i%2].Acquire(task, fmt.Sprint("task ", i))
				if err != nil {
					return err
				}
				mu.Lock()
				inside++
				most = max(most, inside)
				mu.Unlock()
				for range 10 {
					if err := edo.Yield(task); err != nil {
						return err
					}
				}
				mu.Lock()
				inside--
				mu.Unlock()
				return l.Release(task)
			}))
		}
		for _, h := range all {
			if _, err := h.Await(task); err != nil {
				return err
			}
		}
		if most > n || most == 0 {
			t.Errorf("%d have a permit at a time, of %d", most, n)
		}
		var held []*lease.Lease
		for range n {
			l, err := both[0].TryAcquire(task, "anna")
			if err != nil {
				return err
			}
			held = append(held, l)
		}
		_, err := both[1].TryAcquire(task, "ben")
		if e, ok := errors.AsType[*lease.HeldError](err); !ok || e.Permits != n || e.Holder != "anna" {
			t.Errorf("TryAcquire = %v", err)
		}
		for _, l := range held {
			if err := l.Release(task); err != nil {
				return err
			}
		}
		return nil
	})
}
