// Package telemetry is the root of a module that shows a running program of edo to other tools:
// its packages give the numbers of the runtimes to Prometheus and OpenTelemetry, make spans for
// tasks, label profiles, and keep the window of the flight recorder when something goes wrong.
//
// docs/telemetry.md says which to take when.
package telemetry
