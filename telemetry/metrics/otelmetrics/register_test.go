package otelmetrics_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/telemetry/internal/metricstest"
	"github.com/edo-go/edo/telemetry/metrics"
	"github.com/edo-go/edo/telemetry/metrics/otelmetrics"
	"github.com/edo-go/edo/telemetry/metrics/prom"
	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"go.opentelemetry.io/otel/attribute"
	exporter "go.opentelemetry.io/otel/exporters/prometheus"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/metric/noop"
	sdk "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

func TestMain(m *testing.M) { tasktest.Main(m) }

// collect returns what a reader collects, by the names of the instruments.
func collect(t *testing.T, r sdk.Reader) map[string]metricdata.Metrics {
	t.Helper()
	var data metricdata.ResourceMetrics
	if err := r.Collect(context.Background(), &data); err != nil {
		t.Fatal(err)
	}
	all := map[string]metricdata.Metrics{}
	for _, s := range data.ScopeMetrics {
		for _, m := range s.Metrics {
			all[m.Name] = m
		}
	}
	return all
}

func TestTheInstrumentsAreThoseOfTheTable(t *testing.T) {
	rt := tasktest.NewRuntime(t, edo.Config{Workers: 1})
	if err := metrics.NameRuntime(rt, "web"); err != nil {
		t.Fatal(err)
	}
	reader := sdk.NewManualReader()
	r, err := otelmetrics.Register(sdk.NewMeterProvider(sdk.WithReader(reader)), metrics.Config{Runtime: rt})
	if err != nil {
		t.Fatal(err)
	}
	got := collect(t, reader)
	for _, m := range metrics.New(metrics.Config{Runtime: rt}).Metrics() {
		of, ok := got[m.Name]
		var isMonotonic bool
		var sets []attribute.Set
		switch sum := of.Data.(type) {
		case metricdata.Sum[int64]:
			isMonotonic = sum.IsMonotonic
			for _, p := range sum.DataPoints {
				sets = append(sets, p.Attributes)
			}
		case metricdata.Sum[float64]:
			isMonotonic = sum.IsMonotonic
			for _, p := range sum.DataPoints {
				sets = append(sets, p.Attributes)
			}
		}
		if !ok || len(sets) == 0 || of.Unit != m.Unit || of.Description != m.Help || isMonotonic != (m.Kind == metrics.Counter) {
			t.Errorf("%s: %+v", m.Name, of)
		}
		for _, set := range sets {
			if name, _ := set.Value("runtime"); name.AsString() != "web" {
				t.Errorf("%s: the attributes are %v", m.Name, set)
			}
		}
	}
	if err := r.Unregister(); err != nil {
		t.Error(err)
	}
	if err := r.Unregister(); err != nil {
		t.Errorf("twice: %v", err)
	}
	if left := collect(t, reader); len(left) != 0 {
		t.Errorf("after Unregister %d instruments are observed", len(left))
	}
}

// Dashboards and alerts must fit both ways to Prometheus.
func TestBehindThePrometheusExporterTheNamesAndLabelsAreThoseOfProm(t *testing.T) {
	tasktest.NewRuntime(t, edo.Config{Workers: 2})
	tx, rx := mpsc.New[int](4)
	stop, err := metrics.WatchChannel("both", tx)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { stop(); tx.Drop(); rx.Drop() }()
	direct, byOTel := prometheus.NewPedanticRegistry(), prometheus.NewPedanticRegistry()
	direct.MustRegister(prom.NewCollector(metrics.Config{}))
	reader, err := exporter.New(exporter.WithRegisterer(byOTel), exporter.WithoutTargetInfo(), exporter.WithoutScopeInfo())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := otelmetrics.Register(sdk.NewMeterProvider(sdk.WithReader(reader)), metrics.Config{}); err != nil {
		t.Fatal(err)
	}
	want, got := series(t, direct), series(t, byOTel)
	for before := -1.0; before != metricstest.WatchErrors(); want, got = series(t, direct), series(t, byOTel) { // on a busy machine the channel may not be asked in time
		before = metricstest.WatchErrors()
	}
	if !slices.Equal(want, got) {
		t.Errorf("prom:\n%s\nOpenTelemetry:\n%s", strings.Join(want, "\n"), strings.Join(got, "\n"))
	}
	if len(want) < 40 {
		t.Errorf("only %d series", len(want))
	}
}

