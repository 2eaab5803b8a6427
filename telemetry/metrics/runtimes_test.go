package metrics_test

import (
	"strings"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/telemetry/metrics"
)

func TestARuntimeHasTheSmallestNumberThatIsFree(t *testing.T) {
	numbers := func() string {
		var all []string
		for _, p := range metrics.New(metrics.Config{}).Read() {
			if p.Metric.Name == "edo.tasks" {
				all = append(all, p.Labels[0])
			}
		}
		return strings.Join(all, " ")
	}
	a, b := newRuntime(t, edo.Config{Workers: 1}), newRuntime(t, edo.Config{Workers: 1})
	if got := numbers(); got != "1 2" {
		t.Fatalf("two runtimes are %q", got)
	}
	c := newRuntime(t, edo.Config{Workers: 1})
	if err := metrics.NameRuntime(c, "2"); err == nil || err.Error() != `metrics: another runtime has the name "2"` {
		t.Errorf("the name of another: %v", err)
	}
	for _, name := range []string{"", strings.Repeat("x", 65), "\xff"} {
		if metrics.NameRuntime(c, name) == nil {
			t.Errorf("%q is a name", name)
		}
	}
	if metrics.NameRuntime(nil, "x") == nil {
		t.Error("nil has a name")
	}
	if err := metrics.NameRuntime(c, "web"); err != nil || numbers() != "1 2 web" {
		t.Errorf("%v; the runtimes are %q", err, numbers())
	}
	shutDown(t, a)
	src := metrics.New(metrics.Config{Runtime: a})
	if got := src.Read(); len(got) != 0 || src.Runtime() != "" {
		t.Errorf("a runtime that has ended has %d points", len(got))
	}
	d := newRuntime(t, edo.Config{Workers: 1})
	if got := numbers(); got != "2 web 1" {
		t.Errorf("after the first has ended, and another has begun: %q", got)
	}
	shutDown(t, b)
	shutDown(t, c)
	shutDown(t, d)
}

func TestTheNumberOfRuntimesIsBounded(t *testing.T) {
	for range metrics.MaxRuntimes + 2 {
		newRuntime(t, edo.Config{CurrentThread: true})
	}
	got := values(metrics.New(metrics.Config{}).Read())
	shown := 0
	for key := range got {
		if strings.HasPrefix(key, "edo.tasks ") {
			shown++
		}
	}
	if shown != metrics.MaxRuntimes || got["edo.runtimes"] != metrics.MaxRuntimes+2 {
		t.Errorf("%d of %v are shown", shown, got["edo.runtimes"])
	}
}

func TestASimulationIsNotShown(t *testing.T) {
	err := sim.Run(1, func(task *edo.Task) error {
		for key := range values(metrics.New(metrics.Config{}).Read()) {
			if strings.HasPrefix(key, "edo.tasks") {
				t.Errorf("%s", key)
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
