package otelmetrics

import (
	"context"

	"github.com/edo-go/edo/telemetry/metrics"
	"go.opentelemetry.io/otel/metric"
)

// ObserveInto calls the callback.
func ObserveInto(to metric.Observer) error {
	return (&observer{source: metrics.New(metrics.Config{})}).observe(context.Background(), to)
}
