package lease

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster/internal/link"
	"github.com/nats-io/nats.go"
)

// keeper is what a connection has of a space: the leases that it holds, and the news of all.
//
// Rules:
//
//  1. mu is held for no call of link, and no task is woken with mu held: what is to be done after
//     that is kept in a [later].
//  2. A lease is in leases from its acquisition until it is over.
type keeper struct {
	conn          *link.Conn
	space, bucket string
	hasReplicas   atomic.Bool

	mu        sync.Mutex // guards the following, and the fields of leases, subscriptions and seats
	leases    map[*Lease]struct{}
	isClosing bool // no lease begins
	isOver    bool
	leaves    *time.Timer // at the latest; nil: it has nothing to wait for
	leaving   int         // leases that the broker has been asked to end, since the connection closes
	news      news
}

// later is what is to be done when mu is free.
type later []func()

func (l *later) add(fn func()) { *l = append(*l, fn) }

// wake has the task of a seat woken.
func (l *later) wake(s *seat) {
	if w := s.waker; !w.IsZero() {
		s.waker = edo.Waker{}
		l.add(w.Wake)
	}
}

// locked calls fn with mu locked, and then does what fn has put off.
func (k *keeper) locked(fn func(after *later)) {
	var after later
	k.mu.Lock()
	fn(&after)
	k.mu.Unlock()
	for _, f := range after {
		f()
	}
}

// keeperKey is the key of a part of a connection.
type keeperKey struct{ space string }

// keeperOf returns the keeper of a space.
func keeperOf(conn *link.Conn, space string) (*keeper, error) {
	k := conn.Part(keeperKey{space}, func() any {
		k := &keeper{conn: conn, space: space, bucket: "edo_lease_" + space, leases: map[*Lease]struct{}{}}
		k.news.init()
		return k
	}).(*keeper)
	return k, conn.Enter(k)
}

// tell asks the broker, and has then called with its answer.
func (k *keeper) tell(q link.Question, then func(m *nats.Msg, err error)) {
	k.conn.Asks().Tell(q, then)
}

// Name is that of the keeper in reports.
func (k *keeper) Name() string { return "the leases of the space " + k.space }

// Reconnected is told when a connection that was lost is there again.
func (k *keeper) Reconnected() { k.news.reconnected() }

// Stop gives all leases back, as the connection closes. It leaves when the broker has confirmed
// that, or when their time is up.
func (k *keeper) Stop() {
	k.locked(func(after *later) {
		k.isClosing = true
		latest := time.Now()
		for l := range k.leases {
			if l.deadline.After(latest) {
				latest = l.deadline
			}
			k.leaving++
			l.lose(link.ErrClosed, after)
			after.add(func() {
				l.k.tell(l.removal(), func(*nats.Msg, error) { k.left() })
			})
		}
		if k.leaving == 0 {
			after.add(k.leave)
			return
		}
		k.leaves = time.AfterFunc(time.Until(latest), k.leave)
	})
}

// left is told that the broker has ended a lease.
func (k *keeper) left() {
	k.mu.Lock()
	k.leaving--
	isLast := k.leaving == 0
	k.mu.Unlock()
	if isLast {
		k.leave()
	}
}

// leave lets the connection close. It may be called twice.
func (k *keeper) leave() {
	k.Close()
	k.conn.Leave(k)
}

// Close ends everything at once: the connection is lost for good.
func (k *keeper) Close() {
	k.locked(func(after *later) {
		k.isClosing, k.isOver = true, true
		if k.leaves != nil { // it would keep the connection for as long as the longest lease
			k.leaves.Stop()
		}
		for l := range k.leases {
			l.lose(link.ErrClosed, after)
		}
		k.news.close(after)
	})
}

// seat is where a task waits, guarded by the mutex of its keeper.
type seat struct{ waker edo.Waker }

// take keeps the waker of the task that polls leaf. The caller holds mu, which is free for a moment
// when another task has waited here: what it has seen of the state is old then, but the new waker is
// there before mu is free.
func (s *seat) take(k *keeper, cx *edo.Context, leaf edo.Leaf) error {
	me := cx.Waker()
	for {
		other := s.waker
		if other.IsZero() || other == me {
			s.waker = me
			return nil
		}
		k.mu.Unlock()
		err := cx.Sole(other, leaf, "each task has a future of its own")
		k.mu.Lock()
		if err != nil {
			return err
		}
		if s.waker == other {
			s.waker = me
			k.mu.Unlock()
			cx.Displace(other, leaf)
			k.mu.Lock()
			return nil
		}
	}
}
