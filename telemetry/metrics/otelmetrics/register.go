package otelmetrics

import (
	"context"
	"errors"
	"fmt"

	"github.com/edo-go/edo/telemetry/metrics"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
)

// scope names the meter.
const scope = "github.com/edo-go/edo/telemetry/metrics/otelmetrics"

// Registration is what Register has added to a provider.
type Registration struct {
	inner metric.Registration
}

// Unregister ends the callback: the numbers are collected no more. It may be called twice, and from any
// goroutine.
func (r *Registration) Unregister() error { return r.inner.Unregister() }

// Register makes the instruments on a meter of the provider, and has them observed at each collection.
// A second Register with the same provider would have the numbers twice, and it is the caller's task to
// call it once. Instruments that the provider refuses are errors.
func Register(provider metric.MeterProvider, c metrics.Config) (*Registration, error) {
	if provider == nil {
		return nil, errors.New("otelmetrics: the MeterProvider is nil")
	}
	meter := provider.Meter(scope)
	o := &observer{source: metrics.New(c), by: map[*metrics.Metric]instrument{}}
	var all []metric.Observable
	for _, m := range o.source.Metrics() {
		i, err := newInstrument(meter, m)
		if err != nil {
			return nil, fmt.Errorf("otelmetrics: %s: %w", m.Name, err)
		}
		o.by[m] = i
		all = append(all, i.of())
	}
	inner, err := meter.RegisterCallback(o.observe, all...)
	if err != nil {
		return nil, fmt.Errorf("otelmetrics: %w", err)
	}
	return &Registration{inner}, nil
}

// instrument is of numbers, or of seconds: one of the two is nil.
type instrument struct {
	ints   metric.Int64Observable
	floats metric.Float64Observable
}

// of returns the instrument itself.
func (i instrument) of() metric.Observable {
	if i.floats != nil {
		return i.floats
	}
	return i.ints
}

// newInstrument makes the instrument of m.
func newInstrument(meter metric.Meter, m *metrics.Metric) (i instrument, err error) {
	help, unit := metric.WithDescription(m.Help), metric.WithUnit(m.Unit)
	switch {
	case m.Kind == metrics.Counter && m.Unit == "s":
		i.floats, err = meter.Float64ObservableCounter(m.Name, help, unit)
	case m.Kind == metrics.Counter:
		i.ints, err = meter.Int64ObservableCounter(m.Name, help, unit)
	default:
		i.ints, err = meter.Int64ObservableUpDownCounter(m.Name, help, unit)
	}
	return i, err
}

// observer is the callback.
type observer struct {
	source *metrics.Source
	by     map[*metrics.Metric]instrument
}

// observe tells the numbers as they are now. A panic is an error: what was told before it stays.
func (o *observer) observe(_ context.Context, to metric.Observer) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("otelmetrics: reading the numbers has panicked: %v", v)
		}
	}()
	for _, p := range o.source.Read() {
		pairs := make([]attribute.KeyValue, len(p.Labels))
		for i, name := range p.Metric.Labels {
			pairs[i] = attribute.String(name, p.Labels[i])
		}
		labels := metric.WithAttributes(pairs...)
		if i := o.by[p.Metric]; i.floats != nil {
			to.ObserveFloat64(i.floats, p.Value, labels)
		} else {
			to.ObserveInt64(i.ints, int64(p.Value), labels)
		}
	}
	return nil
}
