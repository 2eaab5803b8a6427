package lost

import (
	"slices"
	"testing"
)

func TestFoundIsTold(t *testing.T) {
	var told []uint64
	found := func(n uint64) { Found(n, func() error { told = append(told, n); return nil }) }
	a, b, c := Number(), Number(), Number()
	found(b)
	if !slices.Equal(told, []uint64{b}) {
		t.Fatalf("without a simulation: told of %v", told)
	}
	Hold()
	Hold()
	found(c)
	found(a)
	if len(told) != 1 {
		t.Fatalf("during a simulation: told of %v", told)
	}
	if err := Tell(0); err != nil {
		t.Error(err)
	}
	if !slices.Equal(told, []uint64{b, a, c}) {
		t.Fatalf("at a stall: told of %v, want the order in which they were made", told)
	}
	found(a)
	Release()
	if len(told) != 3 {
		t.Fatalf("while another simulation runs: told of %v", told)
	}
	Release()
	if !slices.Equal(told, []uint64{b, a, c, a}) {
		t.Fatalf("after the last simulation: told of %v", told)
	}
}
