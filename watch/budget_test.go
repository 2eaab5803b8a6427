package watch_test

import (
	"errors"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/chantest"
	"github.com/edo-go/edo/internal/own"
	"github.com/edo-go/edo/watch"
)

func TestEveryOperationThatCanReturnAtOnceGivesWay(t *testing.T) {
	any := func(int) bool { return true }
	tx, rx := watch.New(0)
	defer tx.Close()
	ended, end := watch.New(0)
	ended.Close()
	_, closed := watch.New(0)
	closed.Close()
	alone, dropped := watch.New(0)
	dropped.Drop()
	over := rx.WaitForFuture(any)
	edotest.Poll(edotest.NewTask(), over)
	chantest.RequireGivesWay(t, map[string]func(task *edo.Task){
		"Changed of an unseen value":   func(task *edo.Task) { tx.Send(1); rx.Changed(task) },
		"Changed after MarkChanged":    func(task *edo.Task) { rx.MarkChanged(); rx.Changed(task) },
		"Changed at the end":           func(task *edo.Task) { end.Changed(task) },
		"Changed on a closed receiver": func(task *edo.Task) { closed.Changed(task) },
		"ChangedFuture at the end":     func(task *edo.Task) { edo.Await(task, end.ChangedFuture()) },
		"the stream at the end":        func(task *edo.Task) { edo.Next(task, end) },
		"WaitFor":                      func(task *edo.Task) { rx.WaitFor(task, any) },
		"WaitFor on a closed receiver": func(task *edo.Task) { closed.WaitFor(task, any) },
		"WaitForFuture":                func(task *edo.Task) { edo.Await(task, rx.WaitForFuture(any)) },
		"WaitForFuture after its end":  func(task *edo.Task) { edo.Await(task, over) },
		"Closed of a closed sender":    func(task *edo.Task) { ended.Closed(task) },
		"Closed without receivers":     func(task *edo.Task) { alone.Closed(task) },
		"ClosedFuture":                 func(task *edo.Task) { edo.Await(task, alone.ClosedFuture()) },
	})
}

func TestFuturePolledAfterItsEndSaysSo(t *testing.T) {
	_, rx := watch.New(0)
	f, task := rx.WaitForFuture(func(int) bool { return true }), edotest.NewTask()
	edotest.RequireReady(t, task, f)
	edotest.RequireError(t, task, f, own.ErrPolledAgain)
	if _, _, err := edotest.Poll(task, f); errors.Is(err, edo.ErrClosed) {
		t.Error("it says that the channel is closed")
	}
}
