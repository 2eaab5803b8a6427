package own_test

import (
	"fmt"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/internal/own"
	"github.com/edo-go/edo/internal/own/owntest"
)

func TestDiscardOfASliceDropsItsElements(t *testing.T) {
	type hs = []*owntest.Handle
	type ds = []edo.Dropper
	for name, discard := range map[string]func(a, b *owntest.Handle){
		"handles":      func(a, b *owntest.Handle) { own.Discard(hs{a, nil, b}) },
		"droppers":     func(a, b *owntest.Handle) { own.Discard(ds{a, nil, (*owntest.Handle)(nil), b}) },
		"anything":     func(a, b *owntest.Handle) { own.Discard([]any{1, a, "x", nil, b}) },
		"slots":        func(a, b *owntest.Handle) { own.Discard([]slot{{a}, {}, {b}}) },
		"slices":       func(a, b *owntest.Handle) { own.Discard([]hs{{a}, nil, {b}}) },
		"deep":         func(a, b *owntest.Handle) { own.Discard([][][]ds{{{{a}}}, {{{b}}}}) },
		"as anything":  func(a, b *owntest.Handle) { own.Discard[any](hs{a, b}) },
		"in anything":  func(a, b *owntest.Handle) { own.Discard([]any{hs{a}, ds{b}}) },
		"as something": func(a, b *owntest.Handle) { own.Discard[fmt.Stringer](stringers{a, b}) },
		"one by one":   func(a, b *owntest.Handle) { own.DiscardAll([]hs{{a}, {b}}) },
	} {
		a, b := owntest.NewHandle(1), owntest.NewHandle(2)
		discard(a, b)
		if a.Drops() != 1 || b.Drops() != 1 {
			t.Errorf("%s: dropped %d and %d times", name, a.Drops(), b.Drops())
		}
	}
}

// slot is a Dropper that is no pointer.
type slot struct{ h *owntest.Handle }

func (s slot) Drop() {
	if s.h != nil {
		s.h.Drop()
	}
}

type stringers []*owntest.Handle

func (stringers) String() string { return "" }

// once is a slice that drops its elements itself.
type once []*owntest.Handle

func (o once) Drop() { o[0].Drop() }

func TestDiscardOfASliceThatIsADropperDoesNotDropItsElements(t *testing.T) {
	h := owntest.NewHandle(1)
	own.Discard(once{h, nil})
	own.Discard([]once{{h}})
	if h.Drops() != 2 {
		t.Errorf("dropped %d times, want 2", h.Drops())
	}
}

func TestDiscardOfASliceDropsEachAlsoWhenADropPanics(t *testing.T) {
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
		own.Discard([][]*stubborn{all[:2], all[2:]})
	}()
	for _, s := range all {
		if s != nil && s.drops != 1 {
			t.Errorf("dropped %d times", s.drops)
		}
	}
}

type itself []itself

func TestDiscardOfASliceThatContainsItselfReturns(t *testing.T) {
	a := itself{nil}
	a[0] = a
	own.Discard(a)
	b := []any{nil}
	b[0] = b
	own.Discard(b)
	own.Discard[any](b)
}

func TestDiscardOfASliceOfNoDroppersAllocatesNothing(t *testing.T) {
	if invariant.Enabled {
		t.Skip("the race detector allocates")
	}
	b, n := make([]byte, 100), make([][]int, 100)
	if got := testing.AllocsPerRun(100, func() {
		own.Discard(b)
		own.Discard(n)
	}); got != 0 {
		t.Fatalf("%v allocations", got)
	}
}
