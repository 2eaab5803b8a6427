package lease

import (
	"cmp"
	"errors"
	"fmt"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster/internal/link"
	"github.com/nats-io/nats.go"
)

// A Lease is held by its holder alone, from its acquisition until it is released or lost. Any number
// of tasks may use it. The holder releases it by [Lease.Release], or drops it; [Lease.Run] does so.
//
// While it is held, signs of life go to the broker, one each third of its time to live, without a
// goroutine or a task. It costs a timer and some 500 bytes.
type Lease struct {
	k         *keeper
	key, name string
	holder    string
	id        string
	ttl       time.Duration
	token     uint64

	// Guarded by k.mu.
	revision uint64
	serial   uint64    // of the latest sign of life
	sent     time.Time // when that was sent
	isAsking bool      // it has no answer
	why      error     // the latest error of the broker
	deadline time.Time // when it is lost without another confirmation
	state    state
	err      error // why it is not held any more
	timer    *time.Timer
	seats    map[*seat]struct{} // tasks that wait for its end
	onLoss   map[*func()]struct{}
}

// state is how far a lease is.
//
//	held → over             it is lost
//	held → releasing → over it is released: no sign of life goes out, and the broker is told
type state uint8

const (
	held state = iota
	releasing
	over
)

// early is the part of its time to live by which a holder gives a lease up early.
const early = 10

// begin makes the lease of an acquisition that was sent then, and got the revision. It is nil when
// the lease is over by now.
func (k *keeper) begin(c *claim, revision uint64) (l *Lease) {
	k.locked(func(*later) {
		deadline := c.sent.Add(c.ttl - c.ttl/early)
		if k.isClosing || !time.Now().Before(deadline) {
			return
		}
		l = &Lease{
			k: k, key: c.key, name: c.name, holder: c.holder, id: c.id, ttl: c.ttl, token: revision,
			revision: revision, sent: c.sent, deadline: deadline, seats: map[*seat]struct{}{}, onLoss: map[*func()]struct{}{},
		}
		k.leases[l] = struct{}{}
		l.timer = time.AfterFunc(time.Until(c.sent.Add(l.ttl/3)), l.tick)
	})
	return l
}

// Name returns the name of the lease, or of the semaphore.
func (l *Lease) Name() string { return l.name }

// Holder returns the text of the holder.
func (l *Lease) Holder() string { return l.holder }

// Token returns the fencing token, which is above those of all that were acquired before in the
// space, whatever their names.
func (l *Lease) Token() uint64 { return l.token }

// Deadline returns when the lease is lost if no sign of life is confirmed until then, by the clock of
// this process. It is the same after the end of the lease.
func (l *Lease) Deadline() time.Time {
	l.k.mu.Lock()
	defer l.k.mu.Unlock()
	return l.deadline
}

// Err returns nil while the lease is held, by the clock of this process; then a [*LostError], or
// [ErrReleased]. A process that stood still learns here, at once, that its time is up.
func (l *Lease) Err() (err error) {
	l.k.locked(func(after *later) {
		if l.state != over && !time.Now().Before(l.deadline) {
			l.lose(ErrSilence, after)
		}
		err = l.err
	})
	return err
}

// on names the lease in reports.
func (l *Lease) on(what string) string {
	return fmt.Sprintf("lease: %s of the lease %q of the space %s", what, l.name, l.k.space)
}

// tick is called by the timer: when a sign of life is due, and when the time is up.
func (l *Lease) tick() {
	l.k.locked(func(after *later) {
		now := time.Now()
		switch {
		case l.state == over:
		case !now.Before(l.deadline):
			l.lose(ErrSilence, after)
		case l.state == held && !l.isAsking:
			l.renew(now, after)
		default:
			l.timer.Reset(l.deadline.Sub(now))
		}
	})
}

// renew gives a sign of life; mu is locked.
func (l *Lease) renew(now time.Time, after *later) {
	l.serial++
	l.sent, l.isAsking = now, true
	l.timer.Reset(l.deadline.Sub(now))
	r := record{ID: l.id, Serial: l.serial, Token: l.token, Holder: l.holder}
	q := l.k.write(l.key, r, l.revision, l.ttl, l.on("the confirmation of a sign of life"))
	after.add(func() { l.k.tell(q, l.renewed) })
}

