package dashboard_test

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/telemetry/dashboard"
	"github.com/edo-go/edo/telemetry/metrics"
)

func TestMain(m *testing.M) { tasktest.Main(m) }

// grafana is the part of a dashboard that the tests read.
type grafana struct {
	Title      string
	UID        string
	Templating struct {
		List []struct {
			Name, Type string
			Query      json.RawMessage
			Definition string
		}
	}
	Panels []struct {
		ID          int
		Type        string
		Title       string
		Description string
		Datasource  struct{ Type, UID string }
		GridPos     struct{ H, W, X, Y int }
		Targets     []struct{ RefID, Expr string }
	}
}

func readDashboard(t *testing.T) (d grafana) {
	t.Helper()
	if err := json.Unmarshal(dashboard.Grafana, &d); err != nil {
		t.Fatal(err)
	}
	return d
}

// expressions returns those of the panels, by title and target.
func expressions(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	row := ""
	for _, p := range readDashboard(t).Panels {
		if p.Type == "row" {
			row = p.Title
		}
		for _, target := range p.Targets {
			all[row+", "+p.Title+" "+target.RefID] = target.Expr
		}
	}
	if len(all) < 30 {
		t.Fatalf("only %d expressions", len(all))
	}
	return all
}

var alert = regexp.MustCompile(`(?m)^ +- alert: (\w+)\n +expr: (.+)$`)

// alerts returns the expressions of the alerts by name.
func alerts(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, m := range alert.FindAllStringSubmatch(string(dashboard.Alerts), -1) {
		all[m[1]] = m[2]
	}
	if n := strings.Count(string(dashboard.Alerts), "expr:"); len(all) != n || n < 10 {
		t.Fatalf("%d alerts were read of %d", len(all), n)
	}
	return all
}

var (
	metric  = regexp.MustCompile(`\bedo_[a-z_]+\b`)
	matched = regexp.MustCompile(`\bedo_[a-z_]+\{([^}]*)\}`)
	matcher = regexp.MustCompile(`([a-z_]+)(?:=~|=|!=)"`)
)

// A metric that does not exist is an empty picture, and an alert that never comes.
func TestEveryExpressionNamesOnlyMetricsAndLabelsThatExist(t *testing.T) {
	labels := map[string][]string{}
	for _, m := range metrics.New(metrics.Config{}).Metrics() {
		labels[m.Prometheus()] = append([]string{"job", "instance"}, m.Labels...)
	}
	used := map[string]bool{}
	for _, all := range []map[string]string{expressions(t), alerts(t)} {
		for where, expr := range all {
			names := metric.FindAllString(expr, -1)
			if len(names) == 0 {
				t.Errorf("%s: no metric in %s", where, expr)
			}
			for _, name := range names {
				used[name] = true
				if labels[name] == nil {
					t.Errorf("%s: there is no metric %s", where, name)
				}
			}
			for _, m := range matched.FindAllStringSubmatch(expr, -1) {
				name, _, _ := strings.Cut(m[0], "{")
				for _, l := range matcher.FindAllStringSubmatch(m[1], -1) {
					if !slices.Contains(labels[name], l[1]) {
						t.Errorf("%s: %s has no label %s", where, name, l[1])
					}
				}
			}
		}
	}
	for name := range maps.Keys(labels) {
		if !used[name] {
			t.Errorf("%s is in no panel and in no alert", name)
		}
	}
}

func TestTheDashboardCanBeImported(t *testing.T) {
	d := readDashboard(t)
	if d.Title == "" || d.UID == "" {
		t.Error("it has no title, or no UID")
	}
	variables := map[string]bool{"__rate_interval": true, "__range": true}
	for _, v := range d.Templating.List {
		variables[v.Name] = true
	}
	ids, cells := map[int]bool{}, map[[2]int]string{}
	for _, p := range d.Panels {
		if ids[p.ID] || p.Title == "" {
			t.Errorf("panel %d, %q: twice, or without a title", p.ID, p.Title)
		}
		ids[p.ID] = true
		if g := p.GridPos; g.X+g.W > 24 || g.W == 0 || g.H == 0 {
			t.Errorf("%s: outside of the grid, %+v", p.Title, g)
		}
		for x := range p.GridPos.W {
			for y := range p.GridPos.H {
				at := [2]int{p.GridPos.X + x, p.GridPos.Y + y}
				if other := cells[at]; other != "" {
					t.Fatalf("%s lies over %s", p.Title, other)
				}
				cells[at] = p.Title
			}
		}
		if p.Type != "row" && (p.Datasource.UID != "${datasource}" || p.Description == "" || len(p.Targets) == 0) {
			t.Errorf("%s: without the data source, a description or an expression", p.Title)
		}
	}
	for where, expr := range expressions(t) {
		for _, m := range regexp.MustCompile(`\$\{?(\w+)`).FindAllStringSubmatch(expr, -1) {
			if !variables[m[1]] {
				t.Errorf("%s: there is no variable $%s", where, m[1])
			}
		}
	}
}

// An alert that is never seen to fire in a test may be one that cannot.
func TestEveryAlertHasATestInWhichItFires(t *testing.T) {
	tests := alertTests(t)
	for name := range alerts(t) {
		if !strings.Contains(tests, "alertname: "+name+"\n        exp_alerts:") {
			t.Errorf("%s: alerts_test.yml has no test in which it fires", name)
		}
		if !strings.Contains(tests, "eval_time: 190m\n        alertname: "+name+"\n") {
			t.Errorf("%s: alerts_test.yml does not say that a healthy program has none", name)
		}
	}
}
