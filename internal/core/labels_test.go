package core

import (
	"context"
	"fmt"
	"runtime/pprof"
	"testing"

	"github.com/edo-go/edo/internal/carried"
)

// textOf returns the labels l as text.
func textOf(t *testing.T, l carried.Labels) string {
	t.Helper()
	all := map[string]string{}
	pprof.ForLabels(labelled(l), func(key, value string) bool {
		all[key] = value
		return true
	})
	return fmt.Sprint(all)
}

func TestTheLabelsOfAGoroutineCanBeRead(t *testing.T) {
	if _, typ := keyOfLabels(); typ == nil {
		t.Error("with this version of Go a task loses the labels of its spawner: package pprof keeps them otherwise")
	}
}

func TestALabelStandsBesideThoseOfTheSpawner(t *testing.T) {
	var s labelSets
	mine := labelsOf(pprof.WithLabels(context.Background(), pprof.Labels("request", "17", LabelKey, "the parent")))
	if got := textOf(t, s.with(mine, "a task")); got != "map[edo.task:a task request:17]" {
		t.Errorf("the labels are %s", got)
	}
	if got := textOf(t, s.with(nil, "a task")); got != "map[edo.task:a task]" {
		t.Errorf("without others the labels are %s", got)
	}
	if carried.LabelsHere() != nil {
		t.Error("the caller has labels now")
	}
}

func TestTasksOfANameShareTheirLabels(t *testing.T) {
	var s labelSets
	parent := s.with(nil, "the parent")
	a := s.with(nil, "a task")
	if s.with(nil, "a task") != a || s.with(parent, "a task") != a || s.with(a, "the parent") != parent {
		t.Error("the labels of a name are made again")
	}
	for i := range 2 * maxLabelSets {
		s.with(nil, fmt.Sprint("task ", i))
	}
	if len(s.byName) != maxLabelSets || len(s.own) != maxLabelSets {
		t.Errorf("%d and %d labels are kept", len(s.byName), len(s.own))
	}
}
