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
		t.Fatal("dropped while it waits")
	}
	src.Wake()
	edotest.RequireWoken(t, task, 1)
	if v := edotest.RequireReady(t, task, f); v != 7 || a.Drops() != 1 || b.Drops() != 1 {
		t.Fatalf("got %d; dropped %d and %d times", v, a.Drops(), b.Drops())
	}
	f.Drop()
	if a.Drops() != 1 || b.Drops() != 1 {
		t.Fatal("dropped again")
	}
}

func TestOwningDropsItsHandlesWhenItWasNeverPolled(t *testing.T) {
	for n := range 5 {
		var handles []edo.Dropper
		for i := range n {
			handles = append(handles, owntest.NewHandle(i))
		}
		future.Owning(future.Lazy(func() (int, error) {
			t.Error("it ran")
			return 0, nil
		}), handles...).Drop()
		for i, h := range handles {
			if got := h.(*owntest.Handle).Drops(); got != 1 {
				t.Errorf("handle %d of %d was dropped %d times", i, n, got)
			}
		}
	}
}

// drops says what happens in a row.
type drops struct {
	name string
	log  *[]string
	bad  bool
}

func (d drops) Drop() {
	*d.log = append(*d.log, d.name)
	if d.bad {
		panic(d.name)
	}
}

func TestOwningDropsInOrderAndAllEvenWhenOnePanics(t *testing.T) {
	var log []string
	f := future.Owning(future.Ready(drops{"future", &log, true}),
		drops{"a", &log, false}, drops{"b", &log, true}, drops{"c", &log, false})
	func() {
		defer func() { recover() }()
		f.Drop()
	}()
	f.Drop()
	if got := fmt.Sprint(log); got != "[future a b c]" {
		t.Fatalf("dropped %s", got)
	}
}

func TestAbortedBeforeItsFirstPollWhatATaskOwnsIsDropped(t *testing.T) {
	h := owntest.NewHandle(1)
	err := edo.Run(func(task *edo.Task) error {
		child := edo.Spawn(task, future.Owning(future.Lazy(func() (int, error) {
			t.Error("it ran")
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
