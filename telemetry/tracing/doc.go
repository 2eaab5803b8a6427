// Package tracing makes spans of OpenTelemetry for tasks, and takes them along: from a task to those that
// it spawns, from a sender to a receiver, and to other machines.
//
//	tracer := tracing.New(provider) // nil: the global one
//
//	edo.Go(task, handle, edo.Name("request"), tracer.Span())
//
// The span has the name of the task, and lasts from the spawn to the end of it. Its parent is the span
// of the task that spawns it, or that in the context which edo.Run or edo.Block was given. An error of
// the task is its status; a panic is an exception with its stack; a task that was cancelled says so.
//
// What the task and all tasks below it do is in its span, with the option or without: their
// [edo.Task.Context] has it, for libraries that take a context, and in futures
// [edo.Context.Values]. Spans of the program itself are as ever:
//
//	ctx, span := otel.Tracer("shop").Start(task.Context(), "look up")
//	defer span.End()
//
// # Messages
//
// A [Message] is a value with the span of its sender. Any channel can carry it; [NewMPSC] returns a
// channel whose two halves pack and unpack it:
//
//	tx, rx := tracing.NewMPSC[Order](16)
//	err := tx.Send(task, order)   // with the span of the sender
//	order, err := rx.Recv(task)   // the span of the receiver gets a link to it
//
// # Other machines
//
// [Tracer.Carrier] is for the connection of package cluster: jobs, and calls of functions, have the
// headers of W3C Trace Context, and their handlers a span whose parent is that of the caller.
//
//	conn.SetCarrier(tracer.Carrier(nil))
//
// # Cost, and when not to use it
//
// A task without the option, below no other that has it, pays nothing. One with it costs 1 KB and some
// microseconds with the SDK of OpenTelemetry, half of that when the span is not sampled; it is taken
// along all the same. End the tasks before the provider is shut down: it drops spans that are open.
// An exporter that waits must be behind a batching processor: the end of a task is told on the worker.
package tracing
