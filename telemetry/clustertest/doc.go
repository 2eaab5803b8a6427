// Package clustertest has no code of its own: its tests run package telemetry/tracing and package
// cluster together. It is a module of its own, so that programs which take the one do not need the
// libraries of the other.
package clustertest
