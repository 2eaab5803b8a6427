package chantest

import (
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/sched"
)

func EveryPollThatIsReadyAtOnceTakesFromTheBudget(t *testing.T, open Open[int]) {
	full, fullRx := open(1)
	TrySend(t, full, 1, nil)
	closed, closedRx := open(1)
	closedRx.Close()
	ended, endedRx := open(1)
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
			in := (*sched.Context)(cx)
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

func DirectCallsThatReturnAtOnceLetOthersRun(t *testing.T, open Open[int]) {
	for what, call := range map[string]func(task *edo.Task, usable, closed ManySender[int], rx ManyReceiver[int]) error{
		"RecvMany of 0": func(task *edo.Task, _, _ ManySender[int], rx ManyReceiver[int]) error {
			_, err := rx.RecvMany(task, nil, 0)
			return err
		},
		"RecvTimeout of 0": func(task *edo.Task, _, _ ManySender[int], rx ManyReceiver[int]) error {
			_, err := rx.RecvTimeout(task, 0)
			return err
		},
		"Recv at the end": func(task *edo.Task, _, _ ManySender[int], rx ManyReceiver[int]) error {
			_, err := rx.Recv(task)
			return err
		},
		"Send on closed": func(task *edo.Task, _, closed ManySender[int], _ ManyReceiver[int]) error {
			return closed.Send(task, 1)
		},
		"SendTimeout on closed": func(task *edo.Task, _, closed ManySender[int], _ ManyReceiver[int]) error {
			return closed.SendTimeout(task, 1, 0)
		},
		"Reserve on closed": func(task *edo.Task, _, closed ManySender[int], _ ManyReceiver[int]) error {
			return closed.Reserve(task)
		},
		"ReserveMany of none": func(task *edo.Task, usable, _ ManySender[int], _ ManyReceiver[int]) error {
			return usable.ReserveMany(task, 0)
		},
		"ReserveMany of too many": func(task *edo.Task, usable, _ ManySender[int], _ ManyReceiver[int]) error {
			return usable.ReserveMany(task, 9)
		},
		"Closed of closed": func(task *edo.Task, _, closed ManySender[int], _ ManyReceiver[int]) error {
			return closed.Closed(task)
		},
	} {
		Simulate(t, func(task *edo.Task) error {
			usable, _ := open(1)
			closed, rx := open(1)
			rx.Close()
			defer usable.Close()
			ran := false
			edo.Go(task, func(*edo.Task) error { ran = true; return nil })
			for range 1000 {
				_ = call(task, usable, closed, rx)
			}
			if !ran {
				t.Errorf("a thousand calls of %s, and no other task has run", what)
			}
			return nil
		})
	}
}
