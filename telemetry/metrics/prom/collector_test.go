package prom_test

import (
	"bytes"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/telemetry/internal/metricstest"
	"github.com/edo-go/edo/telemetry/metrics"
	"github.com/edo-go/edo/telemetry/metrics/prom"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
)

func TestMain(m *testing.M) { tasktest.Main(m) }

// watch has a channel watched until the end of the test.
func watch(t *testing.T) {
	t.Helper()
	tx, rx := mpsc.New[int](4)
	stop, err := metrics.WatchChannel("lint", tx)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(); tx.Drop(); rx.Drop() })
}

// A pedantic registry compares each metric with the descriptions, and promlint knows the conventions.
func TestAPedanticRegistryAndTheLinterFindNothing(t *testing.T) {
	rt, _ := tasktest.NewRuntime(t, edo.Config{Workers: 2}), tasktest.NewRuntime(t, edo.Config{Workers: 2})
	watch(t)
	edo.Spawn(rt, &tasktest.Gate{}, edo.Name("not UTF-8: \xff"))
	edo.Spawn(rt, &tasktest.Gate{}, edo.Name("a name\nwith \"quotes\" and a line break"))
	for _, c := range []metrics.Config{{}, {Runtime: rt}} {
		col := prom.NewCollector(c)
		registry := prometheus.NewPedanticRegistry()
		if err := registry.Register(col); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			problems, err := testutil.GatherAndLint(registry)
			if err != nil {
				t.Error(err)
			}
			for _, p := range problems {
				t.Errorf("%s: %s", p.Metric, p.Text)
			}
		}
		families, err := registry.Gather()
		for before := -1.0; before != metricstest.WatchErrors(); families, err = registry.Gather() { // on a busy machine the channel may not be asked in time
			before = metricstest.WatchErrors()
		}
		if err != nil || len(families) != len(metrics.New(c).Metrics()) {
			t.Errorf("%d families for %d metrics, %v", len(families), len(metrics.New(c).Metrics()), err)
		}
	}
}

func TestASecondCollectorIsAnErrorThatSaysSo(t *testing.T) {
	a, b := tasktest.NewRuntime(t, edo.Config{Workers: 2}), tasktest.NewRuntime(t, edo.Config{Workers: 2})
	registry := prometheus.NewPedanticRegistry()
	if err := registry.Register(prom.NewCollector(metrics.Config{})); err != nil {
		t.Fatal(err)
	}
	var already prometheus.AlreadyRegisteredError
	err := registry.Register(prom.NewCollector(metrics.Config{}))
	if !errors.As(err, &already) || !strings.Contains(err.Error(), "duplicate metrics collector registration attempted") {
		t.Errorf("twice for all: %v", err)
	}
	if err := registry.Register(prom.NewCollector(metrics.Config{Runtime: a})); err == nil {
		t.Error("one for all, and one of a single runtime, would tell the same numbers twice")
	}
	each := prometheus.NewPedanticRegistry()
	for _, rt := range []*edo.Runtime{a, b} {
		if err := each.Register(prom.NewCollector(metrics.Config{Runtime: rt})); err != nil {
			t.Errorf("one for each runtime: %v", err)
		}
	}
	if err := each.Register(prom.NewCollector(metrics.Config{Runtime: b})); !errors.As(err, &already) {
		t.Errorf("twice for a runtime: %v", err)
	}
	if n, err := testutil.GatherAndCount(each, "edo_tasks"); n != 2 || err != nil {
		t.Errorf("%d runtimes have tasks, %v", n, err)
	}
}

// broken is a collector of the program that has an error.
type broken struct{ desc *prometheus.Desc }

func (b broken) Describe(to chan<- *prometheus.Desc) { to <- b.desc }
func (b broken) Collect(to chan<- prometheus.Metric) {
	to <- prometheus.NewInvalidMetric(b.desc, errors.New("broken on purpose"))
}

func TestAnErrorOfAnotherCollectorIsLoggedAndTheNumbersAreThere(t *testing.T) {
	rt := tasktest.NewRuntime(t, edo.Config{Workers: 2})
	if err := metrics.NameRuntime(rt, "web"); err != nil {
		t.Fatal(err)
	}
	registry := prometheus.NewRegistry()
	registry.MustRegister(prom.NewCollector(metrics.Config{}), broken{prometheus.NewDesc("broken", "It is broken.", nil, nil)})
	var log bytes.Buffer
	h := prom.Handler(registry, slog.New(slog.NewTextHandler(&log, nil)))
	for accept, want := range map[string]string{
		"": "# TYPE edo_polls_total counter\n",
		"application/openmetrics-text;version=1.0.0": "# TYPE edo_polls counter\n",
	} {
		log.Reset()
		r := httptest.NewRequest("GET", "/metrics", nil)
		r.Header.Set("Accept", accept)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `edo_polls_total{runtime="web"} 0`) || !strings.Contains(w.Body.String(), want) {
			t.Errorf("%q: %d\n%s", accept, w.Code, w.Body)
		}
		if !strings.Contains(log.String(), "broken on purpose") {
			t.Errorf("%q: the log is %q", accept, log.String())
		}
	}
}

// A scrape of a runtime whose only worker is blocked must be answered: that is when it is needed.
func TestAScrapeIsAnsweredWhileATaskBlocksItsWorker(t *testing.T) {
	rt, err := edo.New(edo.Config{CurrentThread: true, OnError: func(error) {}})
	if err != nil {
		t.Fatal(err)
	}
	blocks, release := make(chan struct{}), make(chan struct{})
	edo.Go(rt, func(*edo.Task) error { close(blocks); <-release; return nil })
	<-blocks
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(prom.NewCollector(metrics.Config{}))
	if n, err := testutil.GatherAndCount(registry, "edo_tasks"); n != 1 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	close(release)
	if err := rt.Wait(); err != nil {
		t.Error(err)
	}
}
