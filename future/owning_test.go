package future_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/internal/own/owntest"
)

func TestOwningDropsItsHandlesWhenItsFutureIsReady(t *testing.T) {
	task, src := edotest.NewTask(), owntest.NewScript[int](t).Wait().Give(7)
	a, b := owntest.NewHandle(1), owntest.NewHandle(2)
	f := future.Owning(src, a, b)
	edotest.RequirePending(t, task, f)
	if a.Drops()+b.Drops() != 0 {
		t.Fatal("a handle was dropped while the future waits")
	}
	src.Wake()
	edotest.RequireWoken(t, task, 1)
	if v := edotest.RequireReady(t, task, f); v != 7 || a.Drops() != 1 || b.Drops() != 1 {
		t.Fatalf("got %d; dropped %d and %d times", v, a.Drops(), b.Drops())
	}
	f.Drop()
	if a.Drops() != 1 || b.Drops() != 1 {
		t.Fatal("a handle was dropped again")
	}
}

func TestOwningDropsItsHandlesEvenIfItWasNeverPolled(t *testing.T) {
	for n := range 5 {
		var handles []edo.Dropper
		for i := range n {
			handles = append(handles, owntest.NewHandle(i))
		}
		future.Owning(future.Lazy(func() (int, error) {
			t.Error("the function ran")
			return 0, nil
		}), handles...).Drop()
		for i, h := range handles {
			if got := h.(*owntest.Handle).Drops(); got != 1 {
				t.Errorf("handle %d of %d was dropped %d times", i, n, got)
			}
		}
	}
}

// recorder writes its name to a log when it is dropped, and then may panic.
type recorder struct {
	name   string
	log    *[]string
	panics bool
}

func (r recorder) Drop() {
	*r.log = append(*r.log, r.name)
	if r.panics {
		panic(r.name)
	}
}

func TestOwningDropsInOrderAndAllEvenWhenOnePanics(t *testing.T) {
	var log []string
	f := future.Owning(future.Ready(recorder{"future", &log, true}),
		recorder{"a", &log, false}, recorder{"b", &log, true}, recorder{"c", &log, false})
	func() {
		defer func() { recover() }()
		f.Drop()
	}()
	f.Drop()
	if got := fmt.Sprint(log); got != "[future a b c]" {
		t.Fatalf("dropped %s", got)
	}
}

func TestATaskThatIsAbortedBeforeItsFirstPollDropsItsHandles(t *testing.T) {
	h := owntest.NewHandle(1)
	err := edo.Run(func(task *edo.Task) error {
		child := edo.Spawn(task, future.Owning(future.Lazy(func() (int, error) {
			t.Error("the function ran")
			return 0, nil
		}), h))
		child.Abort()
		_, err := child.Await(task)
		return err
	}, edo.WithConfig(edo.Config{CurrentThread: true}))
	if !errors.Is(err, edo.ErrCancelled) || h.Drops() != 1 {
		t.Fatalf("got %v; dropped %d times", err, h.Drops())
	}
}
