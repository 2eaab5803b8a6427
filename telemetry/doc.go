// Package telemetry is the root of a module that shows a running program of edo to other tools:
// its packages give the numbers of the runtimes to Prometheus and OpenTelemetry, add the task to
// records of log/slog, make spans for tasks, label profiles, and keep the window of the flight
// recorder when something goes wrong.
//
//   - metrics has the table of the numbers, metrics/prom a collector for Prometheus, and
//     metrics/otelmetrics instruments of OpenTelemetry.
//   - clustermetrics, a module of its own, adds the numbers of connections of module cluster.
//   - dashboard has a dashboard for Grafana and alerts for Prometheus.
//   - logs has a slog.Handler.
//
// docs/telemetry.md says which to take when.
package telemetry
