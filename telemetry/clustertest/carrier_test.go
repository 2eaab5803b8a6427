package clustertest

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/telemetry/tracing"
	"github.com/nats-io/nats.go"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
)

var _ cluster.Carrier = (*tracing.Carrier)(nil)

// with runs fn with a broker whose connection takes spans along, and returns the spans by name.
func with(t *testing.T, fn func(task *edo.Task, conn *cluster.Conn, tracer *tracing.Tracer) error) map[string]sdk.ReadOnlySpan {
	t.Helper()
	recorder := tracetest.NewSpanRecorder()
	tracer := tracing.New(sdk.NewTracerProvider(sdk.WithSpanProcessor(recorder)))
	err := edo.Run(func(task *edo.Task) error {
		conn, err := cluster.Open(task, filepath.Join(t.TempDir(), "broker"))
		if err != nil {
			return err
		}
		defer conn.Drop()
		conn.SetCarrier(tracer.Carrier(nil))
		if err := fn(task, conn, tracer); err != nil {
			return err
		}
		return conn.Close(task)
	}, tasktest.Quiet(edo.Config{}))
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]sdk.ReadOnlySpan{}
	for _, s := range recorder.Ended() {
		name := s.Name()
		if strings.HasPrefix(name, "job ") { // the id is random
			name = "job" + name[strings.Index(name, " of "):]
		}
		all[name] = s
	}
	return all
}

// isBelow requires that the span of child was begun for a message of the span parent.
func isBelow(t *testing.T, all map[string]sdk.ReadOnlySpan, child, parent string) {
	t.Helper()
	c, p := all[child], all[parent]
	switch {
	case c == nil || p == nil:
		t.Errorf("the spans %q and %q are not among %d", child, parent, len(all))
	case c.Parent().SpanID() != p.SpanContext().SpanID() || !c.Parent().IsRemote() || c.SpanKind() != trace.SpanKindConsumer:
		t.Errorf("%s: the parent is %v, the kind %v, want %v", child, c.Parent(), c.SpanKind(), p.SpanContext().SpanID())
	}
}

func TestTheSpanOfAJobIsBelowThatOfThePublisher(t *testing.T) {
	all := with(t, func(task *edo.Task, conn *cluster.Conn, tracer *tracing.Tracer) error {
		q, err := cluster.NewQueue[string](task, conn, "mails", cluster.QueueConfig{})
		if err != nil {
			return err
		}
		var worker *cluster.Worker[string]
		worker = cluster.Work(q, 1, func(task *edo.Task, job *cluster.Job[string]) error {
			worker.Stop()
			_, err := edo.Go(task, func(*edo.Task) error { return nil }, edo.Name("inside"), tracer.Span()).Await(task)
			return err
		})
		_, err = edo.Go(task, func(task *edo.Task) error {
			_, err := q.Publish(task, "to anna")
			return err
		}, edo.Name("publisher"), tracer.Span()).Await(task)
		if err != nil {
			return err
		}
		_, err = edo.Await(task, edo.Future[edo.Unit](worker))
		return err
	})
	isBelow(t, all, "job of the queue mails", "publisher")
	if in, job := all["inside"], all["job of the queue mails"]; in == nil || job == nil || in.Parent().SpanID() != job.SpanContext().SpanID() {
		t.Errorf("a task of the handler is not below the job: %v", in)
	}
}

func TestTheSpanOfACallIsBelowThatOfTheCaller(t *testing.T) {
	for _, stored := range []bool{false, true} {
		f := cluster.NewFunc[int, int]("square", cluster.FuncConfig{Stored: stored})
		headers := make(chan nats.Header, 1)
		var head nats.Header
		all := with(t, func(task *edo.Task, conn *cluster.Conn, tracer *tracing.Tracer) error {
			member, err := cluster.Serve(task, conn, 2, cluster.Offer(f, func(task *edo.Task, n int) (int, error) { return n * n, nil }))
			if err != nil {
				return err
			}
			serves := edo.Spawn(task, edo.Future[edo.Unit](member))
			subject := "edo.fn.>"
			if stored {
				subject = "edo.q.>"
			}
			if _, err := conn.NATS().Subscribe(subject, func(m *nats.Msg) {
				select {
				case headers <- m.Header:
				default:
				}
			}); err != nil {
				return err
			}
			_, err = edo.Go(task, func(task *edo.Task) error {
				if n, err := cluster.Call(task, conn, f, 12); n != 144 || err != nil {
					return errors.Join(errors.New("the call has failed"), err)
				}
				return nil
			}, edo.Name("caller"), tracer.Span()).Await(task)
			// The goroutine of the subscription may be behind the answer, and a Conn that closes does not wait for it.
			_, unseen := edo.Blocking(task, func(*edo.Task) (edo.Unit, error) {
				select {
				case head = <-headers:
					return edo.Unit{}, nil
				case <-time.After(30 * time.Second):
					return edo.Unit{}, fmt.Errorf("stored: %v: no message of the call was seen", stored)
				}
			}).Await(task)
			member.Stop()
			_, stopped := serves.Await(task)
			return errors.Join(err, unseen, stopped)
		})
		name := "call of square"
		if stored {
			name = "job of the queue fn-3-square-0" // 3 is the format of the messages
		}
		isBelow(t, all, name, "caller")
		caller := all["caller"].SpanContext()
		want := "00-" + caller.TraceID().String() + "-" + caller.SpanID().String() + "-01"
		if len(head["traceparent"]) != 1 || head["traceparent"][0] != want {
			t.Errorf("stored: %v: the headers are %v, want traceparent %s", stored, head, want)
		}
	}
}
