package mpsc_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/chantest"
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

func TestAWaitForWhatHasEndedSaysSo(t *testing.T) {
	task := edotest.NewTask()
	tx, rx := mpsc.New[int](2)
	weak := tx.Downgrade()
	tx.Close()
	chantest.RequireWait(t, edotest.WaitsNext(task, rx), "mpsc: receive (at its end: every sender is closed, capacity 2)")
	closing := pollOf[edo.Unit](func(cx *edo.Context) (edo.Unit, edo.Poll, error) { return edo.Unit{}, tx.PollClosed(cx), nil })
	chantest.RequireWait(t, edotest.Waits(task, closing), "mpsc: closed (this sender is closed, capacity 2)")
	upgrade(t, weak, false)

	tx, rx = mpsc.New[int](2)
	defer tx.Close()
	reserve, send := tx.ReserveFuture(), tx.SendFuture(1)
	rx.Close()
	chantest.RequireWait(t, edotest.WaitsNext(task, rx), "mpsc: receive (at its end: it was closed, capacity 2)")
	chantest.RequireWait(t, edotest.Waits(task, reserve), "mpsc: reserve (the receiver is closed, capacity 2)")
	chantest.RequireWait(t, edotest.Waits(task, send), "mpsc: send (the receiver is closed, capacity 2)")
	chantest.RequireWait(t, edotest.Waits(task, closing), "mpsc: closed (the receiver is closed, capacity 2)")
	chantest.RequireWait(t, edotest.Waits(task, tx.ClosedFuture()), "mpsc: closed (the receiver is closed, capacity 2)")
	rx.Drop()
	chantest.RequireWait(t, edotest.WaitsNext(task, rx), "mpsc: receive (at its end: it was dropped, capacity 2)")
}
