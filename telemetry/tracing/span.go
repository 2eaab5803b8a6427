package tracing

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/core"
	"github.com/edo-go/edo/internal/inside"
	"github.com/edo-go/edo/internal/sched"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
)

// scopeName is the instrumentation scope of the spans.
const scopeName = "github.com/edo-go/edo/telemetry/tracing"

// A Tracer makes spans for tasks. Any goroutine may use it.
type Tracer struct{ tracer trace.Tracer }

// New returns a Tracer whose spans are of provider; nil: of the global one, also when that is set
// later.
func New(provider trace.TracerProvider) *Tracer {
	if provider == nil {
		provider = otel.GetTracerProvider()
	}
	return &Tracer{provider.Tracer(scopeName)}
}

// Span is a spawn option: the task has a span, from its spawn to its end, with its name
// ([edo.Name], or else that of its function). The tasks that it spawns are inside. The parent is the
// span of the spawning task, or of [edo.ValuesOf]; trace.WithNewRoot makes it one without a parent, and
// trace.WithLinks links it to others, as to the sender of a message.
//
//	the task                ends the span with
//	returns nil             no status
//	returns an error        the status Error, and an event "exception" with its text
//	panics                  the same, with its stack
//	is cancelled            the attribute edo.cancelled, and no status
//
// In the simulator the times of the span are those of the simulation.
func (t *Tracer) Span(options ...trace.SpanStartOption) edo.SpawnOption {
	return inside.SpawnOption(core.SpawnOption{Apply: func(x *core.Extra) {
		x.NeedAmbient()
		x.AddBond(&taskSpan{tracer: t.tracer, options: options})
	}})
}

// taskSpan is the span of a task: a bond between the two.
type taskSpan struct {
	core.Link
	tracer  trace.Tracer
	options []trace.SpanStartOption
	rt      *core.Runtime
	span    trace.Span // nil: the task was never spawned
}

// Tie begins the span.
func (s *taskSpan) Tie(t *sched.Task, rt *core.Runtime) error {
	s.rt = rt
	defer s.contain()
	x := core.ExtraOf(t)
	around := x.Ambient()
	options := s.options
	if rt.Driver.Seeded() {
		options = append(options[:len(options):len(options)], trace.WithTimestamp(rt.Driver.Time(rt.Driver.Now())))
	}
	_, s.span = s.tracer.Start(around, core.NameOf(t), options...)
	s.options = nil
	if s.span.SpanContext().IsValid() { // not after the provider was shut down
		x.SetAmbient(t, valuesWith(around, s.span))
	}
	return nil
}

// contain keeps a panic of the provider from the task, which goes on without a span, or has ended.
func (s *taskSpan) contain() {
	if value := recover(); value != nil {
		s.rt.OnError(fmt.Errorf("tracing: the provider of spans has panicked: %v\n\n%s", value, debug.Stack()))
	}
}

// Failed leaves the error to others.
func (s *taskSpan) Failed(*sched.Task, error) core.Claim { return core.Unclaimed }

// Untie ends the span.
func (s *taskSpan) Untie(t *sched.Task) {
	if s.span == nil {
		return
	}
	defer s.contain()
	var options []trace.SpanEndOption
	var at []trace.EventOption
	if d := s.rt.Driver; d.Seeded() {
		now := trace.WithTimestamp(d.Time(d.Now()))
		options, at = append(options, now), append(at, now)
	}
	if err := core.ExtraOf(t).Err; err != nil {
		s.fail(err, at)
	}
	s.span.End(options...)
}

// fail notes the error that the task has ended with.
func (s *taskSpan) fail(err error, at []trace.EventOption) {
	panicked, isPanic := errors.AsType[*edo.PanicError](err)
	switch {
	case isPanic:
		s.span.AddEvent("exception", append(at, trace.WithAttributes(
			attribute.String("exception.type", fmt.Sprintf("%T", panicked.Value)),
			attribute.String("exception.message", fmt.Sprint(panicked.Value)),
			attribute.String("exception.stacktrace", string(panicked.Stack)),
		))...)
		s.span.SetStatus(codes.Error, headOf(fmt.Sprintf("panic: %v", panicked.Value)))
	case core.IsCancellation(err):
		s.span.SetAttributes(attribute.Bool("edo.cancelled", true))
	default:
		s.span.RecordError(err, at...)
		s.span.SetStatus(codes.Error, headOf(err.Error()))
	}
}

// headOf returns the first line of text, and at most 1 KB of it.
func headOf(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	if len(line) > 1<<10 {
		line = strings.ToValidUTF8(line[:1<<10], "")
	}
	return line
}

// spanValues are the ambient values of a task that has a span. They do not keep the span of the task that
// has spawned it: a row of tasks, each of which spawns the next, would keep all.
type spanValues struct {
	context.Context
	beneath context.Context // without the span
}

// valuesWith returns the values around a task with its span in place of another.
func valuesWith(around context.Context, span trace.Span) context.Context {
	beneath := around
	if v, ok := around.(*spanValues); ok {
		beneath = v.beneath
	}
	return &spanValues{trace.ContextWithSpan(beneath, span), beneath}
}

// valuesOf returns the values of what spawns from s, or of nothing when s may not be used here.
func valuesOf(s edo.Spawner) context.Context {
	if cx, ok := s.(*edo.Context); ok {
		return cx.Values()
	}
	src := inside.Source(s)
	if src.Err != nil {
		return context.Background()
	}
	if src.Cx == nil {
		return core.ValuesOf(nil, src.Rt)
	}
	return core.ValuesOf(src.Cx.Root(), src.Rt)
}
