package prom

import (
	"github.com/edo-go/edo/telemetry/metrics"
	"github.com/prometheus/client_golang/prometheus"
)

// Collector is a prometheus.Collector of the numbers of one runtime or of all.
type Collector struct {
	source *metrics.Source
	descs  map[*metrics.Metric]*prometheus.Desc
	isOne  bool // of one runtime: the label of that is constant
}

var _ prometheus.Collector = (*Collector)(nil)

// NewCollector returns a collector. With [metrics.Config.Runtime] it is of that runtime alone, and has
// the name that the runtime has now as a constant label. Registering a second one for the same runtime,
// or for all, in one registry is prometheus.AlreadyRegisteredError; one for all beside one for a single
// runtime is an error as well, since they would tell the same numbers twice.
func NewCollector(c metrics.Config) *Collector {
	col := &Collector{source: metrics.New(c), descs: map[*metrics.Metric]*prometheus.Desc{}, isOne: c.Runtime != nil}
	one := prometheus.Labels{"runtime": col.source.Runtime()}
	for _, m := range col.source.Metrics() {
		if col.isOne && m.IsOfRuntime() {
			col.descs[m] = prometheus.NewDesc(m.Prometheus(), m.Help, m.Labels[1:], one)
		} else {
			col.descs[m] = prometheus.NewDesc(m.Prometheus(), m.Help, m.Labels, nil)
		}
	}
	return col
}

// Describe sends the description of each metric, which was made once.
func (c *Collector) Describe(to chan<- *prometheus.Desc) {
	for _, m := range c.source.Metrics() {
		to <- c.descs[m]
	}
}

// Collect sends the numbers as they are now.
func (c *Collector) Collect(to chan<- prometheus.Metric) {
	for _, p := range c.source.Read() {
		typ := prometheus.GaugeValue
		if p.Metric.Kind == metrics.Counter {
			typ = prometheus.CounterValue
		}
		desc, labels := c.descs[p.Metric], p.Labels
		if c.isOne && p.Metric.IsOfRuntime() {
			labels = labels[1:]
		}
		m, err := prometheus.NewConstMetric(desc, typ, p.Value, labels...)
		if err != nil {
			m = prometheus.NewInvalidMetric(desc, err)
		}
		to <- m
	}
}
