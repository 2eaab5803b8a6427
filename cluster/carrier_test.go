package cluster_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster"
)

// baggageKey is the key of what belongs to a task in these tests.
type baggageKey struct{}

// baggageOf returns what belongs to ctx.
func baggageOf(ctx context.Context) string {
	s, _ := ctx.Value(baggageKey{}).(string)
	return s
}

// carries is a carrier of baggage, which also tries to set headers of others.
type carries struct{}

func (carries) Inject(ctx context.Context, set func(key, value string)) {
	for _, key := range []string{"", "Edo-Codec", "Edo-Kind", "Nats-Msg-Id", "Nats-TTL"} {
		set(key, "not the carrier's")
	}
	if s := baggageOf(ctx); s != "" {
		set("luggage", s)
	}
}

func (carries) Extract(get func(key string) string) []edo.SpawnOption {
	return []edo.SpawnOption{edo.ValuesOf(context.WithValue(context.Background(), baggageKey{}, get("luggage")))}
}

// carrying spawns fn as a task with baggage, and waits for it.
func carrying(task *edo.Task, baggage string, fn func(task *edo.Task) error) error {
	ctx := context.WithValue(context.Background(), baggageKey{}, baggage)
	_, err := edo.Go(task, fn, edo.ValuesOf(ctx)).Await(task)
	return err
}

func TestACarrierTakesAlongWhatBelongsToATaskWithItsJobs(t *testing.T) {
	with(t, func(task *edo.Task, conn *cluster.Conn) error {
		conn.SetCarrier(carries{})
		q, err := cluster.NewQueue[string](task, conn, "luggage", cluster.QueueConfig{Tries: 1})
		if err != nil {
			return err
		}
		done := newTally(4)
		var hasFailed atomic.Bool
		worker := cluster.Work(q, 1, func(task *edo.Task, job *cluster.Job[string]) error {
			what := fmt.Sprintf("%s with %q", job.Value, baggageOf(task.Context()))
			if job.Value == "a failure" && !hasFailed.Swap(true) {
				done.add(what + " fails")
				return errors.New("no")
			}
			done.add(what)
			return nil
		})
		works := edo.Spawn(task, edo.Future[edo.Unit](worker))
		if _, err := q.Publish(task, "plain", cluster.PublishOption{}); err != nil {
			return err
		}
		err = carrying(task, "a hat", func(task *edo.Task) error {
			_, err := q.Publish(task, "published")
			if err == nil {
				_, err = edo.Spawn(task, q.PublishFuture("a failure")).Await(task)
			}
			return err
		})
		if err != nil {
			return err
		}
		// The failure is among the dead letters, and is sent again from there, with its baggage.
		var letters []cluster.DeadLetter[string]
		for len(letters) == 0 {
			if letters, err = q.Dead(task, 0, 1); err != nil {
				return err
			}
		}
		if err := q.SendAgain(task, letters[0].Number); err != nil {
			return err
		}
		if err := done.await(task); err != nil {
			return err
		}
		worker.Stop()
		if _, err := works.Await(task); err != nil {
			return err
		}
		want := []string{`plain with ""`, `published with "a hat"`, `a failure with "a hat" fails`, `a failure with "a hat"`}
		if !slices.Equal(done.order, want) {
			t.Errorf("got  %s\nwant %s", done.order, want)
		}
		return nil
	})
}

func TestACarrierTakesAlongWhatBelongsToATaskWithItsCalls(t *testing.T) {
	for _, stored := range []bool{false, true} {
		t.Run(fmt.Sprint("stored=", stored), func(t *testing.T) {
			f := cluster.NewFunc[string, string]("luggage", cluster.FuncConfig{Stored: stored})
			has := func(task *edo.Task, s string) (string, error) { return s + " with " + baggageOf(task.Context()), nil }
			with(t, func(task *edo.Task, conn *cluster.Conn) error {
				conn.SetCarrier(carries{})
				return served(task, conn, 4, []cluster.Offered{cluster.Offer(f, has)}, func(*cluster.Member) error {
					return carrying(task, "a hat", func(task *edo.Task) error {
						if s, err := cluster.Call(task, conn, f, "a call"); s != "a call with a hat" || err != nil {
							t.Errorf("Call: %q, %v", s, err)
						}
						if s, err := cluster.Spawn(task, conn, f, "a task").Await(task); s != "a task with a hat" || err != nil {
							t.Errorf("Spawn: %q, %v", s, err)
						}
						return nil
					})
				})
			})
		})
	}
}