// renewed is called with the answer to a sign of life.
func (l *Lease) renewed(m *nats.Msg, err error) {
	if err == nil {
		ack, storeErr := link.Stored(m)
		if storeErr == nil {
			l.confirmed(ack.Sequence)
			return
		}
		err = storeErr
	}
	if errors.Is(err, edo.ErrClosed) {
		l.k.locked(func(after *later) { l.lose(err, after) })
		return
	}
	// It may have been stored all the same, or the lease may have ended: the key says which.
	l.k.mu.Lock()
	l.why = err
	l.k.mu.Unlock()
	l.k.tell(l.k.lookAt(l.key, l.on("a look")), l.looked)
}

// confirmed is told that the latest sign of life was stored.
func (l *Lease) confirmed(revision uint64) {
	l.k.locked(func(after *later) {
		l.isAsking, l.revision, l.why = false, revision, nil
		switch l.state {
		case over: // it comes too late
			after.add(func() { l.k.tell(l.removal(), func(*nats.Msg, error) {}) })
		case releasing:
			l.deadline = l.sent.Add(l.ttl - l.ttl/early)
			l.giveBack(after)
		case held:
			l.deadline = l.sent.Add(l.ttl - l.ttl/early)
			l.timer.Reset(time.Until(l.sent.Add(l.ttl / 3)))
		}
	})
}

// looked is called with the key of the lease, after a sign of life that the broker has not confirmed.
func (l *Lease) looked(m *nats.Msg, err error) {
	var r record
	if err == nil {
		r, err = found(m)
	}
	switch {
	case errors.Is(err, edo.ErrClosed):
		l.k.locked(func(after *later) { l.lose(err, after) })
	case err == nil && r.ID == l.id && r.Serial == l.serial:
		l.confirmed(r.revision)
	case err == nil && r.ID != l.id:
		l.k.locked(func(after *later) { l.lose(ErrTaken, after) })
	default: // it was not stored
		l.k.locked(func(after *later) {
			l.isAsking = false
			if err == nil {
				l.revision = r.revision
			}
			l.why = cmp.Or(err, l.why)
			switch l.state {
			case releasing:
				l.giveBack(after)
			case held:
				l.timer.Reset(min(time.Until(l.deadline), l.ttl/20))
			}
		})
	}
}

// lose ends the lease; mu is locked.
func (l *Lease) lose(why error, after *later) {
	if l.state == over {
		return
	}
	if why == ErrSilence && l.why != nil {
		why = fmt.Errorf("%w: %w", ErrSilence, l.why)
	}
	l.end(&LostError{Space: l.k.space, Name: l.name, Token: l.token, Err: why}, after)
}

// end ends the lease with err; mu is locked.
func (l *Lease) end(err error, after *later) {
	l.state, l.err = over, cmp.Or(l.err, err) // one that was released stays so
	l.timer.Stop()
	delete(l.k.leases, l)
	l.ring(after)
}

// ring tells the tasks that wait for the end, and the runs; mu is locked.
func (l *Lease) ring(after *later) {
	for s := range l.seats {
		after.wake(s)
	}
	for fn := range l.onLoss {
		after.add(*fn)
	}
	clear(l.onLoss)
}

// removal is the message that ends the lease at the broker.
func (l *Lease) removal() link.Question {
	l.k.mu.Lock()
	defer l.k.mu.Unlock()
	return l.k.remove(l.key, l.revision, l.on("the end"))
}

// release begins to release the lease; mu is locked.
func (l *Lease) release(after *later) {
	if l.state != held {
		return
	}
	if !time.Now().Before(l.deadline) {
		l.lose(ErrSilence, after)
		return
	}
	l.state, l.err = releasing, ErrReleased
	l.ring(after)
	l.timer.Reset(time.Until(l.deadline))
	if !l.isAsking {
		l.giveBack(after)
	}
}

// giveBack tells the broker that the lease is free; mu is locked.
func (l *Lease) giveBack(after *later) {
	after.add(func() {
		l.k.tell(l.removal(), func(*nats.Msg, error) {
			l.k.locked(func(after *later) {
				if l.state == releasing {
					l.end(ErrReleased, after)
				}
			})
		})
	})
}

// Drop releases the lease, and does not wait for the broker. It may be called twice.
func (l *Lease) Drop() { l.k.locked(l.release) }

// atLoss has fn called when the lease is not held any more, at once if it is not. stop undoes that.
func (l *Lease) atLoss(fn func()) (stop func()) {
	l.k.locked(func(after *later) {
		if l.state != held {
			after.add(fn)
			return
		}
		l.onLoss[&fn] = struct{}{}
	})
	return func() {
		l.k.mu.Lock()
		delete(l.onLoss, &fn)
		l.k.mu.Unlock()
	}
}
