package discard

import (
	"testing"

	"github.com/edo-go/edo/internal/invariant"
)

// handle has one owner.
type handle struct {
	OneOwner
	drops  int
	panics bool
}

func (h *handle) Drop() {
	h.drops++
	if h.panics {
		panic("stubborn")
	}
}

// lent is a dropper that a message may borrow.
type lent struct{ drops int }

func (l *lent) Drop() { l.drops++ }

type request struct {
	question int
	reply    *handle
	conn     *lent
}

type nested struct {
	in     struct{ request }
	all    []request
	two    [2]*handle
	any    any
	none   error //lint:ignore U1000 it counts that it holds nothing
	self   *nested
	table  map[int]*handle
	others []*lent
}

// dropsParts drops its parts itself.
type dropsParts struct{ h *handle }

func (s dropsParts) Drop() { s.h.Drop() }

type holdsDropper struct{ s dropsParts }

type embeds struct{ *handle }

type holdsEmbeds struct{ e embeds }

func TestHandlesWithOneOwnerAreDroppedWithTheStructThatHoldsThem(t *testing.T) {
	for name, discard := range map[string]func(h *handle, l *lent){
		"a struct":              func(h *handle, l *lent) { Value(request{1, h, l}) },
		"a pointer to one":      func(h *handle, l *lent) { Value(&request{1, h, l}) },
		"an interface":          func(h *handle, l *lent) { Value[any](request{1, h, l}) },
		"one with a pointer":    func(h *handle, l *lent) { Value[any](&request{1, h, l}) },
		"a slice":               func(h *handle, l *lent) { Value([]request{{}, {1, h, l}}) },
		"a slice of pointers":   func(h *handle, l *lent) { Value([]*request{nil, {1, h, l}}) },
		"an array":              func(h *handle, l *lent) { Value([2]request{{}, {1, h, l}}) },
		"an array of pointers":  func(h *handle, l *lent) { Value([2]*request{nil, {1, h, l}}) },
		"a struct in a struct":  func(h *handle, l *lent) { Value(nested{in: struct{ request }{request{1, h, l}}}) },
		"behind a pointer":      func(h *handle, l *lent) { Value(&nested{in: struct{ request }{request{1, h, l}}}) },
		"a slice in a struct":   func(h *handle, l *lent) { Value(nested{all: []request{{1, h, l}}}) },
		"an array in a struct":  func(h *handle, l *lent) { Value(nested{two: [2]*handle{nil, h}}) },
		"anything in a struct":  func(h *handle, l *lent) { Value(nested{any: h, others: []*lent{l}}) },
		"promoted":              func(h *handle, l *lent) { Value(holdsEmbeds{embeds{h}}) },
		"itself":                func(h *handle, l *lent) { Value(h) },
		"all of a slice":        func(h *handle, l *lent) { All([]request{{}, {1, h, l}}) },
		"anything, in anything": func(h *handle, l *lent) { Value([]any{1, request{1, h, l}, nil}) },
		"handles":               func(h *handle, l *lent) { Value(struct{ hs []*handle }{[]*handle{h, nil}}) },
	} {
		h, l := &handle{}, &lent{}
		discard(h, l)
		if h.drops != 1 || l.drops != 0 {
			t.Errorf("%s: the handle was dropped %d times, the lent one %d times", name, h.drops, l.drops)
		}
	}
}

func TestThingsThatAMessageMayBorrowAreNotDropped(t *testing.T) {
	for name, discard := range map[string]func(h *handle, l *lent){
		"pointers in a struct":      func(h *handle, l *lent) { Value(nested{self: &nested{two: [2]*handle{h}}}) },
		"a map":                     func(h *handle, l *lent) { Value(nested{table: map[int]*handle{1: h}}) },
		"a pointer to a request":    func(h *handle, l *lent) { Value(struct{ r *request }{&request{1, h, l}}) },
		"something in an interface": func(h *handle, l *lent) { Value(nested{any: l}) },
		"a request in an interface": func(h *handle, l *lent) { Value(nested{any: request{1, h, l}}) },
		"slices behind a pointer":   func(h *handle, l *lent) { Value(&nested{all: []request{{1, h, l}}, any: h}) },
		"parts of a dropper":        func(h *handle, l *lent) { Value(holdsDropper{dropsParts{h}}) },
		"a pointer to a pointer":    func(h *handle, l *lent) { p := &request{1, h, l}; Value(&p) },
	} {
		h, l := &handle{}, &lent{}
		discard(h, l)
		if h.drops != 0 || l.drops != 0 {
			t.Errorf("%s: the handle was dropped %d times, the lent one %d times", name, h.drops, l.drops)
		}
	}
}

func TestADropperDropsItsOwnParts(t *testing.T) {
	h := &handle{}
	Value(dropsParts{h})
	if h.drops != 1 {
		t.Errorf("dropped %d times", h.drops)
	}
}

func TestEachHandleIsDroppedAlsoWhenADropPanics(t *testing.T) {
	hs := [4]*handle{{}, {panics: true}, {panics: true}, {}}
	func() {
		defer func() {
			if recover() != "stubborn" {
				t.Error("the panic was lost")
			}
		}()
		Value(struct {
			two  [2]*handle
			more []request
		}{[2]*handle{hs[0], hs[1]}, []request{{reply: hs[2]}, {reply: hs[3]}}})
	}()
	for i, h := range hs {
		if h.drops != 1 {
			t.Errorf("handle %d was dropped %d times", i, h.drops)
		}
	}
}

// tree contains slices of itself.
type tree struct {
	h           *handle
	left, right []tree
}

func TestATypeThatContainsItselfHasAPlan(t *testing.T) {
	h, deep := &handle{}, &handle{}
	Value(tree{left: []tree{{right: []tree{{h: h}}}}, h: deep})
	if h.drops != 1 || deep.drops != 1 {
		t.Errorf("dropped %d and %d times", h.drops, deep.drops)
	}
}

func TestTypesThatHoldNothingAllocateNothing(t *testing.T) {
	if invariant.Enabled {
		t.Skip("the race detector allocates")
	}
	type plain struct {
		N    int
		Name string
		Conn *lent
	}
	p, l := &plain{}, &lent{}
	many := []plain{{}}
	if n := testing.AllocsPerRun(100, func() {
		Value(7)
		Value("x")
		Value(*p)
		Value(p)
		Value(many)
		Value(l)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestDropOfAnythingDropsADropperThatIsNoNilPointer(t *testing.T) {
	h := &handle{}
	Drop(h)
	Drop(dropsParts{h})
	for _, v := range []any{nil, (*handle)(nil), 7, request{reply: h}, []*handle{h}} {
		Drop(v)
	}
	if h.drops != 2 {
		t.Errorf("dropped %d times, want 2", h.drops)
	}
}

// keepsHandle has a handle, which is no part of its own type.
type keepsHandle struct {
	h     handle
	drops int
}

func (k *keepsHandle) Drop() { k.drops++ }

func TestADropperWithAHandleInAFieldIsNoHandle(t *testing.T) {
	k := &keepsHandle{}
	Value(struct {
		k   *keepsHandle
		any any
	}{k, k})
	if k.drops != 0 || k.h.drops != 0 {
		t.Errorf("dropped %d times, and its handle %d times", k.drops, k.h.drops)
	}
}