// series returns the type, the name and the labels of each series.
func series(t *testing.T, g prometheus.Gatherer) (all []string) {
	t.Helper()
	families, err := g.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		for _, m := range f.Metric {
			all = append(all, f.GetType().String()+" "+f.GetName()+labels(m)+" "+f.GetHelp())
		}
	}
	slices.Sort(all)
	return all
}

func labels(m *dto.Metric) string {
	var all []string
	for _, l := range m.Label {
		all = append(all, l.GetName()+"="+l.GetValue())
	}
	return "{" + strings.Join(all, ",") + "}"
}

func TestACallbackDoesNotWaitForATaskThatBlocks(t *testing.T) {
	rt := tasktest.NewRuntime(t, edo.Config{CurrentThread: true})
	reader := sdk.NewManualReader()
	if _, err := otelmetrics.Register(sdk.NewMeterProvider(sdk.WithReader(reader)), metrics.Config{}); err != nil {
		t.Fatal(err)
	}
	blocks, release := make(chan struct{}), make(chan struct{})
	edo.Go(rt, func(*edo.Task) error { close(blocks); <-release; return nil })
	<-blocks
	if got := collect(t, reader); got["edo.tasks"].Data == nil {
		t.Error("no tasks")
	}
	close(release)
}

// An error of another callback of the provider must not take edo's numbers along, nor a panic of a
// function that is watched.
func TestAnErrorOfAnotherCallbackDoesNotLoseTheNumbers(t *testing.T) {
	tasktest.NewRuntime(t, edo.Config{CurrentThread: true})
	stop, err := metrics.Watch("panics", func() int { panic("on purpose") })
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	reader := sdk.NewManualReader()
	provider := sdk.NewMeterProvider(sdk.WithReader(reader))
	if _, err := otelmetrics.Register(provider, metrics.Config{}); err != nil {
		t.Fatal(err)
	}
	broken := errors.New("broken on purpose")
	_, err = provider.Meter("program").Int64ObservableGauge("broken",
		metric.WithInt64Callback(func(context.Context, metric.Int64Observer) error { return broken }))
	if err != nil {
		t.Fatal(err)
	}
	var data metricdata.ResourceMetrics
	if err := reader.Collect(context.Background(), &data); !errors.Is(err, broken) {
		t.Errorf("Collect() = %v", err)
	}
	n := 0
	for _, s := range data.ScopeMetrics {
		n += len(s.Metrics)
	}
	if n < 20 {
		t.Errorf("%d instruments were observed", n)
	}
}

// The limit of the SDK is 2,000 sets of attributes for an instrument; beyond it points are lost in one.
func TestTheSetsOfAttributesStayBelowTheLimitOfTheSDK(t *testing.T) {
	workers, classes, least := 64+2, 100+2, 2000
	if most := metrics.MaxRuntimes * max(workers, classes); most >= least || metrics.MaxWatched >= least {
		t.Errorf("an instrument may have %d sets of attributes", most)
	}
}

func TestRegisterRefusesNilAndTakesANoop(t *testing.T) {
	if _, err := otelmetrics.Register(nil, metrics.Config{}); err == nil || err.Error() != "otelmetrics: the MeterProvider is nil" {
		t.Errorf("%v", err)
	}
	r, err := otelmetrics.Register(noop.NewMeterProvider(), metrics.Config{})
	if err != nil || r.Unregister() != nil {
		t.Error(err)
	}
}

// panics is an Observer that ends the callback early.
func TestAPanicOfTheProviderIsAnError(t *testing.T) {
	err := otelmetrics.ObserveInto(panics{})
	if err == nil || !strings.Contains(err.Error(), "on purpose") {
		t.Errorf("%v", err)
	}
}

type panics struct{ metric.Observer }

func (panics) ObserveInt64(metric.Int64Observable, int64, ...metric.ObserveOption) {
	panic("on purpose")
}
