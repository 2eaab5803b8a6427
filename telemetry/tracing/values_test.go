package tracing

import (
	"context"
	"testing"

	"go.opentelemetry.io/otel/trace"
)

func TestARowOfTasksDoesNotKeepTheSpansBefore(t *testing.T) {
	type key struct{}
	root := context.WithValue(context.Background(), key{}, "of the root")
	values := root
	for i := range byte(100) { // each task spawns the next
		sc := trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{1}, SpanID: trace.SpanID{i + 1}})
		values = valuesWith(values, trace.SpanFromContext(trace.ContextWithSpanContext(context.Background(), sc)))
	}
	if got := trace.SpanContextFromContext(values).SpanID(); got != (trace.SpanID{100}) {
		t.Errorf("the span is %v", got)
	}
	if values.Value(key{}) != "of the root" || values.(*spanValues).beneath != root {
		t.Error("between the last span and the root there are others")
	}
	// Values that the program has put on top of a task's span stay.
	mine := context.WithValue(values, key{}, "of the program")
	if v := valuesWith(mine, trace.SpanFromContext(values)); v.Value(key{}) != "of the program" {
		t.Errorf("the value is %v", v.Value(key{}))
	}
}
