package cluster_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster"
	"github.com/nats-io/nats.go"
)

// One call runs, one waits in the member, and the others ask again: that is back-pressure.
func TestAMemberThatIsBusyHoldsCallersBack(t *testing.T) {
	const n = 300 // more than may be on the way
	w := newWaiting("waits", cluster.FuncConfig{}, 1, n)
	with(t, func(task *edo.Task, conn *cluster.Conn) error {
		return served(task, conn, 1, []cluster.Offered{w.offer()}, func(*cluster.Member) error {
			var all []*edo.JoinHandle[int]
			for i := range n {
				all = append(all, cluster.Spawn(task, conn, w.f, fmt.Sprint(i)))
			}
			if err := w.begun.await(task); err != nil {
				return err
			}
			for _, text := range []string{
				"cluster: a turn to call waits, behind 256 calls that no member has taken",
				"cluster: a member that takes the call of waits: those that offer it are busy",
				"cluster: the end of waits on the member ",
				"cluster: the end of one of 1 calls of waits",
			} {
				if err := untilReported(task, text); err != nil {
					return err
				}
			}
			w.gate.Release(n)
			for _, h := range all {
				if _, err := h.Await(task); err != nil {
					return err
				}
			}
			return w.ended.check()
		})
	})
}

func TestAMemberThatStopsEndsItsCallsAndLeavesTheOthersToAnother(t *testing.T) {
	w := newWaiting("waits", cluster.FuncConfig{}, 1, 2)
	with(t, func(task *edo.Task, conn *cluster.Conn) error {
		first, err := cluster.Serve(task, conn, 1, w.offer())
		if err != nil {
			return err
		}
		serves := edo.Spawn(task, edo.Future[edo.Unit](first))
		runs := cluster.Spawn(task, conn, w.f, "runs")
		if err := w.begun.await(task); err != nil {
			return err
		}
		waits := cluster.Spawn(task, conn, w.f, "waits")
		if err := untilReported(task, "2 × remote waits: cluster: the end of waits on the member "+first.ID()); err != nil {
			return err
		}
		first.Stop()
		return served(task, conn, 1, []cluster.Offered{w.offer()}, func(*cluster.Member) error {
			w.gate.Release(2)
			for _, h := range []*edo.JoinHandle[int]{runs, waits} {
				if _, err := h.Await(task); err != nil {
					return err
				}
			}
			_, err := serves.Await(task)
			return err
		})
	})
}

// running spawns a member that offers the function of w, and a call of it, which has begun when it returns.
func running(task *edo.Task, conn *cluster.Conn, w *waiting) (m *cluster.Member, serves *edo.JoinHandle[edo.Unit], h *edo.JoinHandle[int], err error) {
	if m, err = cluster.Serve(task, conn, 1, w.offer()); err != nil {
		return nil, nil, nil, err
	}
	serves = edo.Spawn(task, edo.Future[edo.Unit](m))
	h = cluster.Spawn(task, conn, w.f, "runs")
	return m, serves, h, w.begun.await(task)
}

// A member that stops is there for its callers until the last call has ended: they ask it for signs of life, and have
// it abort calls.
func TestAMemberThatStopsHearsItsCallers(t *testing.T) {
	w := newWaiting("waits", cluster.FuncConfig{}, 1, 1)
	with(t, func(task *edo.Task, conn *cluster.Conn) error {
		m, serves, h, err := running(task, conn, w)
		if err != nil {
			return err
		}
		m.Stop()
		_, err = edo.Blocking(task, func(task *edo.Task) (*nats.Msg, error) {
			return conn.NATS().RequestWithContext(task.Context(), "edo.member."+m.ID(), nil)
		}).Await(task)
		if err != nil {
			t.Errorf("the answer to a question is %v", err)
		}
		h.Abort()
		if _, err := serves.Await(task); err != nil {
			t.Errorf("the member ends with %v", err)
		}
		if w.ended.count("runs is cancelled") != 1 {
			t.Errorf("calls have ended as %v", w.ended.order)
		}
		return nil
	})
}

func TestADroppedMemberTellsItsCallers(t *testing.T) {
	w := newWaiting("waits", cluster.FuncConfig{}, 1, 1)
	with(t, func(task *edo.Task, conn *cluster.Conn) error {
		_, serves, h, err := running(task, conn, w)
		if err != nil {
			return err
		}
		serves.Abort()
		_, err = h.Await(task)
		if e, ok := errors.AsType[*cluster.LostError](err); !ok || e.Reason != "the member was cancelled" {
			t.Errorf("the call is %v", err)
		}
		if _, err := serves.Await(task); !errors.Is(err, edo.ErrCancelled) {
			t.Errorf("the member is %v", err)
		}
		return w.ended.await(task)
	})
}

