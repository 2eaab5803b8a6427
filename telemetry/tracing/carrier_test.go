package tracing_test

import (
	"context"
	"testing"

	"github.com/edo-go/edo"
	"go.opentelemetry.io/otel/baggage"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

func TestACarrierTakesTheSpanAlongInTheHeadersOfW3C(t *testing.T) {
	tracer, r := recorded()
	carrier := tracer.Carrier(nil)
	headers := map[string]string{}
	err := run(func(task *edo.Task) error {
		member, err := baggage.NewMember("account", "17")
		if err != nil {
			return err
		}
		bag, err := baggage.New(member)
		if err != nil {
			return err
		}
		ctx := baggage.ContextWithBaggage(context.Background(), bag)
		_, err = edo.Go(task, func(task *edo.Task) error {
			carrier.Inject(task.Context(), func(key, value string) { headers[key] = value })
			return nil
		}, edo.Name("caller"), edo.ValuesOf(ctx), tracer.Span()).Await(task)
		if err != nil {
			return err
		}
		// On another machine:
		options := append(carrier.Extract(func(key string) string { return headers[key] }), edo.Name("callee"))
		_, err = edo.Go(task, func(task *edo.Task) error {
			if got := baggage.FromContext(task.Context()).Member("account").Value(); got != "17" {
				t.Errorf("the baggage is %q", got)
			}
			return nil
		}, options...).Await(task)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	all := byName(t, r)
	caller, callee := all["caller"].SpanContext(), all["callee"]
	if want := "00-" + caller.TraceID().String() + "-" + caller.SpanID().String() + "-01"; headers["traceparent"] != want || len(headers) != 2 {
		t.Errorf("the headers are %v, want traceparent %s", headers, want)
	}
	if p := callee.Parent(); p.SpanID() != caller.SpanID() || !p.IsRemote() || callee.SpanKind() != trace.SpanKindConsumer {
		t.Errorf("the parent is %v, the kind %v", p, callee.SpanKind())
	}
}

func TestHeadersThatAreNoneMakeASpanWithoutAParent(t *testing.T) {
	for _, text := range []string{"", "00-", "00-zz-yy-01", "garbage\r\nwith: lines"} {
		tracer, r := recorded()
		options := tracer.Carrier(propagation.TraceContext{}).Extract(func(string) string { return text })
		err := run(func(task *edo.Task) error {
			_, err := edo.Go(task, func(*edo.Task) error { return nil }, append(options, edo.Name("callee"))...).Await(task)
			return err
		})
		if s := byName(t, r)["callee"]; err != nil || s == nil || s.Parent().IsValid() {
			t.Errorf("%q: %v, %v", text, s, err)
		}
	}
}
