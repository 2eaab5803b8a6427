// Package otelmetrics gives the numbers of edo's runtimes to OpenTelemetry, by observable instruments.
//
//	r, err := otelmetrics.Register(provider, metrics.Config{})
//	defer r.Unregister()
//
// # Model
//
// Each metric of package metrics is an instrument, and all share one callback, which reads the numbers
// when a reader of the provider collects, and not otherwise. It reads counters: it never waits for a
// task. That matters, since a callback that blocks would hold up every collection of the provider and
// the making of instruments. A panic in it is returned as an error; the SDK ends the process otherwise.
//
// Names are edo.tasks, edo.polls and so on, units are UCUM, and attributes have the names of the labels
// that package prom has: runtime, worker, class. Behind the Prometheus exporter of OpenTelemetry the
// metrics have the names of package prom, so that dashboards and alerts fit both.
//
// The sets of attributes stay below the SDK's limit of 2,000 for an instrument: see [metrics.Config].
// The package needs the API of OpenTelemetry alone; the program brings the SDK.
//
// # When not to use it
//
// A program without OpenTelemetry takes package prom. What a task does and for how long is a matter of
// spans.
package otelmetrics
