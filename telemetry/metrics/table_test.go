package metrics_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/telemetry/metrics"
)

func TestTheTableFollowsTheConventions(t *testing.T) {
	name := regexp.MustCompile(`^edo(\.[a-z]+(_[a-z]+)?)+$`)
	unit := regexp.MustCompile(`^(\{[a-z]+\}|s|By)$`)
	seen, byProm := map[string]bool{}, map[string]bool{}
	all := metrics.New(metrics.Config{}).Metrics()
	if len(all) < 25 {
		t.Fatalf("only %d metrics", len(all))
	}
	for _, m := range all {
		if !name.MatchString(m.Name) || !unit.MatchString(m.Unit) {
			t.Errorf("%s, in %s: want dots, and a unit by UCUM", m.Name, m.Unit)
		}
		if !strings.HasSuffix(m.Help, ".") || strings.Contains(m.Help, "\n") {
			t.Errorf("%s: %q is no sentence in one line", m.Name, m.Help)
		}
		if prom := m.Prometheus(); seen[m.Name] || byProm[prom] || strings.HasSuffix(prom, "_total") != (m.Kind == metrics.Counter) {
			t.Errorf("%s: twice, or %s is no name for a %v", m.Name, prom, m.Kind)
		}
		seen[m.Name], byProm[m.Prometheus()] = true, true
	}
}

// A number that has no point would be an empty picture in every dashboard.
func TestEveryMetricHasAPointWithItsLabels(t *testing.T) {
	rt := newRuntime(t, edo.Config{Workers: 2})
	tx, rx := mpsc.New[int](4)
	defer tx.Drop()
	defer rx.Drop()
	stop, err := metrics.WatchChannel("points", tx)
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	for _, c := range []metrics.Config{{}, {Runtime: rt}, {Runtime: rt, Workers: -1, Classes: -1}} {
		s := metrics.New(c)
		found := map[*metrics.Metric]bool{}
		for _, p := range s.Read() {
			found[p.Metric] = true
			if len(p.Labels) != len(p.Metric.Labels) || p.Value < 0 {
				t.Errorf("%s%v has the labels %v, and the value %v", p.Metric.Name, p.Metric.Labels, p.Labels, p.Value)
			}
		}
		for _, m := range s.Metrics() {
			if !found[m] {
				t.Errorf("%+v: %s has no point", c, m.Name)
			}
			delete(found, m)
		}
		for m := range found {
			t.Errorf("%+v: %s has a point, and is not announced", c, m.Name)
		}
	}
}
