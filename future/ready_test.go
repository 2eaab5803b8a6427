package future_test

import (
	"errors"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/internal/own"
	"github.com/edo-go/edo/internal/own/owntest"
)

var errTest = errors.New("test: failed")

func TestLazyRunsAtItsFirstPollAndAtMostOnce(t *testing.T) {
	task, runs := edotest.NewTask(), 0
	f := future.Lazy(func() (int, error) {
		runs++
		return 7, nil
	})
	if runs != 0 {
		t.Fatal("the function ran before the first poll")
	}
	if v := edotest.RequireReady(t, task, f); v != 7 || runs != 1 {
		t.Fatalf("got %d after %d runs", v, runs)
	}
	edotest.RequireError(t, task, f, own.ErrPolledAgain)
	if runs != 1 {
		t.Fatalf("the function ran %d times", runs)
	}
}

func TestLazyDroppedUnpolledNeverRuns(t *testing.T) {
	f := future.Lazy(func() (int, error) {
		t.Error("the function ran")
		return 0, nil
	})
	f.Drop()
	edotest.RequireError(t, edotest.NewTask(), f, own.ErrPolledAgain)
}

func TestLazyFailsWithTheErrorOfItsFunction(t *testing.T) {
	f := future.Lazy(func() (int, error) { return 0, errTest })
	edotest.RequireError(t, edotest.NewTask(), f, errTest)
}

func TestReadyReturnsItsValueOnce(t *testing.T) {
	task, h := edotest.NewTask(), owntest.NewHandle(1)
	f := future.Ready(h)
	if edotest.RequireReady(t, task, f) != h {
		t.Fatal("got a different value")
	}
	edotest.RequireError(t, task, f, own.ErrPolledAgain)
	f.Drop()
	if h.Drops() != 0 {
		t.Fatal("the returned value was dropped")
	}
}

func TestReadyDroppedUnpolledDropsItsValue(t *testing.T) {
	h := owntest.NewHandle(1)
	f := future.Ready(h)
	f.Drop()
	f.Drop()
	if h.Drops() != 1 {
		t.Fatalf("dropped %d times", h.Drops())
	}
}

func TestFailFails(t *testing.T) {
	edotest.RequireError(t, edotest.NewTask(), future.Fail[int](errTest), errTest)
}

func TestPollFnIsCalledUntilItIsReady(t *testing.T) {
	task, polls := edotest.NewTask(), 0
	var waker edo.Waker
	f := future.PollFn(func(cx *edo.Context) (int, edo.Poll, error) {
		if polls++; polls == 1 {
			waker = cx.Waker()
			return 0, edo.Pending, nil
		}
		return polls, edo.Ready, nil
	})
	edotest.RequirePending(t, task, f)
	edotest.RequireWoken(t, task, 0)
	waker.Wake()
	edotest.RequireWoken(t, task, 1)
	if v := edotest.RequireReady(t, task, f); v != 2 {
		t.Fatalf("got %d", v)
	}
	edotest.RequireError(t, task, f, own.ErrPolledAgain)
	if polls != 2 {
		t.Fatalf("called %d times", polls)
	}
}

func TestOfPollsAndDropsItsFuture(t *testing.T) {
	task, src := edotest.NewTask(), owntest.NewScript[int](t).Wait().Give(7)
	f := future.Of(src)
	edotest.RequirePending(t, task, f)
	src.Wake()
	edotest.RequireWoken(t, task, 1)
	if v := edotest.RequireReady(t, task, f); v != 7 {
		t.Fatalf("got %d", v)
	}
	f.Drop()
	if src.Drops() != 1 {
		t.Fatalf("dropped %d times", src.Drops())
	}
}

func TestOfAFutIsThatFut(t *testing.T) {
	f := future.Ready(1)
	if future.Of(f) != f {
		t.Fatal("got a different Fut")
	}
}

func TestAPollWithoutAFutureIsAnErrorAndNotAPanic(t *testing.T) {
	task := edotest.NewTask()
	var zero future.Fut[int]
	zero.Drop()
	for name, f := range map[string]edo.Future[int]{
		"zero":        zero,
		"of nil":      future.Of[int](nil),
		"map of nil":  future.Map(nil, func(int) int { return 1 }),
		"map of zero": future.Map(zero, func(int) int { return 1 }),
		"or else":     zero.OrElse(func(error) edo.Future[int] { return future.Ready(1) }),
		"then":        future.Then(zero, func(int, error) edo.Future[int] { return future.Ready(1) }),
		"owning":      future.Owning(zero),
	} {
		t.Run(name, func(t *testing.T) { edotest.RequireError(t, task, f, own.ErrPolledAgain) })
	}
}
