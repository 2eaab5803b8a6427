package future_test

import (
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/internal/own"
	"github.com/edo-go/edo/internal/own/owntest"
	"github.com/edo-go/edo/stream"
)

func TestJoin2ReturnsTheResultOfEachFuture(t *testing.T) {
	task := edotest.NewTask()
	n, s := owntest.NewScript[int](t).Wait().Fail(errTest), owntest.NewScript[string](t).Wait().Give("x")
	j := future.Join2(n, s)
	edotest.RequirePending(t, task, j)
	n.Wake()
	edotest.RequireWoken(t, task, 1)
	edotest.RequirePending(t, task, j)
	if n.Polls() != 2 || s.Polls() != 1 {
		t.Fatalf("polled %d and %d times", n.Polls(), s.Polls())
	}
	s.Wake()
	edotest.RequireWoken(t, task, 1)
	got := edotest.RequireReady(t, task, j)
	if got.First.Err != errTest || got.Second.Value != "x" || got.Second.Err != nil {
		t.Fatalf("got %v", got)
	}
	edotest.RequireError(t, task, j, own.ErrPolledAgain)
}

func TestJoin3TryJoin3AndTryJoin2ReturnTheResultOfEachFuture(t *testing.T) {
	task := edotest.NewTask()
	a, b, c := owntest.NewScript[int](t).Wait().Give(1), owntest.NewScript[string](t).Give("x"), owntest.NewScript[bool](t).Wait().Give(true)
	j := future.Join3(a, b, c)
	edotest.RequirePending(t, task, j)
	c.Wake()
	edotest.RequirePending(t, task, j)
	a.Wake()
	got := edotest.RequireReady(t, task, j)
	if got.First.Value != 1 || got.Second.Value != "x" || !got.Third.Value || b.Polls() != 1 || c.Polls() != 2 {
		t.Fatalf("got %v; polled %d and %d times", got, b.Polls(), c.Polls())
	}
	got2 := edotest.RequireReady(t, task, future.TryJoin3(future.Ready(1), future.Ready("x"), future.Ready(true)))
	if got2 != (future.Triple[int, string, bool]{First: 1, Second: "x", Third: true}) {
		t.Fatalf("got %v", got2)
	}
	got3 := edotest.RequireReady(t, task, future.TryJoin2(future.Ready(1), future.Ready("x")))
	if got3 != (future.Pair[int, string]{First: 1, Second: "x"}) {
		t.Fatalf("got %v", got3)
	}
}

func TestTryJoin3FailsWithTheFirstErrorAndDropsTheOtherFutures(t *testing.T) {
	task, h := edotest.NewTask(), owntest.NewHandle(1)
	waiting, failing := owntest.NewScript[string](t).Wait(), owntest.NewScript[int](t).Wait().Fail(errTest)
	j := future.TryJoin3(future.Ready(h), waiting, failing)
	edotest.RequirePending(t, task, j)
	failing.Wake()
	edotest.RequireError(t, task, j, errTest)
	if h.Drops() != 1 || waiting.Drops() != 1 || failing.Drops() != 1 {
		t.Fatalf("dropped %d, %d and %d times", h.Drops(), waiting.Drops(), failing.Drops())
	}
	first := owntest.NewScript[string](t).Wait()
	edotest.RequireError(t, task, future.TryJoin2(first, future.Fail[int](errTest)), errTest)
	if first.Drops() != 1 {
		t.Fatalf("dropped %d times", first.Drops())
	}
}

func TestPairsTriplesResultsAndSlicesDropTheirValues(t *testing.T) {
	task := edotest.NewTask()
	var hs []*owntest.Handle
	ready := func() edo.Future[*owntest.Handle] {
		h := owntest.NewHandle(len(hs))
		hs = append(hs, h)
		return future.Ready(h)
	}
	// Values inside values of a TryJoin that then fails.
	failing := future.Fail[int](errTest)
	for _, f := range []edo.Future[edo.Unit]{
		forget(future.TryJoin2(future.TryJoin3(ready(), future.Join2(ready(), ready()), future.TryJoin2(ready(), ready())), failing)),
		forget(future.TryJoin2(future.TryJoin(ready(), ready()), failing)),
		forget(future.TryJoin2(future.Join(ready(), future.Fail[*owntest.Handle](errTest)), failing)),
		forget(future.TryJoin(future.Join(future.TryJoin(ready(), ready())), future.Fail[[]future.Result[[]*owntest.Handle]](errTest))),
		forget(future.TryJoin2(stream.Collect(stream.Then(stream.Values(ready(), ready()), func(f edo.Future[*owntest.Handle]) edo.Future[*owntest.Handle] { return f })), failing)),
	} {
		edotest.RequireError(t, task, f, errTest)
	}
	for i, h := range hs {
		if h.Drops() != 1 {
			t.Errorf("handle %d was dropped %d times", i, h.Drops())
		}
	}
	h := owntest.NewHandle(0)
	future.Result[*owntest.Handle]{Value: h, Err: errTest}.Drop()
	if h.Drops() != 0 {
		t.Error("a value that came with an error was dropped")
	}
}
