package lease_test

import (
	"context"
	"runtime"
	"testing"
	"time"
	"weak"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster"
	"github.com/edo-go/edo/cluster/lease"
	"github.com/nats-io/nats.go/jetstream"
)

// A fence outside remembers the highest token that it has seen: it would refuse every holder of a bucket
// that begins anew with small ones.
func TestTokensGrowWhenTheBucketIsMadeAnew(t *testing.T) {
	withConns(t, func(task *edo.Task, mine, _ *cluster.Conn) error {
		var last uint64
		for range 3 {
			s, err := lease.NewSpace(task, mine, "anew", long)
			if err != nil {
				return err
			}
			for range 2 {
				l, err := s.TryAcquire(task, "it", "anna")
				if err != nil {
					return err
				}
				if l.Token() <= last {
					t.Errorf("the token %d comes after %d", l.Token(), last)
				}
				last = l.Token()
				if err := l.Release(task); err != nil {
					return err
				}
			}
			_, err = edo.Call(task, func(ctx context.Context) (edo.Unit, error) {
				js, err := jetstream.New(mine.NATS())
				if err == nil {
					err = js.DeleteStream(ctx, "KV_edo_lease_anew")
				}
				return edo.Unit{}, err
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// A timer that waits for the end of the longest lease would keep it.
func TestAClosedConnectionIsGarbageAlthoughItHadALongLease(t *testing.T) {
	var closed weak.Pointer[cluster.Conn]
	withConns(t, func(task *edo.Task, mine, _ *cluster.Conn) error {
		conn, err := (&cluster.Client{Token: mine.NATS().Opts.Token}).Connect(task, "nats://"+mine.Address())
		if err != nil {
			return err
		}
		s, err := lease.NewSpace(task, conn, "garbage", long)
		if err != nil {
			return err
		}
		if _, err := s.TryAcquire(task, "it", "anna"); err != nil {
			return err
		}
		if err := conn.Close(task); err != nil {
			return err
		}
		closed = weak.Make(conn)
		return nil
	})
	for begin := time.Now(); closed.Value() != nil; runtime.GC() {
		if time.Since(begin) > time.Minute {
			t.Fatal("the connection is not garbage")
		}
	}
}
