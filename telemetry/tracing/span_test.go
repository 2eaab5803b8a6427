package tracing_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/scope"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/telemetry/tracing"
	"github.com/edo-go/edo/timer"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
)

// recorded returns a tracer, and what it has recorded.
func recorded() (*tracing.Tracer, *tracetest.SpanRecorder) {
	r := tracetest.NewSpanRecorder()
	return tracing.New(sdk.NewTracerProvider(sdk.WithSpanProcessor(r))), r
}

// run runs main, whose error and whose tasks' errors are expected.
func run(main func(task *edo.Task) error, opts ...edo.RunOption) error {
	return edo.Run(main, append([]edo.RunOption{edo.WithConfig(edo.Config{OnError: func(error) {}})}, opts...)...)
}

// byName returns the spans that have ended, by name.
func byName(t *testing.T, r *tracetest.SpanRecorder) map[string]sdk.ReadOnlySpan {
	t.Helper()
	all := map[string]sdk.ReadOnlySpan{}
	for _, s := range r.Ended() {
		if all[s.Name()] != nil {
			t.Errorf("there are two spans %q", s.Name())
		}
		all[s.Name()] = s
	}
	if begun := len(r.Started()); begun != len(all) {
		t.Errorf("%d spans have begun, and %d have ended", begun, len(all))
	}
	return all
}

// parents returns the name of the parent of each span.
func parents(all map[string]sdk.ReadOnlySpan) map[string]string {
	of := map[string]string{}
	for name, s := range all {
		of[name] = "none"
		for parent, p := range all {
			if p.SpanContext().SpanID() == s.Parent().SpanID() {
				of[name] = parent
			}
		}
	}
	return of
}

// spanFuture is a future of the span that is around it.
type spanFuture struct{}

func (spanFuture) Poll(cx *edo.Context) (trace.SpanContext, edo.Poll, error) {
	return trace.SpanContextFromContext(cx.Values()), edo.Ready, nil
}

