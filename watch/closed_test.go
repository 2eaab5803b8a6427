package watch_test

import (
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/watch"
)

// pollClosed is PollClosed as a future.
type pollClosed struct{ tx *watch.Sender[int] }

func (f pollClosed) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	return edo.Unit{}, f.tx.PollClosed(cx), nil
}

func closedDirect(tx *watch.Sender[int]) edo.Future[edo.Unit] {
	return edo.Async(func(task *edo.Task) (edo.Unit, error) { return edo.Unit{}, tx.Closed(task) })
}

// faces are the three faces of the wait for no receivers.
var faces = []struct {
	name   string
	future func(tx *watch.Sender[int]) edo.Future[edo.Unit]
}{
	{"poll", func(tx *watch.Sender[int]) edo.Future[edo.Unit] { return pollClosed{tx} }},
	{"direct", closedDirect},
	{"future", func(tx *watch.Sender[int]) edo.Future[edo.Unit] { return tx.ClosedFuture() }},
}

func TestClosedCompletesWhenTheLastReceiverGoes(t *testing.T) {
	for _, face := range faces {
		t.Run(face.name, func(t *testing.T) {
			tx, rx1 := watch.New(1)
			defer tx.Close()
			rx2 := tx.Subscribe()
			task, f := edotest.NewTask(), face.future(tx)
			edotest.RequirePending(t, task, f)
			rx1.Drop()
			edotest.RequireWoken(t, task, 0)
			edotest.RequirePending(t, task, f)
			rx2.Close()
			edotest.RequireWoken(t, task, 1)
			edotest.RequireReady(t, task, f)
			edotest.RequireReady(t, task, face.future(tx))
			rx2.Drop()
			edotest.RequireWoken(t, task, 0)
		})
	}
}

func TestClosedWaitsOnWhenSomebodySubscribesMeanwhile(t *testing.T) {
	for _, face := range faces {
		t.Run(face.name, func(t *testing.T) {
			tx, rx := watch.New(1)
			defer tx.Close()
			task, f := edotest.NewTask(), face.future(tx)
			edotest.RequirePending(t, task, f)
			rx.Drop()
			edotest.RequireWoken(t, task, 1)
			rx = tx.Subscribe()
			edotest.RequirePending(t, task, f)
			rx.Drop()
			edotest.RequireWoken(t, task, 1)
			edotest.RequireReady(t, task, f)
		})
	}
}

func TestClosedCompletesWhenItsHandleIsClosedAndNotForTheOthers(t *testing.T) {
	for _, face := range faces {
		t.Run(face.name, func(t *testing.T) {
			tx1, rx := watch.New(1)
			tx2 := tx1.Clone()
			defer tx2.Close()
			t1, t2 := edotest.NewTask(), edotest.NewTask()
			f1, f2 := face.future(tx1), face.future(tx2)
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
		})
	}
}

func TestCancelledClosedIsWokenNoMore(t *testing.T) {
	tx, rx := watch.New(1)
	defer tx.Close()
	t1, t2, t3 := edotest.NewTask(), edotest.NewTask(), edotest.NewTask()
	direct, future, other := closedDirect(tx), tx.ClosedFuture(), closedDirect(tx)
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

func TestClosedOfOneHandleAndThenOfAnother(t *testing.T) {
	tx1, rx := watch.New(1)
	tx2 := tx1.Clone()
	task := edotest.NewTask()
	for _, tx := range []*watch.Sender[int]{tx1, tx2} {
		f := closedDirect(tx)
		edotest.RequirePending(t, task, f)
		tx.Close()
		edotest.RequireWoken(t, task, 1)
		edotest.RequireReady(t, task, f)
	}
	rx.Drop()
}
