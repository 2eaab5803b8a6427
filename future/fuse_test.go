package future_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/internal/own"
	"github.com/edo-go/edo/internal/own/owntest"
)

func TestAFuseThatHasEndedStaysPendingAndLeavesItsSourceAlone(t *testing.T) {
	for _, fails := range []bool{false, true} {
		task, src := edotest.NewTask(), owntest.NewScript[int](t).Wait()
		if fails {
			src.Fail(errTest)
		} else {
			src.Give(7)
		}
		f := future.Of(src).Fuse()
		edotest.RequirePending(t, task, f)
		src.Wake()
		edotest.RequireWoken(t, task, 1)
		if v, p, err := edotest.Poll(task, f); p != edo.Ready || fails != (err == errTest) || !fails && v != 7 {
			t.Fatalf("got %d, %v, %v", v, p, err)
		}
		for range 3 {
			edotest.RequirePending(t, task, f)
		}
		edotest.RequireWoken(t, task, 0)
		if src.Drops() != 1 || src.Polls() != 2 {
			t.Fatalf("the source was dropped %d times, and polled %d times", src.Drops(), src.Polls())
		}
		f.Drop()
		edotest.RequireError(t, task, f, own.ErrPolledAgain)
	}
}

func TestInspectSeesTheResultOnceAndPassesItOn(t *testing.T) {
	task, seen := edotest.NewTask(), 0
	src := owntest.NewScript[int](t).Wait().Give(7)
	f := future.Of(src).Inspect(func(v int, err error) {
		if seen++; v != 7 || err != nil || src.Drops() != 1 {
			t.Errorf("saw %d, %v; the source was dropped %d times", v, err, src.Drops())
		}
	})
	edotest.RequirePending(t, task, f)
	src.Wake()
	if v := edotest.RequireReady(t, task, f); v != 7 || seen != 1 {
		t.Fatalf("got %d, seen %d times", v, seen)
	}
	edotest.RequireError(t, task, future.Fail[int](errTest).Inspect(func(_ int, err error) {
		if seen++; err != errTest {
			t.Errorf("saw %v", err)
		}
	}), errTest)
	if seen != 2 {
		t.Fatalf("seen %d times", seen)
	}
}

func TestAValueIsDroppedWhenTheFunctionThatInspectsItPanics(t *testing.T) {
	task, h := edotest.NewTask(), owntest.NewHandle(1)
	f := future.Ready(h).Inspect(func(*owntest.Handle, error) { panic("test") })
	edotest.RequireReady(t, task, future.Then(f.CatchPanic(), func(_ *owntest.Handle, err error) edo.Future[int] {
		if e := new(edo.PanicError); !errors.As(err, &e) {
			t.Errorf("got %v", err)
		}
		return future.Ready(1)
	}))
	if h.Drops() != 1 {
		t.Fatalf("dropped %d times", h.Drops())
	}
}

func TestAPanicOfOneFutureIsItsErrorAndTheOthersGoOn(t *testing.T) {
	task, bad := edotest.NewTask(), &panicking{}
	srcs, fs := asFutures(waitAndGive(t, 1))
	f := future.Join(future.Of[int](bad).CatchPanic(), future.Of(fs[0]).CatchPanic())
	edotest.RequirePending(t, task, f)
	if bad.drops != 1 {
		t.Fatalf("the future that panicked was dropped %d times", bad.drops)
	}
	srcs[0].Wake()
	results := edotest.RequireReady(t, task, f)
	var e *edo.PanicError
	if !errors.As(results[0].Err, &e) || e.Value != "test" || !strings.Contains(string(e.Stack), "panicking") {
		t.Errorf("got %v", results[0].Err)
	}
	if results[1].Value != 1 || results[1].Err != nil {
		t.Errorf("got %+v", results[1])
	}
}

func TestFlattenContinuesWithTheFutureThatIsTheValue(t *testing.T) {
	task := edotest.NewTask()
	inner := owntest.NewScript[int](t).Wait().Give(7)
	outer := owntest.NewScript[edo.Future[int]](t).Wait().Give(inner)
	f := future.Flatten(edo.Future[edo.Future[int]](outer))
	edotest.RequirePending(t, task, f)
	outer.Wake()
	edotest.RequirePending(t, task, f)
	if outer.Drops() != 1 || inner.Polls() != 1 {
		t.Fatalf("the outer one was dropped %d times, the inner polled %d times", outer.Drops(), inner.Polls())
	}
	inner.Wake()
	if v := edotest.RequireReady(t, task, f); v != 7 || inner.Drops() != 1 {
		t.Fatalf("got %d", v)
	}
	nested := future.Map(future.Ready(1), func(v int) future.Fut[int] { return future.Ready(v + 1) })
	if v := edotest.RequireReady(t, task, future.Flatten(nested)); v != 2 {
		t.Fatalf("got %d", v)
	}
	edotest.RequireError(t, task, future.Flatten(future.Ready[edo.Future[int]](nil)), future.ErrNil)
	edotest.RequireError(t, task, future.Flatten(future.Fail[edo.Future[int]](errTest)), errTest)
}
