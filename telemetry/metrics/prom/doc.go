// Package prom gives the numbers of edo's runtimes to Prometheus: a collector for
// github.com/prometheus/client_golang.
//
//	prometheus.MustRegister(prom.NewCollector(metrics.Config{}))
//	http.Handle("/metrics", prom.Handler(prometheus.DefaultGatherer, nil))
//
// # Model
//
// A collector reads the numbers at each scrape, and nothing runs between two: see package metrics,
// which also has the table of all numbers. Names have underscores, base units, and _total behind a
// counter. A collector may be used by several scrapes at a time.
//
// One collector is for all runtimes of the process, with the label runtime. A collector of one runtime
// has that label as a constant one: so several of them go into one registry.
//
// # When not to use it
//
// A program that has a MeterProvider of OpenTelemetry takes package otelmetrics: the metrics and their
// labels are the same, also behind its Prometheus exporter. Take one of the two.
package prom
