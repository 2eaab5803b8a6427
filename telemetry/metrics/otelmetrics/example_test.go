package otelmetrics_test

import (
	"context"
	"fmt"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/telemetry/metrics"
	"github.com/edo-go/edo/telemetry/metrics/otelmetrics"
	sdk "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

func Example() {
	reader := sdk.NewManualReader() // or a periodic one, with an exporter
	provider := sdk.NewMeterProvider(sdk.WithReader(reader))
	registration, err := otelmetrics.Register(provider, metrics.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer registration.Unregister()

	edo.Run(func(task *edo.Task) error {
		var data metricdata.ResourceMetrics
		if err := reader.Collect(context.Background(), &data); err != nil {
			return err
		}
		for _, m := range data.ScopeMetrics[0].Metrics {
			if m.Name == "edo.runtimes" {
				fmt.Println(m.Name, m.Unit, m.Data.(metricdata.Sum[int64]).DataPoints[0].Value)
			}
		}
		return nil
	})
	// Output: edo.runtimes {runtime} 1
}