func TestATaskHasASpanBelowThatOfItsSpawner(t *testing.T) {
	tracer, r := recorded()
	nothing := func(*edo.Task) error { return nil }
	err := run(func(task *edo.Task) error {
		_, err := edo.Go(task, func(task *edo.Task) error {
			edo.Go(task, nothing, edo.Name("child"), tracer.Span())
			edo.Spawn[trace.SpanContext](task, spanFuture{}, edo.Name("future"), tracer.Span())
			edo.Blocking(task, func(*edo.Task) (int, error) { return 0, nil }, edo.Name("blocking"), tracer.Span())
			// Without the option a task has no span of its own, but takes that of its spawner along.
			_, err := edo.Go(task, func(task *edo.Task) error {
				edo.Go(task, nothing, edo.Name("grandchild"), tracer.Span())
				return nil
			}, edo.Name("between")).Await(task)
			if err != nil {
				return err
			}
			return scope.Run(task, func(s *scope.Scope) error {
				edo.Go(s, nothing, edo.Name("member"), tracer.Span())
				return nil
			})
		}, edo.Name("parent"), tracer.Span()).Await(task)
		edo.Go(task, nothing, edo.Name("beside"), tracer.Span())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"parent": "none", "child": "parent", "future": "parent", "blocking": "parent", "grandchild": "parent", "member": "parent", "beside": "none",
	}
	if got := parents(byName(t, r)); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

func TestContextsAndFuturesBelowATaskHaveItsSpan(t *testing.T) {
	tracer, r := recorded()
	err := run(func(task *edo.Task) error {
		_, err := edo.Go(task, func(task *edo.Task) error {
			here := trace.SpanContextFromContext(task.Context())
			below, err := edo.GoValue(task, func(task *edo.Task) (trace.SpanContext, error) {
				return trace.SpanContextFromContext(task.Context()), nil
			}).Await(task)
			if err != nil {
				return err
			}
			future, err := edo.Spawn[trace.SpanContext](task, spanFuture{}).Await(task)
			if !here.IsValid() || !below.Equal(here) || !future.Equal(here) {
				t.Errorf("here %v, below %v, in a future %v", here.SpanID(), below.SpanID(), future.SpanID())
			}
			return err
		}, tracer.Span()).Await(task)
		return err
	})
	if err != nil || len(byName(t, r)) != 1 {
		t.Errorf("%d spans, %v", len(r.Ended()), err)
	}
}

func TestTheSpanAroundRunAndBlockIsTheParent(t *testing.T) {
	r := tracetest.NewSpanRecorder()
	provider := sdk.NewTracerProvider(sdk.WithSpanProcessor(r))
	tracer := tracing.New(provider)
	nothing := func(*edo.Task) error { return nil }
	ctx, outer := provider.Tracer("test").Start(context.Background(), "around Run")
	err := run(func(task *edo.Task) error {
		edo.Go(task, nothing, edo.Name("in Run"), tracer.Span())
		return nil
	}, edo.WithContext(ctx))
	outer.End()
	if err != nil {
		t.Error(err)
	}
	rt, err := edo.New(edo.Config{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, outer = provider.Tracer("test").Start(context.Background(), "around Block")
	err = edo.Block(rt, ctx, func(task *edo.Task) error {
		_, err := edo.Go(task, nothing, edo.Name("in Block"), tracer.Span()).Await(task)
		return err
	})
	outer.End()
	if err := errors.Join(err, rt.Wait()); err != nil {
		t.Error(err)
	}
	if got := parents(byName(t, r)); got["in Run"] != "around Run" || got["in Block"] != "around Block" {
		t.Errorf("the parents are %v", got)
	}
}

func TestASpanTellsHowItsTaskHasEnded(t *testing.T) {
	tracer, r := recorded()
	run(func(task *edo.Task) error {
		edo.Go(task, func(*edo.Task) error { return nil }, edo.Name("well"), tracer.Span())
		edo.Go(task, func(*edo.Task) error { return errors.New("no luck\nat all") }, edo.Name("fails"), tracer.Span())
		edo.Go(task, func(*edo.Task) error { planted(); return nil }, edo.Name("panics"), tracer.Span())
		h := edo.Go(task, func(task *edo.Task) error { return task.Cancelled() }, edo.Name("aborted"), tracer.Span())
		never := edo.Go(task, func(task *edo.Task) error { return nil }, edo.Name("aborted at once"), tracer.Span())
		never.Abort()
		if err := edo.Yield(task); err != nil {
			return err
		}
		h.Abort()
		return nil
	}, edo.WithConfig(edo.Config{CurrentThread: true, OnError: func(error) {}}))
	all := byName(t, r)
	for name, want := range map[string]sdk.Status{
		"well": {}, "aborted": {}, "aborted at once": {},
		"fails":  {Code: codes.Error, Description: "no luck"},
		"panics": {Code: codes.Error, Description: "panic: a planted fault"},
	} {
		if all[name] == nil || all[name].Status() != want {
			t.Errorf("%s: %+v", name, all[name])
		}
	}
	if t.Failed() {
		return
	}
	for name, want := range map[string]bool{"well": false, "fails": false, "panics": false, "aborted": true, "aborted at once": true} {
		told := false
		for _, a := range all[name].Attributes() {
			told = told || a == attribute.Bool("edo.cancelled", true)
		}
		if told != want {
			t.Errorf("%s: cancelled: %v", name, told)
		}
	}
	events := func(name string) map[string]string {
		of := map[string]string{}
		for _, e := range all[name].Events() {
			for _, a := range e.Attributes {
				of[e.Name+" "+string(a.Key)] = a.Value.AsString()
			}
		}
		return of
	}
	e := events("panics")
	if e["exception exception.message"] != "a planted fault" || e["exception exception.type"] != "string" {
		t.Errorf("the panic has the event %v", e)
	}
	if stack := e["exception exception.stacktrace"]; !strings.Contains(stack, "tracing_test.planted") {
		t.Errorf("its stack is\n%s", stack)
	}
	if e := events("fails"); e["exception exception.message"] != "no luck\nat all" {
		t.Errorf("the error has the event %v", e)
	}
}

//go:noinline
func planted() { panic("a planted fault") }

func TestInASimulationASpanHasItsTimes(t *testing.T) {
	tracer, r := recorded()
	err := sim.Run(1, func(task *edo.Task) error {
		edo.Go(task, func(task *edo.Task) error {
			return timer.Sleep(task, 90*time.Minute)
		}, edo.Name("sleeps"), tracer.Span())
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	s := byName(t, r)["sleeps"]
	if d := s.EndTime().Sub(s.StartTime()); d != 90*time.Minute {
		t.Errorf("the span is of %v", d)
	}
}

func TestAfterAShutdownOfTheProviderTasksGoOn(t *testing.T) {
	provider := sdk.NewTracerProvider()
	tracer := tracing.New(provider)
	if err := provider.Shutdown(context.Background()); err != nil {
		t.Fatal(err)
	}
	var around trace.SpanContext
	err := run(func(task *edo.Task) error {
		_, err := edo.Go(task, func(task *edo.Task) error {
			around = trace.SpanContextFromContext(task.Context())
			return nil
		}, tracing.New(provider).Span(), edo.ValuesOf(trace.ContextWithSpanContext(context.Background(), remote))).Await(task)
		edo.Go(task, func(*edo.Task) error { return errors.New("an error") }, tracer.Span())
		return err
	})
	if err == nil || !strings.Contains(err.Error(), "an error") {
		t.Errorf("the run has ended with %v", err)
	}
	if !around.Equal(remote) {
		t.Errorf("the span around the task is %v", around)
	}
}

// remote is the span of another process.
var remote = trace.NewSpanContext(trace.SpanContextConfig{
	TraceID: trace.TraceID{1, 2, 3}, SpanID: trace.SpanID{4, 5, 6}, TraceFlags: trace.FlagsSampled, Remote: true,
})

func TestAnOptionIsUsedForSeveralTasks(t *testing.T) {
	tracer, r := recorded()
	option := tracer.Span(trace.WithSpanKind(trace.SpanKindServer))
	err := run(func(task *edo.Task) error {
		for i := range 3 {
			edo.Go(task, func(*edo.Task) error { return nil }, edo.Name(fmt.Sprint("task ", i)), option)
		}
		return nil
	})
	all := byName(t, r)
	if err != nil || len(all) != 3 || all["task 2"].SpanKind() != trace.SpanKindServer {
		t.Errorf("%v, %v", all, err)
	}
}

// faulty is a processor of spans that panics.
type faulty struct{ atStart bool }

func (f faulty) OnStart(context.Context, sdk.ReadWriteSpan) {
	if f.atStart {
		panic("a planted fault")
	}
}
func (f faulty) OnEnd(sdk.ReadOnlySpan)           { panic("a planted fault") }
func (f faulty) Shutdown(context.Context) error   { return nil }
func (f faulty) ForceFlush(context.Context) error { return nil }

func TestAPanicOfTheProviderIsToldAndLeavesTheTaskAlone(t *testing.T) {
	for _, atStart := range []bool{true, false} {
		tracer := tracing.New(sdk.NewTracerProvider(sdk.WithSpanProcessor(faulty{atStart})))
		told := 0
		err := edo.Run(func(task *edo.Task) error {
			v, err := edo.GoValue(task, func(*edo.Task) (int, error) { return 7, nil }, tracer.Span()).Await(task)
			if v != 7 || err != nil {
				t.Errorf("the task has returned %d, %v", v, err)
			}
			return nil
		}, edo.WithConfig(edo.Config{CurrentThread: true, OnError: func(err error) {
			if strings.Contains(err.Error(), "the provider of spans has panicked: a planted fault") && strings.Contains(err.Error(), "faulty") {
				told++
			} else {
				t.Error(err)
			}
		}}))
		if err != nil || told != 1 {
			t.Errorf("at the start: %v: told %d times, %v", atStart, told, err)
		}
	}
}
