package origin

import (
	"runtime"
	"strings"
	"testing"
)

type maker struct{}

//go:noinline
func (maker) make() (caller, want uintptr) { return Caller(), Here(1) }

//go:noinline
func makeAny[T any]() (caller, want uintptr) { return Caller(), Here(1) }

// inlined is one that the compiler puts into its callers: the place is in it.
func inlined() (caller, want uintptr) { return maker{}.make() }

type pointerMaker struct{ maker }

// Both must agree: in each way of a call, the first time and later.
func TestTheCallerOfAFunctionIsThePlaceOfItsCall(t *testing.T) {
	var byInterface interface {
		make() (uintptr, uintptr)
	} = &pointerMaker{}
	methodValue := maker{}.make
	for round := range 3 {
		for name, call := range map[string]func() (uintptr, uintptr){
			"a call":            func() (uintptr, uintptr) { return maker{}.make() },
			"a generic one":     func() (uintptr, uintptr) { return makeAny[string]() },
			"an inlined caller": func() (uintptr, uintptr) { return inlined() },
			"an interface":      func() (uintptr, uintptr) { return byInterface.make() },
			"a method value":    func() (uintptr, uintptr) { return methodValue() },
			"a deferred call": func() (a, b uintptr) {
				func() { defer func() { a, b = maker{}.make() }() }()
				return a, b
			},
		} {
			got, want := call()
			if g, w := Frame(got), Frame(want); g != w || !strings.HasSuffix(g.File, "caller_test.go") {
				t.Errorf("round %d, by %s: %s:%d, want %s:%d", round, name, g.File, g.Line, w.File, w.Line)
			}
		}
	}
	made := make(chan [2]uintptr)
	go func() {
		a, b := maker{}.make()
		made <- [2]uintptr{a, b}
	}()
	if pcs := <-made; Frame(pcs[0]) != Frame(pcs[1]) {
		t.Errorf("on a goroutine: %v, want %v", Frame(pcs[0]), Frame(pcs[1]))
	}
}

// The second call from a place must not ask the runtime: otherwise it is right, and slow.
func TestAPlaceIsKeptForTheNextCall(t *testing.T) {
	if runtime.GOARCH != "amd64" && runtime.GOARCH != "arm64" {
		t.Skip("frames have no frame pointers here")
	}
	for range 2 {
		pc, _ := maker{}.make()
		if known[pc%uintptr(len(known))].Load() != pc {
			t.Errorf("the place %#x is not kept", pc)
		}
	}
}

func BenchmarkCaller(b *testing.B) {
	for b.Loop() {
		callCaller()
	}
}

//go:noinline
func callCaller() { Caller() }

func BenchmarkHere(b *testing.B) {
	for b.Loop() {
		Here(0)
	}
}
