package tracing

import (
	"context"

	"github.com/edo-go/edo"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

// Carrier takes spans along to other processes, in the headers of messages. It is what
// cluster.Conn.SetCarrier takes; this package does not need package cluster for it. Any number of
// goroutines may use it.
type Carrier struct {
	tracer     *Tracer
	propagator propagation.TextMapPropagator
}

// Carrier returns a Carrier with the propagator; nil: W3C Trace Context, and Baggage.
func (t *Tracer) Carrier(propagator propagation.TextMapPropagator) *Carrier {
	if propagator == nil {
		propagator = propagation.NewCompositeTextMapPropagator(propagation.TraceContext{}, propagation.Baggage{})
	}
	return &Carrier{t, propagator}
}

// Inject has set called for each header that takes the span of ctx along.
func (c *Carrier) Inject(ctx context.Context, set func(key, value string)) {
	c.propagator.Inject(ctx, setter(set))
}

// Extract returns the options of the task that works on a message with headers that get returns: a
// span, of the kind consumer, whose parent is that of the headers.
func (c *Carrier) Extract(get func(key string) string) []edo.SpawnOption {
	ctx := c.propagator.Extract(context.Background(), getter(get))
	return []edo.SpawnOption{edo.ValuesOf(ctx), c.tracer.Span(trace.WithSpanKind(trace.SpanKindConsumer))}
}

// setter is the part of a propagation.TextMapCarrier that Inject uses.
type setter func(key, value string)

func (s setter) Get(string) string     { return "" }
func (s setter) Set(key, value string) { s(key, value) }
func (s setter) Keys() []string        { return nil }

// getter is the part of a propagation.TextMapCarrier that Extract uses.
type getter func(key string) string

func (g getter) Get(key string) string { return g(key) }
func (g getter) Set(string, string)    {}
func (g getter) Keys() []string        { return nil }
