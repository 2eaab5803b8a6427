package lease

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster"
	"github.com/nats-io/nats.go/jetstream"
)

// maxPermits is how many permits a semaphore may have: a task looks at each when all are held.
const maxPermits = 256

// A Semaphore is a number of permits that programs share. A permit is a [Lease]: one whose holder has
// died is free when its time is up. Any number of tasks may use it. It holds nothing that must be
// closed.
type Semaphore struct {
	s    *Space
	name string
	keys []string // of its permits
}

// slotPrefix is the prefix of the keys of a semaphore.
func slotPrefix(name string) string { return slots + escape(name) + "." }

// Semaphore returns the semaphore with the name, which has so many permits, 1 to 256. It is made at the
// broker when it is not there; one that is there with another number is an error.
//
//edo:step SemaphoreStep
func (s *Space) Semaphore(task *edo.Task, name string, permits int) (*Semaphore, error) {
	return edo.Call(task, func(ctx context.Context) (*Semaphore, error) { return s.semaphore(ctx, name, permits) })
}

// SemaphoreStep is the step form of [Space.Semaphore].
func (s *Space) SemaphoreStep(task *edo.Task, st *edo.Step, name string, permits int) (done bool, _ *Semaphore, err error) {
	return edo.CallStep(task, st, func(ctx context.Context) (*Semaphore, error) { return s.semaphore(ctx, name, permits) })
}

func (s *Space) semaphore(ctx context.Context, name string, permits int) (*Semaphore, error) {
	if err := checkName("semaphore", name); err != nil {
		return nil, err
	}
	if permits < 1 || permits > maxPermits {
		return nil, fmt.Errorf("lease: the semaphore %q has %d permits, want 1 to %d", name, permits, maxPermits)
	}
	there := strconv.Itoa(permits)
	err := s.k.conn.Manage(ctx, func(ctx context.Context) error {
		bucket, err := s.k.conn.JetStream().KeyValue(ctx, s.k.bucket)
		if err != nil {
			return err
		}
		_, err = bucket.Create(ctx, limits+escape(name), []byte(there))
		if !errors.Is(err, jetstream.ErrKeyExists) {
			return err
		}
		e, err := bucket.Get(ctx, limits+escape(name))
		if err == nil {
			there = string(e.Value())
		}
		return err
	})
	switch {
	case errors.Is(err, cluster.ErrClosed):
		return nil, err
	case err != nil:
		return nil, fmt.Errorf("lease: the semaphore %q of the space %s: %w", name, s.k.space, err)
	case there != strconv.Itoa(permits):
		return nil, fmt.Errorf("lease: the semaphore %q of the space %s has %s permits, and not %d: all programs must give the same number", name, s.k.space, there, permits)
	}
	p := &Semaphore{s: s, name: name}
	for i := range permits {
		p.keys = append(p.keys, slotPrefix(name)+strconv.Itoa(i))
	}
	return p, nil
}

// Name returns the name of the semaphore.
func (p *Semaphore) Name() string { return p.name }

// Permits returns how many permits there are.
func (p *Semaphore) Permits() int { return len(p.keys) }

// Acquire acquires a permit, and waits until one is free; else it is as [Space.Acquire].
//
//edo:step AcquireStep
func (p *Semaphore) Acquire(task *edo.Task, holder string) (*Lease, error) {
	return p.permit(holder).await(task)
}

// AcquireStep is the step form of [Semaphore.Acquire].
func (p *Semaphore) AcquireStep(task *edo.Task, st *edo.Step, holder string) (done bool, l *Lease, err error) {
	return acquireStep(task, st, func() *acquiring { return p.permit(holder) })
}

// AcquireFuture is [Semaphore.Acquire] as a future. It is dropped when it is not wanted any more.
func (p *Semaphore) AcquireFuture(holder string) edo.Future[*Lease] { return p.permit(holder) }

// TryAcquire acquires a permit if one is free. Otherwise the error is a [*HeldError].
//
//edo:step TryAcquireStep
func (p *Semaphore) TryAcquire(task *edo.Task, holder string) (*Lease, error) {
	f := p.permit(holder)
	f.isTry = true
	return f.await(task)
}

// TryAcquireStep is the step form of [Semaphore.TryAcquire].
func (p *Semaphore) TryAcquireStep(task *edo.Task, st *edo.Step, holder string) (done bool, l *Lease, err error) {
	return acquireStep(task, st, func() *acquiring {
		f := p.permit(holder)
		f.isTry = true
		return f
	})
}

// permit returns the acquisition of a permit.
func (p *Semaphore) permit(holder string) *acquiring {
	return &acquiring{
		s: p.s, name: p.name, holder: holder, keys: p.keys, permits: len(p.keys), err: checkText("text of a holder", holder, maxHolder),
	}
}
