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

// maker is an initialiser. Its value is what the test sends with tx.
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

// faces are the two ways to get the value, with an initialiser that waits for m.
var faces = map[string]func(o *lock.Once[int], m *maker) edo.Future[int]{
	"direct": func(o *lock.Once[int], m *maker) edo.Future[int] {
		return edo.Async(func(task *edo.Task) (int, error) { return o.GetOrInit(task, m.direct) })
	},
	"future": func(o *lock.Once[int], m *maker) edo.Future[int] { return o.GetOrInitFuture(m.future) },
}

func eachFace(t *testing.T, test func(t *testing.T, get func(o *lock.Once[int], m *maker) edo.Future[int])) {
	for name, get := range faces {
		t.Run(name, func(t *testing.T) { test(t, get) })
	}
}

func requireNoValue(t *testing.T, o *lock.Once[int]) {
	t.Helper()
	requireRules(t, o)
	if v, ok := o.Get(); v != 0 || ok {
		t.Fatalf("Get() = %d, %v, want no value", v, ok)
	}
}

func requireValue(t *testing.T, o *lock.Once[int], want int) {
	t.Helper()
	requireRules(t, o)
	if v, ok := o.Get(); v != want || !ok {
		t.Fatalf("Get() = %d, %v, want %d", v, ok, want)
	}
}

func TestOneInitialiserMakesTheValueForAll(t *testing.T) {
	eachFace(t, func(t *testing.T, get func(*lock.Once[int], *maker) edo.Future[int]) {
		var o lock.Once[int]
		var m, idle maker
		requireNoValue(t, &o)
		first := drive(t, get(&o, &m)).waits()
		second, third := drive(t, get(&o, &idle)).waits(), drive(t, get(&o, &idle)).waits()
		requireNoValue(t, &o)
		m.tx.Send(7)
		if v := first.woken(1).gets(); v != 7 {
			t.Fatalf("got %d", v)
		}
		requireValue(t, &o, 7)
		if a, b := second.woken(1).gets(), third.woken(1).gets(); a != 7 || b != 7 {
			t.Fatalf("got %d and %d", a, b)
		}
		if v := drive(t, get(&o, &idle)).gets(); v != 7 || m.calls != 1 || idle.calls != 0 {
			t.Fatalf("got %d, after %d and %d calls", v, m.calls, idle.calls)
		}
	})
}

func TestCancelledInitialiserLetsTheNextTry(t *testing.T) {
	eachFace(t, func(t *testing.T, get func(*lock.Once[int], *maker) edo.Future[int]) {
		var o lock.Once[int]
		var m, n maker
		f := get(&o, &m)
		first := drive(t, f).waits()
		second, third := drive(t, get(&o, &n)).waits(), drive(t, get(&o, &n)).waits()
		edo.Drop(f)
		edotest.Poll(first.task, f) // a function in direct style runs to its end
		second.woken(1).waits()
		third.woken(0)
		requireNoValue(t, &o)
		if !m.tx.IsClosed() || n.calls != 1 {
			t.Fatalf("the future of the initialiser is not dropped, or %d calls", n.calls)
		}
		n.tx.Send(8)
		second.woken(1).gets()
		third.woken(1).gets()
		requireValue(t, &o, 8)
	})
}

// cleansUp is an initialiser in direct style that waits, and sets cleaned by a defer.
func cleansUp(cleaned *bool) func(task *edo.Task) (int, error) {
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
	first := drive(t, edo.Async(func(task *edo.Task) (int, error) { return o.GetOrInit(task, cleansUp(&cleaned)) })).waits()
	second := drive(t, o.GetOrInitFuture(n.future)).waits()
	first.drop()
	second.woken(0).waits()
	first.fails(edo.ErrCancelled)
	if second.woken(1).waits(); n.calls != 1 || !cleaned {
		t.Fatalf("the next initialiser has begun: %d, the first has ended: %v", n.calls, cleaned)
	}
}

// As documented: no task can wait for the work that a dropped future still does.
func TestNextInitialiserMayOverlapWithTheFunctionInADroppedInitFuture(t *testing.T) {
	var o lock.Once[int]
	var n maker
	cleaned := false
	inner := edo.Async(cleansUp(&cleaned))
	first := drive(t, o.GetOrInitFuture(func() edo.Future[int] { return inner })).waits()
	second := drive(t, o.GetOrInitFuture(n.future)).waits()
	first.drop()
	if second.woken(1).waits(); n.calls != 1 || cleaned {
		t.Fatalf("the next initialiser has begun: %d, the first has ended: %v", n.calls, cleaned)
	}
	polled(t, first.task, inner, edo.Ready, edo.ErrCancelled) // as the task of the first does
	n.tx.Send(8)
	second.gets()
	if requireValue(t, &o, 8); !cleaned {
		t.Fatal("the first initialiser did not run to its end")
	}
}

// onDrop is a future that waits, and calls a function when it is dropped.
type onDrop func()

func (d onDrop) Poll(*edo.Context) (int, edo.Poll, error) { return 0, edo.Pending, nil }
func (d onDrop) Drop()                                    { d() }