// With the broker the signs of life are away, on both sides. A stored call is lost too, when its member may
// have given up its outcome.
func TestACallIsLostWhenTheBrokerIsAwayForLong(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	w := newWaiting("waits", cluster.FuncConfig{Patience: 4 * time.Second, CallerPatience: time.Hour}, 1, 1)
	kept := newWaiting("kept", cluster.FuncConfig{Stored: true, CallerPatience: 3 * time.Second}, 1, 1)
	run(t, func(task *edo.Task) error {
		b := &cluster.Broker{Listen: "127.0.0.1:0"}
		var conns []*cluster.Conn
		for range 3 {
			conn, err := b.Open(task, folder)
			if err != nil {
				return err
			}
			defer conn.Drop()
			conns = append(conns, conn)
		}
		broker, caller, other := conns[0], conns[1], conns[2]
		return served(task, other, 4, []cluster.Offered{w.offer(), kept.offer()}, func(*cluster.Member) error {
			h, stored := cluster.Spawn(task, caller, w.f, "it"), cluster.Spawn(task, caller, kept.f, "it")
			for _, w := range []*waiting{w, kept} {
				if err := w.begun.await(task); err != nil {
					return err
				}
			}
			if err := broker.Close(task); err != nil {
				return err
			}
			_, err := h.Await(task) // this has taken longer than the stored one's time
			if _, ok := errors.AsType[*cluster.LostError](err); !ok {
				t.Errorf("the call is %v", err)
			}
			again, err := b.Open(task, folder)
			if err != nil {
				return err
			}
			t.Cleanup(again.Drop) // the member delivers its outcomes before it ends
			if _, err := stored.Await(task); err == nil || !errors.As(err, new(*cluster.LostError)) {
				t.Errorf("the stored call is %v", err)
			}
			if err := w.ended.await(task); err != nil { // the abort has waited for the broker
				return err
			}
			if w.ended.count("it is cancelled") != 1 {
				t.Errorf("the call has ended as %v", w.ended.order)
			}
			kept.gate.Release(1) // the job is done all the same
			if err := kept.ended.await(task); err != nil {
				return err
			}
			return caller.Close(task)
		})
	})
}

// It would look as if it still took calls.
func TestAMemberThatHasStoppedSaysThatItWaitsForConfirmations(t *testing.T) {
	folder := t.TempDir()
	w := newWaiting("waits", cluster.FuncConfig{Patience: time.Hour, CallerPatience: time.Hour}, 1, 1)
	run(t, func(task *edo.Task) error {
		b := &cluster.Broker{Listen: "127.0.0.1:0"}
		broker, err := b.Open(task, folder)
		if err != nil {
			return err
		}
		defer broker.Drop()
		conn, err := b.Open(task, folder)
		if err != nil {
			return err
		}
		defer conn.Drop()
		return served(task, conn, 4, []cluster.Offered{w.offer()}, func(m *cluster.Member) error {
			h := cluster.Spawn(task, conn, w.f, "it")
			if err := w.begun.await(task); err != nil {
				return err
			}
			if err := broker.Close(task); err != nil {
				return err
			}
			if err := until(task, func() bool { return !conn.Stats().IsConnected }); err != nil {
				return err
			}
			w.gate.Release(1)
			if err := w.ended.await(task); err != nil {
				return err
			}
			// Its task ends when the outcome is sent.
			if err := until(task, func() bool { return !strings.Contains("\n"+dump(), "\ncall of waits\n") }); err != nil {
				return err
			}
			m.Stop()
			if err := untilReported(task, "waits for cluster: the confirmation of the outcomes of its last 1 calls of waits"); err != nil {
				return err
			}
			again, err := b.Open(task, folder)
			if err != nil {
				return err
			}
			t.Cleanup(again.Drop) // the member delivers its outcomes before it ends
			n, err := h.Await(task)
			if n != len("it") || err != nil {
				t.Errorf("the call is %d, %v", n, err)
			}
			return nil
		})
	})
}

