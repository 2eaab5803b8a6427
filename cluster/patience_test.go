package cluster_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// A job whose worker gives no sign is given out again: it tells when QueueConfig.Patience is over.
func TestAJobThatTakesLongIsNotGivenToAnother(t *testing.T) {
	t.Parallel()
	with(t, func(task *edo.Task, conn *cluster.Conn) error {
		cfg := cluster.QueueConfig{Patience: time.Second}
		q, err := cluster.NewQueue[int](task, conn, "long", cfg)
		if err != nil {
			return err
		}
		clock, err := cluster.NewQueue[int](task, conn, "clock", cfg)
		if err != nil {
			return err
		}
		if _, err := q.Publish(task, 1); err != nil {
			return err
		}
		if _, err := clock.Publish(task, 1); err != nil {
			return err
		}
		var g gate
		done := newTally(1)
		work := func(task *edo.Task, job *cluster.Job[int]) error {
			done.add(job.ID)
			return g.wait(task)
		}
		return working(task, cluster.Work(q, 1, work), func() error {
			return working(task, cluster.Work(q, 1, work), func() error {
				if err := done.await(task); err != nil {
					return err
				}
				for range 3 {
					if err := takeAndForget(task, conn, "clock"); err != nil {
						return err
					}
				}
				g.open(10)
				if err := empty(task, q); err != nil {
					return err
				}
				return done.check()
			})
		})
	})
}

// takeAndForget takes the job of a queue as a worker that dies.
func takeAndForget(task *edo.Task, conn *cluster.Conn, queue string) error {
	_, err := edo.Blocking(task, func(task *edo.Task) (edo.Unit, error) {
		c, err := conn.JetStream().Consumer(task.Context(), "edo_"+queue, "p0")
		if err != nil {
			return edo.Unit{}, err
		}
		batch, err := c.Fetch(1, jetstream.FetchContext(task.Context()))
		if err != nil {
			return edo.Unit{}, err
		}
		for range batch.Messages() {
			return edo.Unit{}, nil
		}
		return edo.Unit{}, fmt.Errorf("no job: %w", batch.Error())
	}).Await(task)
	return err
}

func TestAJobWhoseLastTryHasNoOutcomeIsBuried(t *testing.T) {
	t.Parallel()
	with(t, func(task *edo.Task, conn *cluster.Conn) error {
		q, err := cluster.NewQueue[int](task, conn, "lost", cluster.QueueConfig{Patience: time.Second, Tries: 2})
		if err != nil {
			return err
		}
		if _, err := q.Publish(task, 1, cluster.ID("it")); err != nil {
			return err
		}
		for range 2 {
			if err := takeAndForget(task, conn, "lost"); err != nil {
				return err
			}
		}
		worker := cluster.Work(q, 1, func(task *edo.Task, job *cluster.Job[int]) error {
			t.Errorf("it was tried again: %+v", job)
			return nil
		})
		if err := working(task, worker, func() error { return empty(task, q) }); err != nil {
			return err
		}
		dead, err := q.Dead(task, 0, 2)
		if err != nil || len(dead) != 1 || dead[0].ID != "it" || !strings.Contains(dead[0].Reason, "2 tries have ended without an outcome") {
			t.Errorf("%+v, %v", dead, err)
		}
		return nil
	})
}

func TestMessagesOfOtherProgramsAreJobsToo(t *testing.T) {
	with(t, func(task *edo.Task, conn *cluster.Conn) error {
		q, err := cluster.NewQueue[int](task, conn, "foreign", cluster.QueueConfig{Tries: 3})
		if err != nil {
			return err
		}
		_, err = edo.Blocking(task, func(task *edo.Task) (edo.Unit, error) {
			for _, m := range []*nats.Msg{
				{Data: []byte("1")}, {Header: nats.Header{"Status": {"404"}}}, // as what the broker says of a question
				{Data: []byte("2"), Header: nats.Header{"Nats-Msg-Id": {"two"}}}, {Data: []byte("no JSON")}, {Data: []byte("4"), Header: nats.Header{"Edo-Codec": {"protobuf"}}},
			} {
				m.Subject = "edo.q.foreign.p0"
				if _, err := conn.JetStream().PublishMsg(task.Context(), m); err != nil {
					return edo.Unit{}, err
				}
			}
			return edo.Unit{}, nil
		}).Await(task)
		if err != nil {
			return err
		}
		done := newTally(2)
		worker := cluster.Work(q, 1, func(task *edo.Task, job *cluster.Job[int]) error {
			done.add(fmt.Sprint(job.Value, " ", job.ID))
			return nil
		})
		if err := working(task, worker, func() error { return empty(task, q) }); err != nil {
			return err
		}
		if want := []string{"1 edo_foreign-1", "2 two"}; !slices.Equal(done.order, want) {
			t.Errorf("done: %q, want %q", done.order, want)
		}
		dead, err := q.Dead(task, 0, 10)
		if err != nil || len(dead) != 3 {
			return fmt.Errorf("%d dead letters: %w", len(dead), err)
		}
		if d := dead[0]; d.ID != "edo_foreign-2" || len(d.Data) != 0 {
			t.Errorf("%+v", d)
		}
		if d := dead[1]; d.Tries != 1 || string(d.Data) != "no JSON" || d.Err == nil || !strings.Contains(d.Reason, "cannot be decoded") {
			t.Errorf("%+v", d)
		}
		if _, ok := errors.AsType[*cluster.CodecError](dead[2].Err); !ok || !strings.Contains(dead[2].Reason, `by the codec "protobuf", and this program has "json"`) {
			t.Errorf("%+v", dead[2])
		}
		return nil
	})
}
