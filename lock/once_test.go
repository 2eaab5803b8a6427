package lock_test

import (
	"errors"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/lock"
	"github.com/edo-go/edo/oneshot"
)

// maker makes a value when the test lets it: what its sender is given.
type maker struct {
	calls int
	tx    *oneshot.Sender[int]
}

func (m *maker) future() edo.Future[int] {
	m.calls++
	tx, rx := oneshot.New[int]()
	m.tx = tx
	return rx
}

func (m *maker) direct(task *edo.Task) (int, error) {
	m.calls++
	tx, rx := oneshot.New[int]()
	m.tx = tx
	defer rx.Drop()
	return rx.Recv(task)
}

// faces are the two ways to ask, with a function that waits for m.
var faces = map[string]func(o *lock.Once[int], m *maker) edo.Future[int]{
	"direct": func(o *lock.Once[int], m *maker) edo.Future[int] {
		return edo.Async(func(task *edo.Task) (int, error) { return o.GetOrInit(task, m.direct) })
	},
	"future": func(o *lock.Once[int], m *maker) edo.Future[int] { return o.GetOrInitFuture(m.future) },
}

func eachFace(t *testing.T, test func(t *testing.T, ask func(o *lock.Once[int], m *maker) edo.Future[int])) {
	for name, ask := range faces {
		t.Run(name, func(t *testing.T) { test(t, ask) })
	}
}

func noValue(t *testing.T, o *lock.Once[int]) {
	t.Helper()
	sound(t, o)
	if v, ok := o.Get(); v != 0 || ok {
		t.Fatalf("Get() = %d, %v, of no value", v, ok)
	}
}

func hasValue(t *testing.T, o *lock.Once[int], want int) {
	t.Helper()
	sound(t, o)
	if v, ok := o.Get(); v != want || !ok {
		t.Fatalf("Get() = %d, %v, want %d", v, ok, want)
	}
}

func TestOneInitialiserMakesTheValueForAll(t *testing.T) {
	eachFace(t, func(t *testing.T, ask func(*lock.Once[int], *maker) edo.Future[int]) {
		var o lock.Once[int]
		var m, idle maker
		noValue(t, &o)
		first := by(t, ask(&o, &m)).waits()
		second, third := by(t, ask(&o, &idle)).waits(), by(t, ask(&o, &idle)).waits()
		noValue(t, &o)
		m.tx.Send(7)
		if v := first.woken(1).gets(); v != 7 {
			t.Fatalf("got %d", v)
		}
		hasValue(t, &o, 7)
		if a, b := second.woken(1).gets(), third.woken(1).gets(); a != 7 || b != 7 {
			t.Fatalf("got %d and %d", a, b)
		}
		if v := by(t, ask(&o, &idle)).gets(); v != 7 || m.calls != 1 || idle.calls != 0 {
			t.Fatalf("got %d, after %d and %d calls", v, m.calls, idle.calls)
		}
	})
}

func TestCancelledInitialiserLetsTheNextTry(t *testing.T) {
	eachFace(t, func(t *testing.T, ask func(*lock.Once[int], *maker) edo.Future[int]) {
		var o lock.Once[int]
		var m, n maker
		f := ask(&o, &m)
		first := by(t, f).waits()
		second, third := by(t, ask(&o, &n)).waits(), by(t, ask(&o, &n)).waits()
		edo.Drop(f)
		edotest.Poll(first.task, f) // direct style runs to its end
		second.woken(1).waits()
		third.woken(0)
		noValue(t, &o)
		if !m.tx.IsClosed() || n.calls != 1 {
			t.Fatalf("the future of the initialiser is not dropped, or %d calls", n.calls)
		}
		n.tx.Send(8)
		second.woken(1).gets()
		third.woken(1).gets()
		hasValue(t, &o, 8)
	})
}

// cleans is an initialiser in direct style that waits, and then does something by a defer.
func cleans(cleaned *bool) func(task *edo.Task) (int, error) {
	return func(task *edo.Task) (int, error) {
		defer func() { *cleaned = true }()
		for {
			if err := edo.Yield(task); err != nil {
				return 0, err
			}
		}
	}
}

func TestInitialiserInDirectStyleHasEndedWhenTheNextBegins(t *testing.T) {
	var o lock.Once[int]
	var n maker
	cleaned := false
	first := by(t, edo.Async(func(task *edo.Task) (int, error) { return o.GetOrInit(task, cleans(&cleaned)) })).waits()
	second := by(t, o.GetOrInitFuture(n.future)).waits()
	first.drop()
	second.woken(0).waits()
	first.fails(edo.ErrCancelled)
	if second.woken(1).waits(); n.calls != 1 || !cleaned {
		t.Fatalf("the next has begun: %d, the first has ended: %v", n.calls, cleaned)
	}
}