func TestAMemberWithTheLimitOneIsAnActor(t *testing.T) {
	const callers, n = 8, 50
	account := cluster.NewFunc[int, int]("account", cluster.FuncConfig{})
	with(t, func(task *edo.Task, conn *cluster.Conn) error {
		balance := 0 // it needs no lock
		f := cluster.Offer(account, func(task *edo.Task, amount int) (int, error) {
			before := balance
			if err := edo.Yield(task); err != nil {
				return 0, err
			}
			balance = before + amount
			return balance, nil
		})
		return served(task, conn, 1, []cluster.Offered{f}, func(*cluster.Member) error {
			var all []*edo.JoinHandle[edo.Unit]
			for range callers {
				all = append(all, edo.Go(task, func(task *edo.Task) error {
					last := 0
					for range n {
						now, err := cluster.Call(task, conn, account, 1)
						if err != nil || now <= last {
							return errors.Join(err, fmt.Errorf("%d comes after %d", now, last))
						}
						last = now
					}
					return nil
				}))
			}
			for _, h := range all {
				if _, err := h.Await(task); err != nil {
					return err
				}
			}
			if v, err := cluster.Call(task, conn, account, 0); v != callers*n || err != nil {
				t.Errorf("the balance is %d, %v", v, err)
			}
			return nil
		})
	})
}

// A call that is on the way to a member which is dropped goes to another one. Nothing else would show its end: the
// patience of these calls is an hour, and the other member offers the function.
func TestADroppedMemberTakesNoCallWithIt(t *testing.T) {
	const rounds, calls = 40, 16
	f := cluster.NewFunc[int, int]("square", cluster.FuncConfig{Patience: time.Hour, CallerPatience: time.Hour})
	with(t, func(task *edo.Task, conn *cluster.Conn) error {
		return served(task, conn, calls, []cluster.Offered{cluster.Offer(f, squares)}, func(*cluster.Member) error {
			for range rounds {
				first, err := cluster.Serve(task, conn, 2, cluster.Offer(f, squares))
				if err != nil {
					return err
				}
				serves := edo.Spawn(task, edo.Future[edo.Unit](first))
				var all []*edo.JoinHandle[int]
				for i := range calls {
					all = append(all, cluster.Spawn(task, conn, f, i))
					if i == calls/2 {
						serves.Abort()
					}
				}
				for i, h := range all {
					v, err := h.Await(task)
					if e, isLost := errors.AsType[*cluster.LostError](err); isLost && e.Reason == "the member was cancelled" {
						continue // it had begun
					}
					if err != nil || v != i*i {
						return fmt.Errorf("the call of %d is %d, %w", i, v, err)
					}
				}
				if _, err := serves.Await(task); !errors.Is(err, edo.ErrCancelled) {
					return fmt.Errorf("the member is %w", err)
				}
			}
			return nil
		})
	})
}

// A connection that closes gives its calls up: members need not find out that nothing is heard of it any more.
func TestAConnectionThatClosesAbortsItsCalls(t *testing.T) {
	w := newWaiting("waits", cluster.FuncConfig{}, 1, 1)
	withListening(t, func(task *edo.Task, conn *cluster.Conn, folder string) error {
		return served(task, conn, 4, []cluster.Offered{w.offer()}, func(m *cluster.Member) error {
			spy, err := conn.NATS().SubscribeSync("edo.member." + m.ID())
			if err != nil {
				return err
			}
			defer spy.Unsubscribe()
			caller, err := (&cluster.Broker{Listen: "127.0.0.1:0"}).Open(task, folder)
			if err != nil {
				return err
			}
			defer caller.Drop()
			h := cluster.Spawn(task, caller, w.f, "it")
			if err := w.begun.await(task); err != nil {
				return err
			}
			if err := untilReported(task, "cluster: the end of waits on the member "+m.ID()); err != nil {
				return err
			}
			if err := caller.Close(task); err != nil {
				return err
			}
			if _, err := h.Await(task); !errors.Is(err, cluster.ErrClosed) {
				t.Errorf("the call is %v", err)
			}
			if err := w.ended.await(task); err != nil {
				return err
			}
			_, err = edo.Blocking(task, func(*edo.Task) (edo.Unit, error) {
				for { // the spy may hear it later than the member
					m, err := spy.NextMsg(time.Minute)
					if err != nil {
						return edo.Unit{}, fmt.Errorf("the member has found out by itself: %w", err)
					}
					if m.Header.Get("Edo-Kind") == "abort" {
						return edo.Unit{}, nil
					}
				}
			}).Await(task)
			return err
		})
	})
}
