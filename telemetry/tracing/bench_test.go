package tracing_test

import (
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/telemetry/tracing"
	sdk "go.opentelemetry.io/otel/sdk/trace"
)

// benchmarkSpawn spawns tasks that return at once, with the options.
func benchmarkSpawn(b *testing.B, options ...edo.SpawnOption) {
	b.ReportAllocs()
	err := edo.Run(func(task *edo.Task) error {
		for range b.N {
			if _, err := edo.Go(task, func(*edo.Task) error { return nil }, options...).Await(task); err != nil {
				return err
			}
		}
		return nil
	}, edo.WithConfig(edo.Config{CurrentThread: true}))
	if err != nil {
		b.Error(err)
	}
}

func BenchmarkSpawnWithoutASpan(b *testing.B) { benchmarkSpawn(b) }

func BenchmarkSpawnWithASpan(b *testing.B) {
	benchmarkSpawn(b, tracing.New(sdk.NewTracerProvider()).Span())
}

func BenchmarkSpawnWithASpanThatIsNotSampled(b *testing.B) {
	benchmarkSpawn(b, tracing.New(sdk.NewTracerProvider(sdk.WithSampler(sdk.NeverSample()))).Span())
}