func TestNextInitialiserBeginsAfterTheFutureWasDropped(t *testing.T) {
	var o lock.Once[int]
	var n maker
	second := drive(t, o.GetOrInitFuture(n.future))
	drops := 0
	first := drive(t, o.GetOrInitFuture(func() edo.Future[int] {
		return onDrop(func() { drops++; second.woken(0) })
	})).waits()
	second.waits()
	first.drop()
	second.woken(1).waits()
	first.drop()
	if drops != 1 {
		t.Fatalf("dropped %d times", drops)
	}
}

func TestNextInitialiserBeginsWhenTheDropOfTheFuturePanics(t *testing.T) {
	var o lock.Once[int]
	var n maker
	first := drive(t, o.GetOrInitFuture(func() edo.Future[int] {
		return onDrop(func() { panic(errors.New("boom")) })
	})).waits()
	second := drive(t, o.GetOrInitFuture(n.future)).waits()
	requirePanic(t, "the drop", first.drop)
	second.woken(1).waits()
	n.tx.Send(8)
	second.gets()
	requireValue(t, &o, 8)
}

func TestNextInitialiserBeginsWhenThePollPanics(t *testing.T) {
	for name, fn := range map[string]func() edo.Future[int]{
		"function": func() edo.Future[int] { panic(errors.New("boom")) },
		"future": func() edo.Future[int] {
			return future.PollFn(func(cx *edo.Context) (int, edo.Poll, error) { panic(errors.New("boom")) })
		},
	} {
		t.Run(name, func(t *testing.T) {
			var o lock.Once[int]
			var m, n maker
			start := drive(t, o.GetOrInitFuture(m.future)).waits()
			first := drive(t, o.GetOrInitFuture(fn)).waits()
			second := drive(t, o.GetOrInitFuture(n.future)).waits()
			start.drop()
			first.woken(1)
			requirePanic(t, "the poll", func() { edotest.Poll(first.task, first.f) })
			second.woken(1).waits() // although the first was not dropped
			n.tx.Send(8)
			second.gets()
		})
	}
}

func TestCancelledTaskGetsTheValueOfAOnceOnlyByGet(t *testing.T) {
	var o lock.Once[int]
	drive(t, o.GetOrInitFuture(func() edo.Future[int] { return future.Ready(7) })).gets()
	o1 := drive(t, edo.Async(func(task *edo.Task) (int, error) {
		edo.Yield(task)
		requireValue(t, &o, 7)
		return o.GetOrInit(task, func(*edo.Task) (int, error) { panic("has a value") })
	})).waits()
	o1.drop()
	o1.fails(edo.ErrCancelled)
}

func TestFailedInitialiserLetsTheNextTry(t *testing.T) {
	eachFace(t, func(t *testing.T, get func(*lock.Once[int], *maker) edo.Future[int]) {
		var o lock.Once[int]
		var m, n maker
		first, second := drive(t, get(&o, &m)).waits(), drive(t, get(&o, &n)).waits()
		m.tx.Close()
		first.woken(1).fails(edo.ErrClosed) // the error of the initialiser
		requireNoValue(t, &o)
		second.woken(1).waits()
		n.tx.Send(8)
		second.gets()
		requireValue(t, &o, 8)
	})
}

func TestPanickedInitialiserLetsTheNextTry(t *testing.T) {
	for name, get := range map[string]func(o *lock.Once[int]) edo.Future[int]{
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
				if _, err := edo.Spawn(task, get(&o)).Await(task); !errors.As(err, &panicked) {
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
			requireValue(t, &o, 9)
		})
	}
}

func TestWaiterOfAOnceThatGivesUpIsSkipped(t *testing.T) {
	var o lock.Once[int]
	var m, n, idle maker
	first := drive(t, faces["future"](&o, &m)).waits()
	a := drive(t, faces["future"](&o, &idle)).waits()
	b := drive(t, faces["direct"](&o, &idle)).waits()
	c := drive(t, faces["direct"](&o, &n)).waits()
	a.drop()
	b.abort()
	first.drop()
	c.woken(1).waits()
	c.abort() // it was the initialiser
	requireNoValue(t, &o)
	if n.calls != 1 || idle.calls != 0 {
		t.Fatalf("%d and %d calls", n.calls, idle.calls)
	}
}

func TestRightToInitialiseOfACancelledWaiterGoesToTheNext(t *testing.T) {
	eachFace(t, func(t *testing.T, get func(*lock.Once[int], *maker) edo.Future[int]) {
		var o lock.Once[int]
		var m, idle, n maker
		first := drive(t, get(&o, &m)).waits()
		f := get(&o, &idle)
		second := drive(t, f).waits()
		third := drive(t, get(&o, &n)).waits()
		m.tx.Close()
		first.fails(edo.ErrClosed)
		second.woken(1)
		edo.Drop(f) // before the task runs
		edotest.Poll(second.task, f)
		third.woken(1).waits()
		if idle.calls != 0 {
			t.Fatal("the initialiser of a cancelled waiter ran")
		}
	})
}

func TestInitFutureWhoseFunctionReturnsNothingFails(t *testing.T) {
	var o lock.Once[int]
	f := o.GetOrInitFuture(func() edo.Future[int] { return nil })
	for range 2 { // the future fails again after its end
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
	requireNoValue(t, &o)
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
