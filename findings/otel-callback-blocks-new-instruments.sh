#!/usr/bin/env bash
# One would expect that Collect of OpenTelemetry's metric SDK ends with its context, and that one slow callback of an
# observable instrument delays only that collection.
# What happens while a callback blocks: Collect continues after its context's deadline, and the creation of any instrument,
# also of another meter, blocks until the callback returns. Shutdown returns nil at once. At the end Collect returns nil.
# Why it matters: a callback that takes a lock of the program, to count the entries of a table, can block every function that
# creates a counter (a function that holds the same lock deadlocks). Callbacks must read atomic values only.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
export GOWORK=off GOTOOLCHAIN=local
go version
go mod init probe >/dev/null 2>&1
cat >main.go <<'GO'
package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"go.opentelemetry.io/otel/metric"
	sdk "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

func main() {
	reader := sdk.NewManualReader()
	provider := sdk.NewMeterProvider(sdk.WithReader(reader))
	entered, release := make(chan struct{}), make(chan struct{})
	_, err := provider.Meter("slow").Int64ObservableGauge("gauge", metric.WithInt64Callback(
		func(context.Context, metric.Int64Observer) error {
			close(entered)
			<-release
			return nil
		}))
	if err != nil {
		panic(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	collected, made := make(chan error, 1), make(chan error, 1)
	go func() { collected <- reader.Collect(ctx, new(metricdata.ResourceMetrics)) }()
	<-entered
	go func() {
		_, err := provider.Meter("other").Int64Counter("counter")
		made <- err
	}()
	<-ctx.Done()
	time.Sleep(time.Second)
	waiting := len(collected) == 0
	blocked := len(made) == 0
	shut := provider.Shutdown(context.Background())
	fmt.Println("1 s after the deadline, Collect still waits:          ", waiting)
	fmt.Println("an instrument of another meter still waits to be made:", blocked)
	fmt.Println("Shutdown meanwhile:                                   ", shut)
	close(release)
	late, err := <-collected, <-made
	fmt.Println("Collect, when the callback has returned:              ", late)
	if !waiting || !blocked || shut != nil || late != nil || err != nil {
		fmt.Println("CHANGED")
		os.Exit(1)
	}
}
GO
go get go.opentelemetry.io/otel/metric@v1.47.0 go.opentelemetry.io/otel/sdk/metric@v1.47.0 2>/dev/null
go list -m go.opentelemetry.io/otel/metric go.opentelemetry.io/otel/sdk/metric
go run .
