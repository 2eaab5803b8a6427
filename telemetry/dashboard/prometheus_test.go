package dashboard_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/telemetry/internal/metricstest"
	"github.com/edo-go/edo/telemetry/metrics"
	"github.com/edo-go/edo/telemetry/metrics/prom"
	"github.com/prometheus/client_golang/prometheus"
)

// tool returns the path of a program of Prometheus, or skips the test.
func tool(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("%s is not installed: the package prometheus of the system has it", name)
	}
	return path
}

func alertTests(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("alerts_test.yml")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestPromtoolAcceptsTheAlertsAndTheirTests(t *testing.T) {
	promtool := tool(t, "promtool")
	for _, args := range [][]string{{"check", "rules", "alerts.yml"}, {"test", "rules", "alerts_test.yml"}} {
		if out, err := exec.Command(promtool, args...).CombinedOutput(); err != nil {
			t.Errorf("promtool %s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
}

// program is a program with two runtimes, of which Prometheus scrapes the numbers.
type program struct {
	rt      *edo.Runtime
	scrapes chan struct{} // one token for each
	server  *httptest.Server
}

func newProgram(t *testing.T) *program {
	t.Helper()
	p := &program{scrapes: make(chan struct{}, 1)}
	for _, name := range []string{"web", "jobs"} {
		rt, err := edo.New(edo.Config{Workers: 2, OnError: func(error) {}})
		if err != nil {
			t.Fatal(err)
		}
		if err := metrics.NameRuntime(rt, name); err != nil {
			t.Fatal(err)
		}
		for range 3 {
			edo.Spawn(rt, &tasktest.Gate{})
		}
		t.Cleanup(func() {
			ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
			defer cancel()
			if rt.Shutdown(ctx); ctx.Err() != nil {
				t.Error("a runtime does not end")
			}
		})
		p.rt = rt
	}
	tx, rx := mpsc.New[int](2)
	for i := range 2 {
		if err := tx.TrySend(i); err != nil { // it is full
			t.Fatal(err)
		}
	}
	stop, err := metrics.WatchChannel("full", tx)
	if err != nil {
		t.Fatal(err)
	}
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(prom.NewCollector(metrics.Config{}))
	handler := prom.Handler(registry, nil)
	p.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		edo.Go(p.rt, func(task *edo.Task) error { return edo.Yield(task) })
		handler.ServeHTTP(w, r)
		select {
		case p.scrapes <- struct{}{}:
		default:
		}
	}))
	t.Cleanup(func() { p.server.Close(); stop(); tx.Drop(); rx.Drop() })
	return p
}

// scrape waits for n more scrapes, and until what they had is stored: the one behind them has begun.
func (p *program) scrape(n int) {
	for range n + 1 {
		<-p.scrapes
	}
}

const config = `
global: {scrape_interval: 50ms, evaluation_interval: 50ms}
rule_files: [%q]
scrape_configs:
  - job_name: shop
    static_configs: [{targets: [%q]}]
`

var listening = regexp.MustCompile(`address=(127\.0\.0\.1:[1-9][0-9]*)`)

// startPrometheus returns the address of a Prometheus that scrapes p.
func startPrometheus(t *testing.T, p *program) string {
	t.Helper()
	path := tool(t, "prometheus")
	dir := t.TempDir()
	rules, err := filepath.Abs("alerts.yml")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "prometheus.yml")
	target := strings.TrimPrefix(p.server.URL, "http://")
	if err := os.WriteFile(file, fmt.Appendf(nil, config, rules, target), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, "--config.file="+file, "--storage.tsdb.path="+filepath.Join(dir, "data"), "--web.listen-address=127.0.0.1:0",
		"--scrape.discovery-reload-interval=10ms") // otherwise the first scrape is 5 s later
	log, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
	var said strings.Builder
	lines := bufio.NewScanner(log)
	for lines.Scan() {
		said.WriteString(lines.Text() + "\n")
		if m := listening.FindStringSubmatch(lines.Text()); m != nil {
			go io.Copy(io.Discard, log)
			return m[1]
		}
	}
	t.Fatalf("prometheus does not tell where it listens:\n%s", said.String())
	return ""
}

// query returns how many series an expression has now.
func query(t *testing.T, address, expr string) int {
	t.Helper()
	resp, err := http.Get("http://" + address + "/api/v1/query?query=" + url.QueryEscape(expr))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var answer struct {
		Status, Error string
		Data          struct{ Result []json.RawMessage }
	}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		t.Fatal(err)
	}
	if answer.Status != "success" {
		t.Errorf("%s: %s", expr, answer.Error)
		return -1
	}
	return len(answer.Data.Result)
}

// A real Prometheus scrapes a program, and is asked each expression of the dashboard and of the alerts.
func TestEveryExpressionHasDataInARealPrometheus(t *testing.T) {
	tool(t, "prometheus")
	p := newProgram(t)
	address := startPrometheus(t, p)
	p.scrape(3)
	edo.Go(p.rt, func(*edo.Task) error { return io.ErrUnexpectedEOF }) // no task joins it: an alert
	p.scrape(3)
	values := strings.NewReplacer("$__rate_interval", "1h", "$__range", "1h", "$job", ".*", "$instance", ".*", "$runtime", ".*")
	for where, expr := range expressions(t) {
		if query(t, address, values.Replace(expr)) == 0 {
			t.Errorf("%s: no data for %s", where, expr)
		}
	}
	due := []string{"EdoChannelFull", "EdoTasksFail"}
	all := alerts(t)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		n := query(t, address, all[name])
		// On a busy machine the goroutine that asks the channel may take more than 100 ms.
		mayBeDue := name == "EdoWatchErrors" && metricstest.WatchErrors() != 0
		if n >= 0 && n != 0 != slices.Contains(due, name) && !mayBeDue {
			t.Errorf("%s: %d series, and it should be one of %v that have any", name, n, due)
		}
		compared, _, _ := strings.Cut(strings.ReplaceAll(all[name], " >= ", " > "), " > ")
		if query(t, address, compared) == 0 {
			t.Errorf("%s: no data for %s", name, compared)
		}
	}
	resp, err := http.Get("http://" + address + "/api/v1/rules")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, _ := io.ReadAll(resp.Body)
	if n := strings.Count(string(text), `"health":"ok"`); n != len(all) {
		t.Errorf("%d of %d rules are healthy: %s", n, len(all), text)
	}
}
