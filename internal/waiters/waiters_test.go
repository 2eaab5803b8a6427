package waiters

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/edo-go/edo/internal/invariant"
)

type waiter struct {
	node Node[waiter]
	name int
}

// names returns the names in l from the first on, and checks that the links back agree.
func names(t *testing.T, l *List[waiter]) (forward []int) {
	t.Helper()
	var last *waiter
	for w := l.First(); w != nil; w = Next(w) {
		if Prev(w) != last {
			t.Fatalf("before %d is %v, not %v", w.name, Prev(w), last)
		}
		forward = append(forward, w.name)
		last = w
	}
	if l.last != last {
		t.Fatalf("the last is %v, not %v", l.last, last)
	}
	if l.Empty() != (len(forward) == 0) {
		t.Fatalf("Empty is %v with %v in line", l.Empty(), forward)
	}
	return forward
}

func TestListAgreesWithASlice(t *testing.T) {
	for seed := range uint64(200) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		var l List[waiter]
		var model []*waiter
		for step := range 60 {
			if len(model) == 0 || rnd.IntN(2) == 0 {
				w := &waiter{name: step}
				l.PushBack(w)
				model = append(model, w)
			} else {
				i := rnd.IntN(len(model))
				w := model[i]
				if got := CountBefore(w, 1000); got != i {
					t.Fatalf("seed %d: %d are before %d, want %d", seed, got, w.name, i)
				}
				if got, want := CountBefore(w, 3), min(i, 3); got != want {
					t.Fatalf("seed %d: with limit 3, %d are before %d, want %d", seed, got, w.name, want)
				}
				l.Remove(w)
				model = slices.Delete(model, i, i+1)
				if w.node != (Node[waiter]{}) {
					t.Fatalf("seed %d: a waiter that was removed has links: %v", seed, w.node)
				}
			}
			var want []int
			for _, w := range model {
				want = append(want, w.name)
			}
			if got := names(t, &l); !slices.Equal(got, want) {
				t.Fatalf("seed %d: the line is %v, want %v", seed, got, want)
			}
		}
	}
}

func TestFreeReturnsTheLastFirst(t *testing.T) {
	var f Free[waiter]
	if w := f.Pop(); w != nil {
		t.Fatalf("an empty Free gave %v", w)
	}
	a, b := &waiter{name: 1}, &waiter{name: 2}
	f.Push(a)
	f.Push(b)
	if w := f.Pop(); w != b || w.node != (Node[waiter]{}) {
		t.Fatalf("got %v, want %v without links", w, b)
	}
	if w := f.Pop(); w != a || w.node != (Node[waiter]{}) {
		t.Fatalf("got %v, want %v without links", w, a)
	}
	if w := f.Pop(); w != nil {
		t.Fatalf("an empty Free gave %v", w)
	}
}

func TestFreeKeepsNoMoreThanItsLimit(t *testing.T) {
	var f Free[waiter]
	for range 2 * maxFree {
		f.Push(&waiter{})
	}
	n := 0
	for f.Pop() != nil {
		n++
	}
	if n != maxFree {
		t.Errorf("kept %d, want %d", n, maxFree)
	}
}

func TestNodeThatIsNotTheFirstFieldIsFound(t *testing.T) {
	if !invariant.Enabled {
		t.Skip("invariants are not checked in this build")
	}
	type wrong struct {
		name int
		node Node[wrong]
	}
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	var l List[wrong]
	w := &wrong{name: 1}
	w.node = Node[wrong]{}
	l.PushBack(w)
}

func TestWaitingAllocatesNothing(t *testing.T) {
	if invariant.Enabled {
		t.Skip("the check of the layout allocates")
	}
	var l List[waiter]
	var f Free[waiter]
	f.Push(&waiter{})
	if n := testing.AllocsPerRun(100, func() {
		w := f.Pop()
		l.PushBack(w)
		l.Remove(w)
		f.Push(w)
	}); n != 0 {
		t.Errorf("%v allocations, want 0", n)
	}
}

func TestCountBeforeLooksAtNoMoreWaitersThanItsLimit(t *testing.T) {
	var w waiter
	w.node.prev = &w // a ring: without the limit, the count would not end
	if got := CountBefore(&w, 100); got != 100 {
		t.Fatalf("%d are before a waiter in a ring, want 100", got)
	}
}
