package report_test

import (
	"fmt"
	"testing"

	"github.com/edo-go/edo/report"
)

func ExampleGrouping() {
	var g report.Grouping
	for port := range 300 {
		g.Add(&report.Task{Name: "reader", State: report.Waiting, Waits: []report.Wait{{On: fmt.Sprintf("socket: read from 10.0.0.7:%d", 4000+port)}}})
	}
	g.Add(&report.Task{Name: "writer", State: "running"})
	groups, _, left := g.Largest(1)
	fmt.Println(groups[0].Count, groups[0].Name, groups[0].Waits, "and", left, "more")
	// Output: 300 reader [socket: read from 10.0.0.7:4000…4299] and 1 more
}

func TestAGroupingIsBounded(t *testing.T) {
	var g report.Grouping
	name := func(i int) string { return string([]rune{rune('a' + i%26), rune('a' + i/26%26), rune('a' + i/676)}) }
	for i := range report.MaxKinds + 10 {
		if at := g.Add(&report.Task{Name: name(i)}); at != i && i < report.MaxKinds || at != -1 && i >= report.MaxKinds {
			t.Fatalf("task %d is in group %d", i, at)
		}
	}
	if at := g.Add(&report.Task{Name: name(7)}); at != 7 {
		t.Errorf("a task of a group that is there is in group %d", at)
	}
	groups, indexes, left := g.Largest(3)
	if g.Len() != report.MaxKinds+11 || len(groups) != 3 || indexes[0] != 7 || groups[0].Count != 2 || left != g.Len()-4 {
		t.Errorf("%d tasks: groups %v, left %d", g.Len(), groups, left)
	}
	keys := map[string]bool{}
	all, _, left := g.Largest(2 * report.MaxKinds)
	for _, one := range all {
		keys[one.Key] = true
	}
	if len(keys) != report.MaxKinds || left != 10 {
		t.Errorf("%d keys, %d left", len(keys), left)
	}
}

func TestAnEmptyGroupingHasNoGroups(t *testing.T) {
	var g report.Grouping
	if groups, indexes, left := g.Largest(5); len(groups)+len(indexes)+left != 0 {
		t.Error(groups, indexes, left)
	}
}
