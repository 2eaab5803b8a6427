package tracing_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/broadcast"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/oneshot"
	"github.com/edo-go/edo/telemetry/tracing"
	"go.opentelemetry.io/otel/trace"
)

func TestTheSpanOfAReceiverHasALinkToThatOfEachSender(t *testing.T) {
	tracer, r := recorded()
	err := run(func(task *edo.Task) error {
		tx, rx := tracing.NewMPSC[int](1)
		edo.Go(task, func(task *edo.Task) error {
			a, errA := rx.Recv(task)
			b, errB := edo.Await(task, rx.RecvFuture())
			got := []int{a, b}
			for {
				v, ok, err := edo.Next(task, edo.Stream[int](rx))
				if !ok || err != nil {
					if fmt.Sprint(got) != "[0 1 2 3]" {
						t.Errorf("received: %v", got)
					}
					return errors.Join(errA, errB, err)
				}
				got = append(got, v)
			}
		}, edo.Name("receiver"), tracer.Span(), edo.Owns(rx))
		edo.Go(task, func(task *edo.Task) error {
			clone := tx.Clone()
			err := clone.Send(task, 0)
			clone.Close()
			if err == nil {
				_, err = edo.Await(task, tx.SendFuture(1))
			}
			for err == nil {
				if err = tx.TrySend(task, 2); err == nil {
					break
				}
				if errors.Is(err, edo.ErrFull) {
					err = edo.Yield(task)
				}
			}
			if err != nil {
				return err
			}
			// A sender without a span: there is no link.
			_, err = edo.Go(task, func(task *edo.Task) error { return tx.Inner().Send(task, tracing.Message[int]{Value: 3}) }).Await(task)
			return err
		}, edo.Name("sender"), tracer.Span(), edo.Owns(tx))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	all := byName(t, r)
	links := all["receiver"].Links()
	if len(links) != 3 {
		t.Fatalf("%d links", len(links))
	}
	for _, l := range links {
		if !l.SpanContext.Equal(all["sender"].SpanContext()) {
			t.Errorf("a link to %v", l.SpanContext.SpanID())
		}
	}
}

func TestAMessageTakesASpanThroughAnyChannel(t *testing.T) {
	tracer, r := recorded()
	err := run(func(task *edo.Task) error {
		one, answer := oneshot.New[tracing.Message[string]]()
		all, news := broadcast.New[tracing.Message[string]](4)
		_, err := edo.Go(task, func(task *edo.Task) error {
			_, err := all.Send(tracing.Carry(task, "news"))
			return errors.Join(err, one.Send(tracing.Carry(task, "answer")))
		}, edo.Name("sender"), tracer.Span()).Await(task)
		if err != nil {
			return err
		}
		m, err := answer.Recv(task)
		if err != nil || m.Value != "answer" {
			return fmt.Errorf("got %+v: %w", m, err)
		}
		nothing := func(*edo.Task) error { return nil }
		edo.Go(task, nothing, edo.Name("child"), edo.ValuesOf(m.Under(task.Context())), tracer.Span())
		n, err := news.Recv(task)
		edo.Go(task, nothing, edo.Name("linked"), tracer.Span(trace.WithLinks(n.Link())))
		none := tracing.Carry(task, 1)
		if none.Sender.IsValid() || none.Under(task.Context()) != task.Context() {
			t.Errorf("a sender without a span: %+v", none)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	all := byName(t, r)
	if got := parents(all); got["child"] != "sender" || got["linked"] != "none" {
		t.Errorf("the parents are %v", got)
	}
	if links := all["linked"].Links(); len(links) != 1 || !links[0].SpanContext.Equal(all["sender"].SpanContext()) {
		t.Errorf("the links are %v", links)
	}
}

// dropped counts how often it was dropped.
type dropped struct{ n *int }

func (d dropped) Drop() { *d.n++ }

func TestAMessageThatIsNotReceivedIsDropped(t *testing.T) {
	n := 0
	err := run(func(task *edo.Task) error {
		tx, rx := tracing.NewMPSC[dropped](2)
		if err := tx.Send(task, dropped{&n}); err != nil {
			return err
		}
		tx.SendFuture(dropped{&n}).(edo.Dropper).Drop() // not polled
		f := tx.SendFuture(dropped{&n})
		if _, err := edo.Await(task, f); err != nil { // accepted
			return err
		}
		edo.Drop(f)
		full := tx.SendFuture(dropped{&n})
		edotest.RequirePending(t, edotest.NewTask(), full) // there is no room for a third
		edo.Drop(full)
		if n != 2 {
			t.Errorf("dropped before the receiver was: %d", n)
		}
		tx.Drop()
		rx.Drop()
		return nil
	})
	if err != nil || n != 4 {
		t.Errorf("dropped: %d, %v", n, err)
	}
}

func TestBothFormsOfSendAndRecvAgree(t *testing.T) {
	tasktest.BothFormsAgree(t, func(r *rand.Rand) tasktest.World {
		tx, rx := tracing.NewMPSC[int](1 + r.IntN(2))
		return tasktest.World{
			Ops: []tasktest.Op{
				tasktest.OpOfError("Send",
					func(task *edo.Task) error { return tx.Send(task, 1) },
					func(task *edo.Task, st *edo.Step) (bool, error) { return tx.SendStep(task, st, 1) }),
				tasktest.OpOf("Recv", rx.Recv, tasktest.WithoutStep(rx.RecvStep)),
			},
			Events: []func(){func() { tx.Inner().TrySend(tracing.Message[int]{}) }, func() { rx.Inner().TryRecv() }},
			End:    func() { tx.Close(); rx.Drop() },
		}
	})
}

func TestACancelledReceiveLosesNothing(t *testing.T) {
	err := run(func(task *edo.Task) error {
		tx, rx := tracing.NewMPSC[int](1)
		defer rx.Drop()
		defer tx.Close()
		h := edo.Go(task, func(task *edo.Task) error {
			_, err := rx.Recv(task)
			return err
		})
		if err := edo.Yield(task); err != nil {
			return err
		}
		h.Abort()
		if _, err := h.Await(task); !errors.Is(err, edo.ErrCancelled) {
			t.Errorf("the receive has ended with %v", err)
		}
		if err := tx.Send(task, 7); err != nil {
			return err
		}
		if v, err := edo.Await(task, rx.RecvFuture()); v != 7 || err != nil {
			t.Errorf("received %d, %v", v, err)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
