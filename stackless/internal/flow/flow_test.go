package flow

import (
	"slices"
	"testing"
)

// members returns the variables of s.
func members(s Set, variables int) (vs []int) {
	for v := range variables {
		if s.Has(v) {
			vs = append(vs, v)
		}
	}
	return vs
}

// A loop: 0: v0 = ...; 1: if v1 goto 4; 2: v2 = v0; 3: v0 = v2, goto 1; 4: read v3.
var loop = []Node{
	{Defs: []int{0}, Next: []int{1}},
	{Uses: []int{1}, Next: []int{2, 4}},
	{Uses: []int{0}, Defs: []int{2}, Next: []int{3}},
	{Uses: []int{2}, Defs: []int{0}, Next: []int{1}},
	{Uses: []int{3}},
}

func TestAVariableIsLiveUntilItsLastReadAlsoAroundALoop(t *testing.T) {
	want := [][]int{{1, 3}, {0, 1, 3}, {0, 1, 3}, {1, 2, 3}, {3}}
	for i, in := range Live(loop, 4) {
		if got := members(in, 4); !slices.Equal(got, want[i]) {
			t.Errorf("live before node %d: %v, want %v", i, got, want[i])
		}
	}
}

func TestAVariableMayHoldAValueAfterAnyWriteThatReachesIt(t *testing.T) {
	nodes := append(slices.Clone(loop), Node{Defs: []int{1}}) // which cannot be reached
	want := [][]int{{3}, {0, 2, 3}, {0, 2, 3}, {0, 2, 3}, {0, 2, 3}}
	got := Written(nodes, 4, []int{3})
	for i := range want {
		if in := members(got[i], 4); !slices.Equal(in, want[i]) {
			t.Errorf("written before node %d: %v, want %v", i, in, want[i])
		}
	}
	if got[5] != nil {
		t.Error("a node that cannot be reached has a set")
	}
}

func TestVariablesShareAPlaceOnlyIfNoWriteHarmsTheOther(t *testing.T) {
	nodes := []Node{
		{Defs: []int{0}, Next: []int{1}},
		{Uses: []int{0, 3}, Defs: []int{1}, Next: []int{2}}, // 0 ends here, and is read by what writes 1
		{Uses: []int{1}, Next: []int{3}},
		{Defs: []int{2}, Next: []int{4}},
		{Uses: []int{2, 3}},
	}
	conflicts := Conflicts(nodes, Live(nodes, 4), 4, []int{3})
	want := [][]int{{1, 3}, {0, 3}, {3}, {0, 1, 2}}
	for v := range want {
		if got := members(conflicts[v], 4); !slices.Equal(got, want[v]) {
			t.Errorf("variable %d conflicts with %v, want %v", v, got, want[v])
		}
	}
}
