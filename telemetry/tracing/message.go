package tracing

import (
	"context"

	"github.com/edo-go/edo"
	"go.opentelemetry.io/otel/trace"
)

// Message is a value with the span of its sender. It goes through any channel: oneshot, broadcast,
// mpmc and watch have messages of any type. It is a value, to be copied.
//
//	tx, rx := broadcast.New[tracing.Message[Price]](16)
//	tx.Send(tracing.Carry(task, price))
type Message[T any] struct {
	Value T
	// Sender is the span of the sender. It is not valid when the sender had none.
	Sender trace.SpanContext
}

// Carry returns v with the span of the task of s, a [*edo.Task] or a [*edo.Context]: that of the task, and
// not one that the task has begun itself, which [CarryIn] takes. It allocates nothing.
//
//edo:nowait
func Carry[T any](s edo.Spawner, v T) Message[T] { return CarryIn(valuesOf(s), v) }

// CarryIn returns v with the span of ctx.
func CarryIn[T any](ctx context.Context, v T) Message[T] {
	return Message[T]{v, trace.SpanContextFromContext(ctx)}
}

// Link returns a link to the span of the sender, for a span that works on the message among others:
// Tracer.Span takes it, by trace.WithLinks.
func (m Message[T]) Link() trace.Link { return trace.Link{SpanContext: m.Sender} }

// Under returns ctx with the span of the sender as the parent of spans that are begun in it: for a task
// that works on this message alone, by [edo.ValuesOf]. Without a sender's span it is ctx.
func (m Message[T]) Under(ctx context.Context) context.Context {
	if !m.Sender.IsValid() {
		return ctx
	}
	return trace.ContextWithSpanContext(ctx, m.Sender)
}

// Drop drops the value, for a channel that drops what was not received.
func (m Message[T]) Drop() { edo.Drop(m.Value) }
