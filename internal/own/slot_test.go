package own_test

import (
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/own"
	"github.com/edo-go/edo/internal/own/owntest"
)

func TestFutureIsDroppedWhenItIsReadyAndNotAgain(t *testing.T) {
	task := edotest.NewTask()
	f := owntest.NewScript[int](t).Wait().Give(7)
	slot := own.HoldFuture[int](f)
	edotest.RequirePending(t, task, &slot)
	if f.Drops() != 0 || !slot.Held() {
		t.Fatal("dropped before it was ready")
	}
	f.Wake()
	if v := edotest.RequireReady(t, task, &slot); v != 7 || f.Drops() != 1 || slot.Held() {
		t.Fatalf("got %d, dropped %d times", v, f.Drops())
	}
	slot.Drop()
	if f.Drops() != 1 {
		t.Fatal("dropped again")
	}
	if _, p, err := edotest.Poll(task, &slot); p != edo.End || err != nil {
		t.Fatalf("an empty slot said %v, %v", p, err)
	}
}

func TestAFutureThatIsTakenOutOfItsSlotBelongsToItsTaker(t *testing.T) {
	f := owntest.NewScript[int](t).Give(7)
	slot := own.HoldFuture[int](f)
	if slot.Take() != edo.Future[int](f) || slot.Held() || slot.Take() != nil {
		t.Fatal("the future is still in the slot")
	}
	slot.Drop()
	if f.Drops() != 0 {
		t.Fatal("the slot has dropped what it does not own")
	}
}

// nextOf makes a stream of a slot, for the functions of edotest.
type nextOf struct{ *own.Stream[int] }

func (n nextOf) PollNext(cx *edo.Context) (int, edo.Poll, error) { return n.Poll(cx) }

func TestStreamIsDroppedWhenItHasEndedAndNotPolledAgain(t *testing.T) {
	task := edotest.NewTask()
	s := owntest.NewScript[int](t).Give(1)
	slot := own.HoldStream[int](s)
	edotest.RequireNext(t, task, nextOf{&slot})
	if s.Drops() != 0 {
		t.Fatal("dropped before its end")
	}
	for range 2 {
		edotest.RequireEnd(t, task, nextOf{&slot})
	}
	if s.Drops() != 1 || s.Polls() != 2 {
		t.Fatalf("dropped %d times, polled %d times", s.Drops(), s.Polls())
	}
}

func TestValueIsDroppedUnlessItWasTaken(t *testing.T) {
	taken, left := owntest.NewHandle(1), owntest.NewHandle(2)
	slot := own.HoldValue(taken)
	if slot.Take() != taken || slot.Held() {
		t.Fatal("not taken")
	}
	slot.Drop()
	slot.Put(left)
	slot.Drop()
	slot.Drop()
	if taken.Drops() != 0 || left.Drops() != 1 {
		t.Fatalf("dropped %d and %d times", taken.Drops(), left.Drops())
	}
}

// stubborn panics when it is dropped, and drops its owner again.
type stubborn struct {
	owner *own.Value[*stubborn]
	drops int
}

func (s *stubborn) Drop() {
	s.drops++
	s.owner.Drop()
	panic("stubborn")
}

func TestSlotForgetsBeforeItDrops(t *testing.T) {
	var slot own.Value[*stubborn]
	s := &stubborn{owner: &slot}
	slot.Put(s)
	func() {
		defer func() { recover() }()
		slot.Drop()
	}()
	slot.Drop()
	if s.drops != 1 {
		t.Fatalf("dropped %d times", s.drops)
	}
}

func TestDiscardAllDropsEachAlsoWhenADropPanics(t *testing.T) {
	var slots [3]own.Value[*stubborn]
	var all []*stubborn
	for i := range slots {
		all = append(all, &stubborn{owner: &slots[i]}, nil)
	}
	func() {
		defer func() {
			if recover() != "stubborn" {
				t.Error("the panic was lost")
			}
		}()
		own.DiscardAll(all)
	}()
	for _, s := range all {
		if s != nil && s.drops != 1 {
			t.Errorf("dropped %d times", s.drops)
		}
	}
}

func TestDiscardDropsTheValueInAnInterface(t *testing.T) {
	h := owntest.NewHandle(1)
	own.Discard[any](h)
	own.Discard[any](nil)
	own.Discard[any](3)
	own.Discard[edo.Dropper](h)
	if h.Drops() != 2 {
		t.Fatalf("dropped %d times, want 2", h.Drops())
	}
}

func TestDiscardOfANilPointerDoesNothing(t *testing.T) {
	var none *owntest.Handle
	own.Discard(none)
	own.Discard[edo.Dropper](none)
}

func TestDiscardWithoutADropperAllocatesNothing(t *testing.T) {
	n := 1 << 20
	if got := testing.AllocsPerRun(100, func() {
		own.Discard(n)
		own.Discard([4]int{n})
		own.Discard("text"[:n&1+2])
	}); got != 0 {
		t.Fatalf("%v allocations", got)
	}
}

// What a source gives to a report, the combinator behind it goes on with: it must be polled again.
func TestASourceThatIsReadyInAReportWakesTheTask(t *testing.T) {
	task := edotest.NewTask()
	ready := &instant{}
	f, s := own.HoldFuture[int](ready), own.HoldStream[int](ready)
	for name, poll := range map[string]func(cx *edo.Context){
		"future": func(cx *edo.Context) { f.Poll(cx) },
		"stream": func(cx *edo.Context) { s.Poll(cx) },
	} {
		ready.isPending = true
		task.Inspect(poll)
		edotest.RequireWoken(t, task, 0)
		ready.isPending = false
		task.Inspect(poll)
		if n := task.TakeWakes(); n != 1 {
			t.Errorf("%s: %d wakes", name, n)
		}
	}
}

// instant is a future and a stream that does not ask whether it may go on.
type instant struct{ isPending bool }

func (i *instant) Poll(*edo.Context) (int, edo.Poll, error) {
	if i.isPending {
		return 0, edo.Pending, nil
	}
	return 1, edo.Ready, nil
}

func (i *instant) PollNext(cx *edo.Context) (int, edo.Poll, error) { return i.Poll(cx) }
