package cluster_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster"
	"github.com/nats-io/nats.go/jetstream"
)

// A program that knows a queue by its name alone has it with all that is kept with it.
func TestAQueueIsFoundWithItsSettings(t *testing.T) {
	with(t, func(task *edo.Task, conn *cluster.Conn) error {
		all := map[string]cluster.QueueConfig{
			"lanes":  {Lanes: 3, Once: time.Hour, Patience: 7 * time.Second, Window: time.Minute},
			"levels": {Priorities: 4, MaxJobs: 9},
			"plain":  {Tries: 3},
		}
		for name, cfg := range all {
			if _, err := cluster.NewQueue[int](task, conn, name, cfg); err != nil {
				return err
			}
		}
		if _, err := cluster.NewValue[int](task, conn, "no-queue", cluster.ValueConfig{}); err != nil {
			return err
		}
		names, err := cluster.Queues(task, conn)
		if err != nil || !slices.Equal(names, []string{"lanes", "levels", "plain"}) {
			t.Errorf("the queues are %q, %v", names, err)
		}
		for _, name := range names {
			q, err := cluster.FindQueue[json.RawMessage](task, conn, name, cluster.QueueConfig{Tries: 1})
			if err != nil {
				return err
			}
			if _, err := q.Publish(task, json.RawMessage("17"), cluster.ID("a")); err != nil {
				return err
			}
			err = working(task, cluster.Work(q, 1, func(*edo.Task, *cluster.Job[json.RawMessage]) error { return errors.New("no") }), func() error {
				return empty(task, q)
			})
			if err != nil {
				return err
			}
			// Its owner has it as before.
			own, err := cluster.NewQueue[int](task, conn, name, all[name])
			if err != nil {
				return err
			}
			letters, err := own.Dead(task, 0, 10)
			if err != nil || len(letters) != 1 || letters[0].Value != 17 {
				t.Errorf("the dead letters of %s are %+v, %v", name, letters, err)
			}
		}
		for _, name := range []string{"none", "lanes_dead"} {
			if _, err := cluster.FindQueue[int](task, conn, name, cluster.QueueConfig{}); !errors.Is(err, cluster.ErrNoQueue) {
				t.Errorf("the queue %s is %v", name, err)
			}
		}
		return nil
	})
}

func TestAQueueOfAnotherVersionOfThePackageIsAnError(t *testing.T) {
	with(t, func(task *edo.Task, conn *cluster.Conn) error {
		_, err := edo.Call(task, func(ctx context.Context) (jetstream.Stream, error) {
			return conn.JetStream().CreateStream(ctx, jetstream.StreamConfig{
				Name: "edo_later", Subjects: []string{"edo.q.later.>"}, Metadata: map[string]string{"edo-layout": "2"},
			})
		})
		if err != nil {
			return err
		}
		const want = `it was made by another version of package cluster: its layout is "2", and this program has "1"`
		_, err = cluster.NewQueue[int](task, conn, "later", cluster.QueueConfig{})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("NewQueue: %v", err)
		}
		_, err = cluster.FindQueue[int](task, conn, "later", cluster.QueueConfig{})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("FindQueue: %v", err)
		}
		return nil
	})
}
