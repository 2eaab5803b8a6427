package stream_test

import (
	"slices"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/own/owntest"
	"github.com/edo-go/edo/stream"
)

func numbered(vs ...int) stream.Stream[int] { return stream.Values(vs...) }

func TestStreamMapIsFairAndRemovesWhatHasEnded(t *testing.T) {
	task, m := edotest.NewTask(), stream.NewStreamMap[string, int]()
	m.Insert("x", numbered(1, 2, 3))
	m.Insert("y", numbered(4))
	m.Insert("z", numbered(5, 6, 7))
	var keys string
	var values []int
	for {
		p, poll, _ := edotest.PollNext(task, m)
		if poll == edo.End {
			break
		}
		keys += p.First
		values = append(values, p.Second)
	}
	if keys != "xyzxzxz" || !slices.Equal(values, []int{1, 4, 5, 2, 6, 3, 7}) || m.Len() != 0 {
		t.Fatalf("got %v %v, %d are left", keys, values, m.Len())
	}
	m.Insert("x", numbered(8))
	if p := edotest.RequireNext(t, task, m); p.First != "x" || p.Second != 8 {
		t.Fatalf("after an end it gives %v", p)
	}
	edotest.RequireEnd(t, task, m)
}

func TestStreamMapInsertAndRemoveWakeTheTaskThatWaits(t *testing.T) {
	task, m := edotest.NewTask(), stream.NewStreamMap[int, int]()
	a, b := owntest.NewScript[int](t).Wait().Give(1), owntest.NewScript[int](t).Wait().Give(2)
	m.Insert(1, a)
	edotest.RequireNextPending(t, task, m)
	edotest.RequireWoken(t, task, 0)

	m.Insert(2, b)
	edotest.RequireWoken(t, task, 1)
	edotest.RequireNextPending(t, task, m)
	if a.Polls() != 1 || b.Polls() != 1 {
		t.Fatalf("polled %d and %d times: only what was woken is polled", a.Polls(), b.Polls())
	}
	b.Wake()
	edotest.RequireWoken(t, task, 1)
	if p := edotest.RequireNext(t, task, m); p.First != 2 || a.Polls() != 1 {
		t.Fatalf("got %v", p)
	}
	edotest.RequireEnd(t, task, m.Remove(7))
	before := m.Remove(1)
	edotest.RequireWoken(t, task, 1)
	edotest.RequireEnd(t, task, m)

	// The stream that was removed goes on elsewhere.
	edotest.RequireNextPending(t, task, before)
	a.Wake()
	if v := edotest.RequireNext(t, task, before); v != 1 || m.Has(1) || a.Drops() != 0 {
		t.Fatalf("got %v", v)
	}
	before.Drop()
	if a.Drops() != 1 {
		t.Fatal("the stream that was removed is the caller's to drop")
	}
}

func TestStreamMapInsertOfAKeyReturnsTheStreamBefore(t *testing.T) {
	task, m := edotest.NewTask(), stream.NewStreamMap[int, int]()
	m.Insert(1, numbered(1))
	edotest.RequireEnd(t, task, m.Insert(2, numbered(2)))
	before := m.Insert(1, numbered(3))
	requireItems(t, task, before, 1)
	var got []int
	for range 2 {
		got = append(got, edotest.RequireNext(t, task, m).Second)
	}
	slices.Sort(got)
	if !slices.Equal(got, []int{2, 3}) {
		t.Fatalf("got %v", got)
	}
	m.Drop()
	late := owntest.NewScript[int](t)
	m.Insert(3, late)
	if late.Drops() != 1 {
		t.Fatal("an insert after the drop drops the stream")
	}
}
