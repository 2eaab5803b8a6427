package future_test

import (
	"fmt"
	"strconv"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/internal/own"
	"github.com/edo-go/edo/internal/own/owntest"
)

func TestMapWaitsAndChangesTheValue(t *testing.T) {
	task, src := edotest.NewTask(), owntest.NewScript[int](t).Wait().Give(7)
	f := future.Map(src, strconv.Itoa)
	edotest.RequirePending(t, task, f)
	src.Wake()
	edotest.RequireWoken(t, task, 1)
	if v := edotest.RequireReady(t, task, f); v != "7" {
		t.Fatalf("got %q", v)
	}
}

func TestMapAndAndThenPassAnErrorWithoutCallingTheirFunctions(t *testing.T) {
	task := edotest.NewTask()
	edotest.RequireError(t, task, future.Map(future.Fail[int](errTest), func(int) int {
		t.Error("the function was called")
		return 0
	}), errTest)
	edotest.RequireError(t, task, future.AndThen(future.Fail[int](errTest), func(int) edo.Future[int] {
		t.Error("the function was called")
		return nil
	}), errTest)
}

func TestMapErrAndOrElsePassAValueWithoutCallingTheirFunctions(t *testing.T) {
	task := edotest.NewTask()
	f := future.Ready(7).
		MapErr(func(error) error {
			t.Error("the function was called")
			return errTest
		}).
		OrElse(func(error) edo.Future[int] {
			t.Error("the function was called")
			return nil
		})
	if v := edotest.RequireReady(t, task, f); v != 7 {
		t.Fatalf("got %d", v)
	}
}

func TestMapErrChangesTheErrorAndNilIsSuccess(t *testing.T) {
	task := edotest.NewTask()
	edotest.RequireError(t, task, future.Fail[int](fmt.Errorf("first")).MapErr(func(error) error { return errTest }), errTest)
	if v := edotest.RequireReady(t, task, future.Fail[int](errTest).MapErr(func(error) error { return nil })); v != 0 {
		t.Fatalf("got %d", v)
	}
}

// stages are the combinators that continue with a second future: after the first has a
// value, or, with afterError, after it has failed.
var stages = []struct {
	name       string
	afterError bool
	build      func(first edo.Future[int], second func() edo.Future[int]) edo.Future[int]
}{
	{"AndThen", false, func(first edo.Future[int], second func() edo.Future[int]) edo.Future[int] {
		return future.AndThen(first, func(int) edo.Future[int] { return second() })
	}},
	{"OrElse", true, func(first edo.Future[int], second func() edo.Future[int]) edo.Future[int] {
		return future.Of(first).OrElse(func(error) edo.Future[int] { return second() })
	}},
	{"Then", false, func(first edo.Future[int], second func() edo.Future[int]) edo.Future[int] {
		return future.Then(first, func(int, error) edo.Future[int] { return second() })
	}},
	{"Then of an error", true, func(first edo.Future[int], second func() edo.Future[int]) edo.Future[int] {
		return future.Then(first, func(int, error) edo.Future[int] { return second() })
	}},
}

func TestThePollThatMakesTheSecondFuturePollsItAndDropsTheFirst(t *testing.T) {
	for _, stage := range stages {
		t.Run(stage.name, func(t *testing.T) {
			task := edotest.NewTask()
			first, second := owntest.NewScript[int](t).Wait(), owntest.NewScript[int](t).Wait().Give(2)
			if stage.afterError {
				first.Fail(errTest)
			} else {
				first.Give(1)
			}
			f := stage.build(first, func() edo.Future[int] {
				if first.Drops() != 1 {
					t.Error("the first future was not dropped before the function ran")
				}
				return second
			})

			edotest.RequirePending(t, task, f)
			if second.Polls() != 0 {
				t.Fatal("the second future was polled while the first is pending")
			}
			first.Wake()
			edotest.RequireWoken(t, task, 1)
			edotest.RequirePending(t, task, f)
			if first.Polls() != 2 || second.Polls() != 1 {
				t.Fatalf("polled %d and %d times, want 2 and 1", first.Polls(), second.Polls())
			}
			second.Wake()
			edotest.RequireWoken(t, task, 1)
			if v := edotest.RequireReady(t, task, f); v != 2 {
				t.Fatalf("got %d", v)
			}
			edotest.RequireError(t, task, f, own.ErrPolledAgain)
		})
	}
}

func TestNilSecondFutureIsAnError(t *testing.T) {
	for _, stage := range stages {
		t.Run(stage.name, func(t *testing.T) {
			first := edo.Future[int](future.Ready(1))
			if stage.afterError {
				first = future.Fail[int](errTest)
			}
			f := stage.build(first, func() edo.Future[int] { return nil })
			edotest.RequireError(t, edotest.NewTask(), f, future.ErrNil)
		})
	}
}

func TestThenSeesValueAndError(t *testing.T) {
	task := edotest.NewTask()
	format := func(v int, err error) edo.Future[string] { return future.Ready(fmt.Sprint(v, err)) }
	for want, f := range map[string]edo.Future[int]{
		"7 <nil>":        future.Ready(7),
		"0 test: failed": future.Fail[int](errTest),
	} {
		if got := edotest.RequireReady(t, task, future.Then(f, format)); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestMapDropsItsSourceBeforeItsFunctionRuns(t *testing.T) {
	task := edotest.NewTask()
	src := owntest.NewScript[int](t).Give(1)
	edotest.RequireReady(t, task, future.Map(src, func(v int) int {
		if src.Drops() != 1 {
			t.Error("the source was not dropped before the function ran")
		}
		return v
	}))
	failing := owntest.NewScript[int](t).Fail(errTest)
	edotest.RequireError(t, task, future.Of(failing).MapErr(func(err error) error {
		if failing.Drops() != 1 {
			t.Error("the source was not dropped before the function ran")
		}
		return err
	}), errTest)
}

func TestAFunctionThatHasPanickedIsNotCalledAgain(t *testing.T) {
	task, calls := edotest.NewTask(), 0
	f := future.Map(future.Ready(1), func(int) int {
		calls++
		panic("test")
	})
	func() {
		defer func() { recover() }()
		edotest.Poll(task, f)
	}()
	edotest.RequireError(t, task, f, own.ErrPolledAgain)
	if calls != 1 {
		t.Fatalf("called %d times", calls)
	}
}
