package lost

import (
	"slices"
	"testing"
)

func TestAThingThatIsFoundIsReported(t *testing.T) {
	var reported []uint64
	found := func(n uint64) { Found(n, func() error { reported = append(reported, n); return nil }) }
	a, b, c := Number(), Number(), Number()
	found(b)
	if !slices.Equal(reported, []uint64{b}) {
		t.Fatalf("without a simulation: reported %v", reported)
	}
	first, second := Hold(), Hold()
	found(c)
	found(a)
	if len(reported) != 1 {
		t.Fatalf("during a simulation: reported %v", reported)
	}
	if err := Tell(0); err != nil {
		t.Error(err)
	}
	if !slices.Equal(reported, []uint64{b, a, c}) {
		t.Fatalf("at a stall: reported %v, want the order in which they were made", reported)
	}
	found(a)
	Release(first)
	if len(reported) != 3 {
		t.Fatalf("while another simulation runs: reported %v", reported)
	}
	Release(second)
	if !slices.Equal(reported, []uint64{b, a, c, a}) {
		t.Fatalf("after the last simulation: reported %v", reported)
	}
}
