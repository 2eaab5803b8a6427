package chantest

import (
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
)

// FanoutSender is a sender, of type S, of a channel with several receivers, of type R.
type FanoutSender[S, R any] interface {
	Sender
	ClosedFuture() edo.Future[edo.Unit]
	Clone() S
	Subscribe() R
}

// FanoutReceiver is a receiver of a channel with several receivers.
type FanoutReceiver interface {
	Close()
	Drop()
}

// TestClosed requires of a channel with several receivers what its senders promise of
// their Closed, PollClosed and ClosedFuture, each property in a subtest.
func TestClosed[S FanoutSender[S, R], R FanoutReceiver](t *testing.T, newChannel func() (S, R)) {
	c := fanout[S, R]{newChannel}
	forms := map[string]func(tx S) edo.Future[edo.Unit]{
		"poll":   func(tx S) edo.Future[edo.Unit] { return ClosedByPoll(tx) },
		"direct": func(tx S) edo.Future[edo.Unit] { return ClosedDirect(tx) },
		"future": func(tx S) edo.Future[edo.Unit] { return tx.ClosedFuture() },
	}
	for name, property := range map[string]func(t *testing.T, closed func(tx S) edo.Future[edo.Unit]){
		"CompletesWhenTheLastReceiverGoes":                 c.completesWhenTheLastReceiverGoes,
		"WaitsOnWhenAReceiverSubscribesMeanwhile":          c.waitsOnWhenAReceiverSubscribesMeanwhile,
		"CompletesWhenItsHandleIsClosedAndNotForTheOthers": c.completesWhenItsHandleIsClosed,
	} {
		for form, closed := range forms {
			t.Run(name+"/"+form, func(t *testing.T) { property(t, closed) })
		}
	}
	t.Run("CancelledIsWokenNoMore", c.cancelledIsWokenNoMore)
	t.Run("OfOneHandleAndThenOfAnother", c.ofOneHandleAndThenOfAnother)
}

// fanout makes the channels that TestClosed tests.
type fanout[S FanoutSender[S, R], R FanoutReceiver] struct{ newChannel func() (S, R) }

func (c fanout[S, R]) completesWhenTheLastReceiverGoes(t *testing.T, closed func(tx S) edo.Future[edo.Unit]) {
	tx, rx1 := c.newChannel()
	defer tx.Close()
	rx2 := tx.Subscribe()
	task, f := edotest.NewTask(), closed(tx)
	edotest.RequirePending(t, task, f)
	rx1.Drop()
	edotest.RequireWoken(t, task, 0)
	edotest.RequirePending(t, task, f)
	rx2.Close()
	edotest.RequireWoken(t, task, 1)
	edotest.RequireReady(t, task, f)
	edotest.RequireReady(t, task, closed(tx))
	rx2.Drop()
	edotest.RequireWoken(t, task, 0)
}

func (c fanout[S, R]) waitsOnWhenAReceiverSubscribesMeanwhile(t *testing.T, closed func(tx S) edo.Future[edo.Unit]) {
	tx, rx := c.newChannel()
	defer tx.Close()
	task, f := edotest.NewTask(), closed(tx)
	edotest.RequirePending(t, task, f)
	rx.Drop()
	edotest.RequireWoken(t, task, 1)
	rx = tx.Subscribe()
	edotest.RequirePending(t, task, f)
	rx.Drop()
	edotest.RequireWoken(t, task, 1)
	edotest.RequireReady(t, task, f)
}

func (c fanout[S, R]) completesWhenItsHandleIsClosed(t *testing.T, closed func(tx S) edo.Future[edo.Unit]) {
	tx1, rx := c.newChannel()
	tx2 := tx1.Clone()
	defer tx2.Close()
	t1, t2 := edotest.NewTask(), edotest.NewTask()
	f1, f2 := closed(tx1), closed(tx2)
	edotest.RequirePending(t, t1, f1)
	edotest.RequirePending(t, t2, f2)
	tx1.Close()
	edotest.RequireWoken(t, t1, 1)
	edotest.RequireWoken(t, t2, 0)
	edotest.RequireReady(t, t1, f1)
	rx.Drop()
	edotest.RequireWoken(t, t1, 0)
	edotest.RequireWoken(t, t2, 1)
	edotest.RequireReady(t, t2, f2)
}

func (c fanout[S, R]) cancelledIsWokenNoMore(t *testing.T) {
	tx, rx := c.newChannel()
	defer tx.Close()
	t1, t2, t3 := edotest.NewTask(), edotest.NewTask(), edotest.NewTask()
	direct, future, other := ClosedDirect(tx), tx.ClosedFuture(), ClosedDirect(tx)
	edotest.RequirePending(t, t1, direct)
	edotest.RequirePending(t, t2, future)
	edotest.RequirePending(t, t3, other)
	edo.Drop(direct)
	edotest.RequireError(t, t1, direct, edo.ErrCancelled)
	edo.Drop(future)
	edo.Drop(future)
	t1.TakeWakes()
	rx.Drop()
	edotest.RequireWoken(t, t1, 0)
	edotest.RequireWoken(t, t2, 0)
	edotest.RequireWoken(t, t3, 1)
	edotest.RequireReady(t, t3, other)
}

func (c fanout[S, R]) ofOneHandleAndThenOfAnother(t *testing.T) {
	tx1, rx := c.newChannel()
	tx2 := tx1.Clone()
	task := edotest.NewTask()
	for _, tx := range []S{tx1, tx2} {
		f := ClosedDirect(tx)
		edotest.RequirePending(t, task, f)
		tx.Close()
		edotest.RequireWoken(t, task, 1)
		edotest.RequireReady(t, task, f)
	}
	rx.Drop()
}
