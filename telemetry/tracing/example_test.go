package tracing_test

import (
	"errors"
	"fmt"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/telemetry/tracing"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
)

func Example() {
	spans := tracetest.NewSpanRecorder()
	tracer := tracing.New(sdk.NewTracerProvider(sdk.WithSpanProcessor(spans)))

	edo.Run(func(task *edo.Task) error {
		_, err := edo.Go(task, func(task *edo.Task) error {
			lookUp := edo.Go(task, func(task *edo.Task) error {
				return errors.New("not there")
			}, edo.Name("look up"), tracer.Span())
			lookUp.Await(task)
			return nil
		}, edo.Name("request"), tracer.Span()).Await(task)
		return err
	})

	for _, s := range spans.Ended() {
		fmt.Println(s.Name(), s.Status().Code, s.Status().Description, s.Parent().IsValid())
	}
	// Output:
	// look up Error not there true
	// request Unset  false
}

func ExampleMessage() {
	spans := tracetest.NewSpanRecorder()
	tracer := tracing.New(sdk.NewTracerProvider(sdk.WithSpanProcessor(spans)))

	edo.Run(func(task *edo.Task) error {
		tx, rx := tracing.NewMPSC[string](8)
		edo.Go(task, func(task *edo.Task) error {
			return tx.Send(task, "an order")
		}, edo.Name("shop"), tracer.Span(), edo.Owns(tx))
		_, err := edo.Go(task, func(task *edo.Task) error {
			order, err := rx.Recv(task)
			fmt.Println("received", order)
			return err
		}, edo.Name("kitchen"), tracer.Span(), edo.Owns(rx)).Await(task)
		return err
	}, edo.WithConfig(edo.Config{CurrentThread: true}))

	for _, s := range spans.Ended() {
		fmt.Println(s.Name(), "has", len(s.Links()), "links")
	}
	// Output:
	// received an order
	// shop has 0 links
	// kitchen has 1 links
}
