package mpsc_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal"
	"github.com/edo-go/edo/internal/own"
	"github.com/edo-go/edo/mpsc"
)

// again polls f to its end, and then once more, and fails unless that is the error for a
// future that was polled after its end.
func again[T any](t *testing.T, what string, f edo.Future[T]) {
	t.Helper()
	task := edotest.NewTask()
	if _, p, err := edotest.Poll(task, f); p != edo.Ready || err != nil {
		t.Fatalf("%s: %v, %v", what, p, err)
	}
	_, p, err := edotest.Poll(task, f)
	if p != edo.Ready || !errors.Is(err, own.ErrPolledAgain) || errors.Is(err, edo.ErrClosed) || !strings.Contains(err.Error(), "polled after its end") {
		t.Errorf("%s, polled after its end: %v, %v", what, p, err)
	}
}

func TestFuturesPolledAfterTheirEndSaySo(t *testing.T) {
	tx, rx := mpsc.New[int](8)
	defer tx.Close()
	again(t, "a send", edo.Future[*mpsc.Sender[int]](tx.SendFuture(1)))
	again(t, "a batch", rx.RecvManyFuture(nil, 8))
	again(t, "a batch of none", rx.RecvManyFuture(nil, 0))
	again(t, "a reserve", edo.Future[*mpsc.Permit[int]](tx.ReserveFuture()))
	again(t, "a reserve of many", edo.Future[*mpsc.Permits[int]](tx.ReserveManyFuture(2)))
	var zero mpsc.SendFuture[int]
	if _, p, err := edotest.Poll(edotest.NewTask(), edo.Future[*mpsc.Sender[int]](&zero)); p != edo.Ready || err == nil {
		t.Errorf("the zero SendFuture: %v, %v", p, err)
	}
}

func TestEveryPollThatIsReadyAtOnceTakesFromTheBudget(t *testing.T) {
	full, fullRx := mpsc.New[int](1)
	trySend(t, full, 1, nil)
	closed, closedRx := mpsc.New[int](1)
	closedRx.Close()
	ended, endedRx := mpsc.New[int](1)
	ended.Close()
	sink, failed := full.Clone().Sink(), closed.Clone().Sink()
	defer sink.Drop()
	defer failed.Drop()
	defer full.Close()
	defer closed.Close()
	for what, poll := range map[string]func(cx *edo.Context) edo.Poll{
		"a receive of a message that is there": func(cx *edo.Context) edo.Poll { full.TrySend(1); _, p, _ := fullRx.PollNext(cx); return p },
		"the end":                              func(cx *edo.Context) edo.Poll { _, p, _ := endedRx.PollNext(cx); return p },
		"the end of a future":                  func(cx *edo.Context) edo.Poll { _, p, _ := endedRx.RecvFuture().Poll(cx); return p },
		"the end of a batch":                   func(cx *edo.Context) edo.Poll { _, p, _ := endedRx.PollRecvMany(cx, nil, 1); return p },
		"a batch of none":                      func(cx *edo.Context) edo.Poll { _, p, _ := endedRx.PollRecvMany(cx, nil, 0); return p },
		"a send on closed":                     func(cx *edo.Context) edo.Poll { _, p, _ := closed.SendFuture(1).Poll(cx); return p },
		"a send on a closed handle":            func(cx *edo.Context) edo.Poll { _, p, _ := ended.SendFuture(1).Poll(cx); return p },
		"a reserve on closed":                  func(cx *edo.Context) edo.Poll { _, p, _ := closed.ReserveFuture().Poll(cx); return p },
		"a reserve of none":                    func(cx *edo.Context) edo.Poll { _, p, _ := full.ReserveManyFuture(0).Poll(cx); return p },
		"a reserve of too many":                func(cx *edo.Context) edo.Poll { _, p, _ := full.ReserveManyFuture(9).Poll(cx); return p },
		"a wait for a closed receiver":         func(cx *edo.Context) edo.Poll { return closed.PollClosed(cx) },
		"a future of that":                     func(cx *edo.Context) edo.Poll { _, p, _ := closed.ClosedFuture().Poll(cx); return p },
		"a sink that is ready":                 func(cx *edo.Context) edo.Poll { p, _ := sink.PollReady(cx); return p },
		"a flush of nothing":                   func(cx *edo.Context) edo.Poll { p, _ := sink.PollFlush(cx); return p },
		"a sink that has failed":               func(cx *edo.Context) edo.Poll { p, _ := failed.PollReady(cx); return p },
		"a flush of one that has":              func(cx *edo.Context) edo.Poll { p, _ := failed.PollFlush(cx); return p },
	} {
		edotest.NewTask().Enter(func(cx *edo.Context) {
			in := cx.Internal(internal.Key{})
			in.SetBudget(1)
			if p := poll(cx); p == edo.Pending {
				t.Errorf("%s: pending with a budget", what)
			}
			if p := poll(cx); p != edo.Pending {
				t.Errorf("%s: %v without a budget", what, p)
			}
		})
	}
}