// It is documented: nobody can wait for what a dropped future still does.
func TestDroppedInitFutureLetsTheNextBeginBesideItsFunctionInDirectStyle(t *testing.T) {
	var o lock.Once[int]
	var n maker
	cleaned := false
	inner := edo.Async(cleans(&cleaned))
	first := by(t, o.GetOrInitFuture(func() edo.Future[int] { return inner })).waits()
	second := by(t, o.GetOrInitFuture(n.future)).waits()
	first.drop()
	if second.woken(1).waits(); n.calls != 1 || cleaned {
		t.Fatalf("the next has begun: %d, the first has ended: %v", n.calls, cleaned)
	}
	polled(t, first.task, inner, edo.Ready, edo.ErrCancelled) // as its task does
	n.tx.Send(8)
	second.gets()
	if hasValue(t, &o, 8); !cleaned {
		t.Fatal("the first did not run to its end")
	}
}

// dropping is a future that waits, and calls a function when it is dropped.
type dropping func()

func (d dropping) Poll(*edo.Context) (int, edo.Poll, error) { return 0, edo.Pending, nil }
func (d dropping) Drop()                                    { d() }

func TestTurnIsHandedOnWhenTheFutureWasDroppedAndNotBefore(t *testing.T) {
	var o lock.Once[int]
	var n maker
	second := by(t, o.GetOrInitFuture(n.future))
	drops := 0
	first := by(t, o.GetOrInitFuture(func() edo.Future[int] {
		return dropping(func() { drops++; second.woken(0) })
	})).waits()
	second.waits()
	first.drop()
	second.woken(1).waits()
	first.drop()
	if drops != 1 {
		t.Fatalf("dropped %d times", drops)
	}
}

func TestTurnIsHandedOnWhenTheDropOfTheFuturePanics(t *testing.T) {
	var o lock.Once[int]
	var n maker
	first := by(t, o.GetOrInitFuture(func() edo.Future[int] {
		return dropping(func() { panic(errors.New("boom")) })
	})).waits()
	second := by(t, o.GetOrInitFuture(n.future)).waits()
	panics(t, "the drop", first.drop)
	second.woken(1).waits()
	n.tx.Send(8)
	second.gets()
	hasValue(t, &o, 8)
}

func TestTurnIsHandedOnByThePollThatPanics(t *testing.T) {
	for name, fn := range map[string]func() edo.Future[int]{
		"function": func() edo.Future[int] { panic(errors.New("boom")) },
		"future": func() edo.Future[int] {
			return future.PollFn(func(cx *edo.Context) (int, edo.Poll, error) { panic(errors.New("boom")) })
		},
	} {
		t.Run(name, func(t *testing.T) {
			var o lock.Once[int]
			var m, n maker
			start := by(t, o.GetOrInitFuture(m.future)).waits()
			first := by(t, o.GetOrInitFuture(fn)).waits()
			second := by(t, o.GetOrInitFuture(n.future)).waits()
			start.drop()
			first.woken(1)
			panics(t, "the poll", func() { edotest.Poll(first.task, first.f) })
			second.woken(1).waits() // nobody has dropped the first
			n.tx.Send(8)
			second.gets()
		})
	}
}

func TestCancelledTaskGetsTheValueOfAOnceByGetAlone(t *testing.T) {
	var o lock.Once[int]
	by(t, o.GetOrInitFuture(func() edo.Future[int] { return future.Ready(7) })).gets()
	o1 := by(t, edo.Async(func(task *edo.Task) (int, error) {
		edo.Yield(task)
		hasValue(t, &o, 7)
		return o.GetOrInit(task, func(*edo.Task) (int, error) { panic("has a value") })
	})).waits()
	o1.drop()
	o1.fails(edo.ErrCancelled)
}

func TestFailedInitialiserLetsTheNextTry(t *testing.T) {
	eachFace(t, func(t *testing.T, ask func(*lock.Once[int], *maker) edo.Future[int]) {
		var o lock.Once[int]
		var m, n maker
		first, second := by(t, ask(&o, &m)).waits(), by(t, ask(&o, &n)).waits()
		m.tx.Close()
		first.woken(1).fails(edo.ErrClosed) // the initialiser's error
		noValue(t, &o)
		second.woken(1).waits()
		n.tx.Send(8)
		second.gets()
		hasValue(t, &o, 8)
	})
}

