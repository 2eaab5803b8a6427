package selector_test

import (
	"strings"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/own/owntest"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/selector"
)

func TestABranchThatIsTurnedOffIsNotPolled(t *testing.T) {
	task := edotest.NewTask()
	a, b := owntest.NewScript[int](t).Wait().Give(1, 2), owntest.NewScript[int](t).Give(3)
	f := owntest.NewScript[int](t).Give(4)
	var log []string
	on, asked := false, 0
	guard := func() bool { asked++; return on }
	sel := selector.New(
		selector.On(b, logged(&log, "b")).If(guard),
		selector.OnFuture(f, logged(&log, "f")).If(guard),
		selector.On(a, logged(&log, "a")),
	).Biased()
	edotest.RequireNextPending(t, task, sel)
	edotest.RequireNextPending(t, task, sel)
	a.Wake()
	takeTurn(t, task, sel)
	requireLog(t, &log, "a 1")
	if b.Polls()+f.Polls() != 0 || asked != 2 { // each guard once in the turn
		t.Fatalf("polled %d and %d times, asked %d times", b.Polls(), f.Polls(), asked)
	}
	on = true
	takeTurn(t, task, sel)
	takeTurn(t, task, sel)
	requireLog(t, &log, "b 3", "b edo: closed")
	takeTurn(t, task, sel)
	requireLog(t, &log, "f 4")
}

func TestTheEndOfAStreamIsHandledOnceAndErrorsAreItems(t *testing.T) {
	task := edotest.NewTask()
	src := owntest.NewScript[int](t).Give(1).Fail(errSelect).Give(2)
	var log []string
	ends := 0
	sel := selector.New(selector.On(src, func(v int, err error) error {
		if err == edo.ErrClosed {
			ends++
			return nil
		}
		return logged(&log, "s")(v, err)
	}))
	for range 4 {
		takeTurn(t, task, sel)
	}
	requireLog(t, &log, "s 1", "s "+errSelect.Error(), "s 2")
	edotest.RequireEnd(t, task, sel)
	if ends != 1 || src.Polls() != 4 {
		t.Fatalf("%d ends, %d polls", ends, src.Polls())
	}
}

func TestAFutureIsHandledOnceUntilItIsReset(t *testing.T) {
	task := edotest.NewTask()
	var log []string
	f := selector.OnFuture[int](nil, logged(&log, "f"))
	src := owntest.NewScript[int](t).Wait().Give(9)
	sel := selector.New(f, selector.On(src, logged(&log, "s"))).Biased()
	edotest.RequireNextPending(t, task, sel)

	one, two := owntest.NewScript[int](t).Give(1), owntest.NewScript[int](t).Wait()
	f.Reset(one) // while a turn is pending
	takeTurn(t, task, sel)
	requireLog(t, &log, "f 1")
	edotest.RequireNextPending(t, task, sel)
	f.Reset(two)
	edotest.RequireNextPending(t, task, sel)
	f.Reset(owntest.NewScript[int](t).Fail(errSelect))
	takeTurn(t, task, sel)
	requireLog(t, &log, "f "+errSelect.Error())
	f.Reset(two)
	f.Reset(nil)
	src.Wake()
	takeTurn(t, task, sel)
	takeTurn(t, task, sel)
	requireLog(t, &log, "s 9", "s edo: closed")
	edotest.RequireEnd(t, task, sel)
	f.Reset(owntest.NewScript[int](t).Give(7))
	takeTurn(t, task, sel)
	requireLog(t, &log, "f 7")
	edotest.RequireEnd(t, task, sel)
	if one.Polls() != 1 || two.Polls() != 1 || one.Drops()+two.Drops() != 0 {
		t.Fatalf("polled %d and %d times, dropped %d and %d times", one.Polls(), two.Polls(), one.Drops(), two.Drops())
	}
}

func TestAFutureThatReturnsEndIsAnError(t *testing.T) {
	var got error
	sel := selector.New(selector.OnFuture(tasktest.PollFunc[int](func(*edo.Context) (int, edo.Poll, error) { return 0, edo.End, nil }),
		func(_ int, err error) error { got = err; return nil }))
	takeTurn(t, edotest.NewTask(), sel)
	if got == nil || !strings.Contains(got.Error(), "returned End") {
		t.Fatalf("got %v", got)
	}
}

func TestABranchThatAGuardResetsIsNotPolledInThatTurn(t *testing.T) {
	task := edotest.NewTask()
	src := owntest.NewScript[int](t).Wait().Give(1)
	var log []string
	f := selector.OnFuture[int](owntest.NewScript[int](t), logged(&log, "f"))
	sel := selector.New(f, selector.On(src, logged(&log, "s")).If(func() bool { f.Reset(nil); return true }))
	edotest.RequireNextPending(t, task, sel)
	src.Wake()
	takeTurn(t, task, sel)
	requireLog(t, &log, "s 1")
}