func TestDirectCallsThatReturnAtOnceLetOthersRun(t *testing.T) {
	for what, call := range map[string]func(task *edo.Task, open, closed *mpsc.Sender[int], rx *mpsc.Receiver[int]) error{
		"RecvMany of 0": func(task *edo.Task, _, _ *mpsc.Sender[int], rx *mpsc.Receiver[int]) error {
			_, err := rx.RecvMany(task, nil, 0)
			return err
		},
		"RecvTimeout of 0": func(task *edo.Task, _, _ *mpsc.Sender[int], rx *mpsc.Receiver[int]) error {
			_, err := rx.RecvTimeout(task, 0)
			return err
		},
		"Recv at the end": func(task *edo.Task, _, _ *mpsc.Sender[int], rx *mpsc.Receiver[int]) error {
			_, err := rx.Recv(task)
			return err
		},
		"Send on closed": func(task *edo.Task, _, closed *mpsc.Sender[int], _ *mpsc.Receiver[int]) error {
			return closed.Send(task, 1)
		},
		"SendTimeout on closed": func(task *edo.Task, _, closed *mpsc.Sender[int], _ *mpsc.Receiver[int]) error {
			return closed.SendTimeout(task, 1, 0)
		},
		"Reserve on closed": func(task *edo.Task, _, closed *mpsc.Sender[int], _ *mpsc.Receiver[int]) error {
			_, err := closed.Reserve(task)
			return err
		},
		"ReserveMany of none": func(task *edo.Task, open, _ *mpsc.Sender[int], _ *mpsc.Receiver[int]) error {
			permits, err := open.ReserveMany(task, 0)
			if err == nil {
				permits.Drop()
			}
			return err
		},
		"ReserveMany of too many": func(task *edo.Task, open, _ *mpsc.Sender[int], _ *mpsc.Receiver[int]) error {
			_, err := open.ReserveMany(task, 9)
			return err
		},
		"Closed of closed": func(task *edo.Task, _, closed *mpsc.Sender[int], _ *mpsc.Receiver[int]) error {
			return closed.Closed(task)
		},
	} {
		simulate(t, func(task *edo.Task) error {
			open, _ := mpsc.New[int](1)
			closed, rx := mpsc.New[int](1)
			rx.Close()
			defer open.Close()
			ran := false
			edo.Go(task, func(*edo.Task) error { ran = true; return nil })
			for range 1000 {
				_ = call(task, open, closed, rx)
			}
			if !ran {
				t.Errorf("a thousand calls of %s, and no other task has run", what)
			}
			return nil
		})
	}
}

func TestAWaitForWhatHasEndedSaysSo(t *testing.T) {
	task := edotest.NewTask()
	tx, rx := mpsc.New[int](2)
	weak := tx.Downgrade()
	tx.Close()
	waits(t, edotest.WaitsNext(task, rx), "mpsc: receive (at its end: every sender is closed, capacity 2)")
	closing := pollOf[edo.Unit](func(cx *edo.Context) (edo.Unit, edo.Poll, error) { return edo.Unit{}, tx.PollClosed(cx), nil })
	waits(t, edotest.Waits(task, closing), "mpsc: closed (this sender is closed, capacity 2)")
	upgrade(t, weak, false)

	tx, rx = mpsc.New[int](2)
	defer tx.Close()
	reserve, send := tx.ReserveFuture(), tx.SendFuture(1)
	rx.Close()
	waits(t, edotest.WaitsNext(task, rx), "mpsc: receive (at its end: it was closed, capacity 2)")
	waits(t, edotest.Waits(task, reserve), "mpsc: reserve (the receiver is closed, capacity 2)")
	waits(t, edotest.Waits(task, send), "mpsc: send (the receiver is closed, capacity 2)")
	waits(t, edotest.Waits(task, closing), "mpsc: closed (the receiver is closed, capacity 2)")
	waits(t, edotest.Waits(task, tx.ClosedFuture()), "mpsc: closed (the receiver is closed, capacity 2)")
	rx.Drop()
	waits(t, edotest.WaitsNext(task, rx), "mpsc: receive (at its end: it was dropped, capacity 2)")
}
