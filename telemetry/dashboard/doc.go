// Package dashboard has a dashboard for Grafana and alerts for Prometheus, of the metrics of package
// metrics: as files beside this one, and embedded.
//
//	os.WriteFile("edo.json", dashboard.Grafana, 0o644)
//	os.WriteFile("alerts.yml", dashboard.Alerts, 0o644)
//
// # Model
//
// edo.json is imported in Grafana, and asks for a data source of the kind Prometheus; it has variables
// for job, instance and runtime. alerts.yml is one of the rule_files of Prometheus. Both fit what package
// prom exposes, and package otelmetrics behind an exporter for Prometheus. Tests ask a real Prometheus
// each of their expressions.
//
// # When not to use it
//
// The limits of the alerts are a beginning: copy the file, and change them for the program.
package dashboard

import _ "embed"

// Grafana is the dashboard, as JSON for Grafana 10 and later. The caller must not change it.
//
//go:embed edo.json
var Grafana []byte

// Alerts is a file of rules for Prometheus. The caller must not change it.
//
//go:embed alerts.yml
var Alerts []byte
