package watch_test

import (
	"errors"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/watch"
)

// pollWaitFor is PollWaitFor as a future.
type pollWaitFor struct {
	rx   *watch.Receiver[int]
	pred func(int) bool
}

func (f pollWaitFor) Poll(cx *edo.Context) (int, edo.Poll, error) {
	return f.rx.PollWaitFor(cx, f.pred)
}

// waitForForms are the three forms of the wait for a value that suits.
var waitForForms = []struct {
	name   string
	future func(rx *watch.Receiver[int], pred func(int) bool) edo.Future[int]
}{
	{"poll", func(rx *watch.Receiver[int], pred func(int) bool) edo.Future[int] { return pollWaitFor{rx, pred} }},
	{"direct", func(rx *watch.Receiver[int], pred func(int) bool) edo.Future[int] {
		return edo.Async(func(task *edo.Task) (int, error) { return rx.WaitFor(task, pred) })
	}},
	{"future", func(rx *watch.Receiver[int], pred func(int) bool) edo.Future[int] { return rx.WaitForFuture(pred) }},
}

func even(v int) bool { return v%2 == 0 }

func TestWaitForTriesTheCurrentValueFirst(t *testing.T) {
	for _, s := range waitForForms {
		t.Run(s.name, func(t *testing.T) {
			tx, rx := watch.New(2)
			task := edotest.NewTask()
			if v := edotest.RequireReady(t, task, s.future(rx, even)); v != 2 { // although it is seen
				t.Fatalf("got %d", v)
			}
			send(t, tx, 4, nil)
			if v := edotest.RequireReady(t, task, s.future(rx, even)); v != 4 {
				t.Fatalf("got %d", v)
			}
			requireChanged(t, rx, false, nil) // WaitFor has marked it as seen
			tx.Close()
			if v := edotest.RequireReady(t, task, s.future(rx, even)); v != 4 { // also when all senders are closed
				t.Fatalf("got %d", v)
			}
			edotest.RequireError(t, task, s.future(rx, func(int) bool { return false }), edo.ErrClosed)
		})
	}
}

func TestWaitForWaitsUntilAValueSuits(t *testing.T) {
	for _, s := range waitForForms {
		t.Run(s.name, func(t *testing.T) {
			tx, rx := watch.New(1)
			task := edotest.NewTask()
			var tried []int
			f := s.future(rx, func(v int) bool {
				if len(tried) == 0 || tried[len(tried)-1] != v {
					tried = append(tried, v)
				}
				return even(v)
			})
			edotest.RequirePending(t, task, f)
			requireChanged(t, rx, false, nil)
			send(t, tx, 2, nil)
			send(t, tx, 3, nil) // 2 is replaced before the predicate is called
			edotest.RequireWoken(t, task, 1)
			edotest.RequirePending(t, task, f)
			requireChanged(t, rx, false, nil)
			send(t, tx, 6, nil)
			edotest.RequireWoken(t, task, 1)
			if v := edotest.RequireReady(t, task, f); v != 6 {
				t.Fatalf("got %d, want 6", v)
			}
			requireChanged(t, rx, false, nil)
			if len(tried) != 3 || tried[0] != 1 || tried[1] != 3 || tried[2] != 6 {
				t.Fatalf("the predicate was called with %v", tried)
			}
		})
	}
}

func TestWaitForTriesTheLastValueAndThenIsClosed(t *testing.T) {
	for _, s := range waitForForms {
		t.Run(s.name, func(t *testing.T) {
			for last, suits := range map[int]bool{2: true, 3: false} {
				tx, rx := watch.New(1)
				task, f := edotest.NewTask(), s.future(rx, even)
				edotest.RequirePending(t, task, f)
				send(t, tx, last, nil)
				tx.Close()
				edotest.RequireWoken(t, task, 1)
				if suits {
					edotest.RequireReady(t, task, f)
				} else {
					edotest.RequireError(t, task, f, edo.ErrClosed)
				}
			}
			tx, rx := watch.New(1)
			task, f := edotest.NewTask(), s.future(rx, even)
			edotest.RequirePending(t, task, f)
			rx.Close()
			edotest.RequireWoken(t, task, 1)
			edotest.RequireError(t, task, f, edo.ErrClosed)
			send(t, tx, 2, edo.ErrClosed)
			edotest.RequireError(t, task, s.future(rx, even), edo.ErrClosed)
		})
	}
}

func TestWaitForFutureCallsThePredicateOnceForEachValue(t *testing.T) {
	tx, rx := watch.New(1)
	task, calls := edotest.NewTask(), 0
	f := rx.WaitForFuture(func(v int) bool { calls++; return even(v) })
	for range 3 {
		edotest.RequirePending(t, task, f)
	}
	if calls != 1 {
		t.Fatalf("%d calls for one value", calls)
	}
	send(t, tx, 2, nil)
	edotest.RequireWoken(t, task, 1)
	edotest.RequireReady(t, task, f)
	if calls != 2 {
		t.Fatalf("%d calls for two values", calls)
	}
}

func TestPanicInAPredicatePassesToTheCallerAndHarmsNothing(t *testing.T) {
	for _, s := range waitForForms {
		t.Run(s.name, func(t *testing.T) {
			tx, rx := watch.New(1)
			func() {
				defer func() { recover() }()
				edotest.Poll(edotest.NewTask(), s.future(rx, func(int) bool { panic("no") }))
			}()
			send(t, tx, 2, nil)
			if v := edotest.RequireReady(t, edotest.NewTask(), s.future(rx, even)); v != 2 {
				t.Fatalf("got %d", v)
			}
		})
	}
}

func TestDirectWaitForGivesWayWhenTheBudgetIsUsedUp(t *testing.T) {
	for name, suits := range map[string]bool{"a value that suits": true, "values that do not": false} {
		t.Run(name, func(t *testing.T) {
			tx, rx := watch.New(0)
			defer tx.Close()
			calls := 0
			f := edo.Async(func(task *edo.Task) (u edo.Unit, err error) {
				for err == nil {
					_, err = rx.WaitFor(task, func(v int) bool {
						if calls++; calls == 1000 {
							panic("it does not give way")
						}
						send(t, tx, v+1, nil)
						return suits
					})
				}
				return u, err
			})
			task := edotest.NewTask()
			edotest.RequirePending(t, task, f)
			edotest.RequireWoken(t, task, 1) // by the budget
			if calls != 128 {
				t.Errorf("%d calls, want the budget of 128", calls)
			}
			edo.Drop(f)
			if _, _, err := edotest.Poll(task, f); !errors.Is(err, edo.ErrCancelled) {
				t.Error(err)
			}
		})
	}
}