func TestPanickedInitialiserLetsTheNextTry(t *testing.T) {
	for name, ask := range map[string]func(o *lock.Once[int]) edo.Future[int]{
		"direct": func(o *lock.Once[int]) edo.Future[int] {
			return edo.Async(func(task *edo.Task) (int, error) {
				return o.GetOrInit(task, func(*edo.Task) (int, error) { panic("boom") })
			})
		},
		"function": func(o *lock.Once[int]) edo.Future[int] {
			return o.GetOrInitFuture(func() edo.Future[int] { panic("boom") })
		},
		"future": func(o *lock.Once[int]) edo.Future[int] {
			return o.GetOrInitFuture(func() edo.Future[int] {
				return future.PollFn(func(*edo.Context) (int, edo.Poll, error) { panic("boom") })
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			var o lock.Once[int]
			err := edo.Run(func(task *edo.Task) error {
				var panicked *edo.PanicError
				if _, err := edo.Spawn(task, ask(&o)).Await(task); !errors.As(err, &panicked) {
					t.Errorf("it ended with %v", err)
				}
				v, err := o.GetOrInit(task, func(*edo.Task) (int, error) { return 9, nil })
				if v != 9 {
					t.Errorf("GetOrInit = %d", v)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			hasValue(t, &o, 9)
		})
	}
}

func TestWaiterOfAOnceThatGivesUpIsSkipped(t *testing.T) {
	var o lock.Once[int]
	var m, n, idle maker
	first := by(t, faces["future"](&o, &m)).waits()
	a := by(t, faces["future"](&o, &idle)).waits()
	b := by(t, faces["direct"](&o, &idle)).waits()
	c := by(t, faces["direct"](&o, &n)).waits()
	a.drop()
	b.abort()
	first.drop()
	c.woken(1).waits()
	c.abort() // was the initialiser
	noValue(t, &o)
	if n.calls != 1 || idle.calls != 0 {
		t.Fatalf("%d and %d calls", n.calls, idle.calls)
	}
}

func TestTurnGrantedToACancelledWaiterGoesToTheNext(t *testing.T) {
	eachFace(t, func(t *testing.T, ask func(*lock.Once[int], *maker) edo.Future[int]) {
		var o lock.Once[int]
		var m, idle, n maker
		first := by(t, ask(&o, &m)).waits()
		f := ask(&o, &idle)
		second := by(t, f).waits()
		third := by(t, ask(&o, &n)).waits()
		m.tx.Close()
		first.fails(edo.ErrClosed)
		second.woken(1)
		edo.Drop(f) // before it ran
		edotest.Poll(second.task, f)
		third.woken(1).waits()
		if idle.calls != 0 {
			t.Fatal("the initialiser of one that was cancelled ran")
		}
	})
}

func TestInitFutureWhoseFunctionReturnsNothingFails(t *testing.T) {
	var o lock.Once[int]
	f := o.GetOrInitFuture(func() edo.Future[int] { return nil })
	for range 2 { // a future that has ended goes on failing
		if _, p, err := edotest.Poll(edotest.NewTask(), edo.Future[int](f)); p != edo.Ready || err == nil {
			t.Fatalf("%v, %v, want an error", p, err)
		}
	}
	f = o.GetOrInitFuture(func() edo.Future[int] {
		return future.PollFn(func(*edo.Context) (int, edo.Poll, error) { return 0, edo.End, nil })
	})
	if _, p, err := edotest.Poll(edotest.NewTask(), edo.Future[int](f)); p != edo.Ready || err == nil {
		t.Fatalf("a future that returns End: %v, %v, want an error", p, err)
	}
	noValue(t, &o)
}

func TestValueOfAOnceIsMadeOnceByManyTasks(t *testing.T) {
	for _, workers := range []int{1, 4} {
		var o lock.Once[int]
		calls := 0
		run(t, workers, func(task *edo.Task) error {
			for range 100 {
				edo.Go(task, func(task *edo.Task) error {
					v, err := o.GetOrInit(task, func(task *edo.Task) (int, error) {
						calls++
						return 7, edo.Yield(task)
					})
					if v != 7 {
						t.Errorf("got %d", v)
					}
					return err
				})
			}
			return nil
		})
		if calls != 1 {
			t.Fatalf("%d calls", calls)
		}
	}
}
