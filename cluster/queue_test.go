package cluster_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster"
	"github.com/nats-io/nats.go/jetstream"
)

type picture struct {
	Name  string
	Width int
}

func TestEveryJobIsDoneOnce(t *testing.T) {
	with(t, func(task *edo.Task, conn *cluster.Conn) error {
		q, err := cluster.NewQueue[picture](task, conn, "pictures", cluster.QueueConfig{})
		if err != nil {
			return err
		}
		const n = 1000
		done := newTally(n)
		worker := cluster.Work(q, 8, func(task *edo.Task, job *cluster.Job[picture]) error {
			if job.Value.Name != fmt.Sprint("p", job.Value.Width) || job.Try != 1 {
				return fmt.Errorf("got %+v", job)
			}
			done.add(job.Value.Name)
			return edo.Yield(task)
		})
		works := edo.Spawn(task, edo.Future[edo.Unit](worker))
		var sent []*edo.JoinHandle[cluster.Receipt]
		for i := range n {
			sent = append(sent, edo.Spawn(task, q.PublishFuture(picture{fmt.Sprint("p", i), i})))
		}
		ids := map[string]bool{}
		for _, h := range sent {
			r, err := h.Await(task)
			if err != nil || r.Duplicate {
				return fmt.Errorf("receipt %+v: %w", r, err)
			}
			ids[r.ID] = true
		}
		if len(ids) != n {
			t.Errorf("%d ids", len(ids))
		}
		if err := done.await(task); err != nil {
			return err
		}
		worker.Stop()
		if _, err := works.Await(task); err != nil {
			return err
		}
		if info, err := q.Info(task); err != nil || info != (cluster.QueueInfo{}) {
			return fmt.Errorf("the queue stands at %+v: %w", info, err)
		}
		return done.check()
	})
}

func TestAJobWithAnIDIsStoredOnceWhileTheIDIsRemembered(t *testing.T) {
	with(t, func(task *edo.Task, conn *cluster.Conn) error {
		q, err := cluster.NewQueue[int](task, conn, "ids", cluster.QueueConfig{})
		if err != nil {
			return err
		}
		other, err := cluster.NewQueue[int](task, conn, "others", cluster.QueueConfig{})
		if err != nil {
			return err
		}
		first, err := q.Publish(task, 1, cluster.ID("a"))
		if err != nil || first != (cluster.Receipt{ID: "a"}) {
			t.Errorf("the first: %+v, %v", first, err)
		}
		for range 2 { // before it is done, and after
			again, err := q.Publish(task, 2, cluster.ID("a"))
			if err != nil || again != (cluster.Receipt{ID: "a", Duplicate: true}) {
				t.Errorf("again: %+v, %v", again, err)
			}
			done := newTally(1)
			if info, _ := q.Info(task); info.Waiting == 0 {
				break
			}
			err = working(task, cluster.Work(q, 2, func(task *edo.Task, job *cluster.Job[int]) error {
				done.add(fmt.Sprint(job.ID, job.Value))
				return nil
			}), func() error { return done.await(task) })
			if err != nil || done.order[0] != "a1" {
				return fmt.Errorf("done: %v: %w", done.order, err)
			}
		}
		if r, err := other.Publish(task, 3, cluster.ID("a")); err != nil || r.Duplicate {
			t.Errorf("in another queue: %+v, %v", r, err)
		}
		return nil
	})
}

// What the broker forgets: on a work queue the ids are those of the jobs that are still there.
func TestAnIDIsForgottenByABrokerThatBeginsAgainAndAMarkIsNot(t *testing.T) {
	for _, once := range []time.Duration{0, time.Hour} {
		t.Run(fmt.Sprint("once=", once), func(t *testing.T) {
			folder := t.TempDir()
			done := newTally(1)
			run(t, func(task *edo.Task) error {
				for range 2 {
					conn, err := cluster.Open(task, folder)
					if err != nil {
						return err
					}
					defer conn.Drop()
					q, err := cluster.NewQueue[int](task, conn, "ids", cluster.QueueConfig{Once: once})
					if err != nil {
						return err
					}
					if r, err := q.Publish(task, 1, cluster.ID("a")); err != nil || r.Duplicate {
						return fmt.Errorf("the broker has not forgotten: %+v, %w", r, err)
					}
					worker := cluster.Work(q, 1, func(task *edo.Task, job *cluster.Job[int]) error {
						done.add(job.ID)
						return nil
					})
					err = working(task, worker, func() error { return empty(task, q) })
					if err != nil {
						return err
					}
					if err := conn.Close(task); err != nil {
						return err
					}
				}
				return nil
			})
			want := 2
			if once > 0 {
				want = 1
			}
			if done.times["a"] != want {
				t.Errorf("it was done %d times, want %d", done.times["a"], want)
			}
		})
	}
}

func TestAQueueWithOtherSettingsIsAnError(t *testing.T) {
	with(t, func(task *edo.Task, conn *cluster.Conn) error {
		if _, err := cluster.NewQueue[int](task, conn, "q", cluster.QueueConfig{Lanes: 3, Once: time.Hour}); err != nil {
			return err
		}
		for _, c := range []struct {
			cfg  cluster.QueueConfig
			want string
		}{
			{cluster.QueueConfig{Lanes: 3}, "Once is 1h0m0s there, and 0s here"},
			{cluster.QueueConfig{Lanes: 3, Once: time.Hour, Patience: time.Minute}, "Patience is 30s there, and 1m0s here"},
			{cluster.QueueConfig{Lanes: 3, Once: time.Hour, Window: time.Minute}, "Window is 2m0s there, and 1m0s here"},
			{cluster.QueueConfig{Lanes: 3, Once: time.Hour, MaxJobs: 5}, "MaxJobs is 0 there, and 5 here"},
			{cluster.QueueConfig{Once: time.Hour}, "Lanes is 3 there, and 0 here"},
			{cluster.QueueConfig{Lanes: 4, Once: 2 * time.Hour}, "Once is 1h0m0s there, and 2h0m0s here; Lanes is 3 there, and 4 here"},
			{cluster.QueueConfig{Once: time.Hour, Priorities: 2}, "Priorities is 1 there, and 2 here; Lanes is 3 there, and 0 here"},
		} {
			_, err := cluster.NewQueue[int](task, conn, "q", c.cfg)
			if err == nil || err.Error() != "cluster: the queue q exists with other settings, and all programs must give the same: "+c.want {
				t.Errorf("%+v: %v", c.cfg, err)
			}
			if _, ok := errors.AsType[*jetstream.APIError](err); !ok {
				t.Errorf("%+v: %v is no error of the broker", c.cfg, err)
			}
		}
		// Those that are the program's own may differ.
		_, err := cluster.NewQueue[int](task, conn, "q", cluster.QueueConfig{Lanes: 3, Once: time.Hour, Tries: 7, Backoff: atOnce})
		return err
	})
}

// Each broker in a process is one server.
func TestReplicasOnOneServerAreAnErrorThatNamesTheSetting(t *testing.T) {
	with(t, func(task *edo.Task, conn *cluster.Conn) error {
		const why = ".Replicas is 3, and the broker is one server, which has no other one for a replica: want 0 or 1, or Connect to a cluster of servers"
		_, err := cluster.NewQueue[int](task, conn, "q", cluster.QueueConfig{Replicas: 3})
		if err == nil || err.Error() != "cluster: the queue q: QueueConfig"+why {
			t.Errorf("a queue is %v", err)
		}
		if _, ok := errors.AsType[*jetstream.APIError](err); !ok {
			t.Errorf("%v is no error of the broker", err)
		}
		_, err = cluster.NewValue[int](task, conn, "v", cluster.ValueConfig{Replicas: 3})
		if err == nil || err.Error() != "cluster: the value v: ValueConfig"+why {
			t.Errorf("a value is %v", err)
		}
		_, err = cluster.NewValue[int](task, conn, "v", cluster.ValueConfig{Replicas: 6})
		if err == nil || err.Error() != "cluster: ValueConfig.Replicas is 6, want 1 to 5" {
			t.Errorf("a value on 6 servers is %v", err)
		}
		return nil
	})
}

func TestAConfigThatMakesNoSenseIsAnError(t *testing.T) {
	with(t, func(task *edo.Task, conn *cluster.Conn) error {
		for _, cfg := range []cluster.QueueConfig{
			{Tries: -1}, {Priorities: 10}, {Lanes: 65}, {MaxJobs: -1}, {Replicas: 6}, {Patience: time.Millisecond},
			{Window: 1}, {Once: 1}, {Lanes: 2, Priorities: 2},
		} {
			if _, err := cluster.NewQueue[int](task, conn, "q", cfg); err == nil || !strings.HasPrefix(err.Error(), "cluster: ") {
				t.Errorf("%+v: %v", cfg, err)
			}
		}
		_, err := cluster.NewQueue[int](task, conn, "q", cluster.QueueConfig{Priorities: 10})
		if err == nil || err.Error() != "cluster: QueueConfig.Priorities is 10, want 1 to 9; 0 is 1" {
			t.Errorf("10 priorities are %v", err)
		}
		if _, err := cluster.NewQueue[int](task, conn, "a.*", cluster.QueueConfig{}); err == nil {
			t.Error("a queue has a wildcard in its name")
		}
		q, err := cluster.NewQueue[any](task, conn, "q", cluster.QueueConfig{Priorities: 2})
		if err != nil {
			return err
		}
		lanes, err := cluster.NewQueue[any](task, conn, "lanes", cluster.QueueConfig{Lanes: 2})
		if err != nil {
			return err
		}
		bounded, err := cluster.NewQueue[any](task, conn, "bounded", cluster.QueueConfig{MaxJobs: 2})
		if err != nil {
			return err
		}
		for i, f := range []edo.Future[cluster.Receipt]{
			q.PublishFuture(1, cluster.Priority(2)), q.PublishFuture(1, cluster.Priority(-1)), q.PublishFuture(1, cluster.Key("k")),
			q.PublishFuture(1, cluster.ID("")), q.PublishFuture(1, cluster.ID(" a")), q.PublishFuture(func() {}),
			lanes.PublishFuture(1, cluster.Priority(1)), lanes.PublishFuture(1, cluster.Key("a\n")), bounded.PublishFuture(1, cluster.After(time.Hour)),
		} {
			if _, err := edo.Await(task, f); err == nil || !strings.HasPrefix(err.Error(), "cluster: ") {
				t.Errorf("publish %d: %v", i, err)
			}
		}
		if _, err := edo.Await(task, edo.Future[edo.Unit](cluster.Work(q, 0, nil))); err == nil || !strings.Contains(err.Error(), "the limit 0") {
			t.Errorf("Work with a limit of 0: %v", err)
		}
		return nil
	})
}

func TestAMessageThatIsTooLargeIsRefusedBeforeItIsSent(t *testing.T) {
	with(t, func(task *edo.Task, conn *cluster.Conn) error {
		q, err := cluster.NewQueue[string](task, conn, "large", cluster.QueueConfig{Tries: 1})
		if err != nil {
			return err
		}
		_, err = q.Publish(task, strings.Repeat("x", conn.MaxPayload()))
		size, ok := errors.AsType[*cluster.SizeError](err)
		if !ok || size.Size <= size.Max {
			return fmt.Errorf("Publish = %w, want a SizeError", err)
		}
		// The largest that passes has room as a dead letter.
		largest := strings.Repeat("x", conn.MaxPayload()-(size.Size-size.Max))
		if _, err := q.Publish(task, largest+"x"); err == nil {
			t.Error("a larger one passes too")
		}
		if _, err := q.Publish(task, largest); err != nil {
			return err
		}
		worker := cluster.Work(q, 1, func(task *edo.Task, job *cluster.Job[string]) error {
			return errors.New(strings.Repeat("reason ", 1000))
		})
		if err := working(task, worker, func() error { return empty(task, q) }); err != nil {
			return err
		}
		dead, err := q.Dead(task, 0, 10)
		if err != nil || len(dead) != 1 || dead[0].Value != largest || !strings.HasPrefix(dead[0].Reason, "reason reason") {
			t.Errorf("%d dead letters, %v", len(dead), err)
		}
		return nil
	})
}

func TestAFullQueueHoldsPublishersBack(t *testing.T) {
	with(t, func(task *edo.Task, conn *cluster.Conn) error {
		q, err := cluster.NewQueue[int](task, conn, "small", cluster.QueueConfig{MaxJobs: 2})
		if err != nil {
			return err
		}
		for i := range 2 {
			if _, err := q.Publish(task, i); err != nil {
				return err
			}
		}
		if _, err := q.Publish(task, 2, cluster.Full()); !errors.Is(err, cluster.ErrFull) || !errors.Is(err, edo.ErrFull) {
			t.Errorf("Publish with Full = %v", err)
		}
		var waiting []*edo.JoinHandle[cluster.Receipt]
		for i := range 3 {
			waiting = append(waiting, edo.Spawn(task, q.PublishFuture(2+i), edo.Name(fmt.Sprint("publisher ", i))))
		}
		if err := untilReported(task, "waits for cluster: the confirmation of a job by the queue small, which is full"); err != nil {
			return err
		}
		done := newTally(5)
		return working(task, cluster.Work(q, 1, func(task *edo.Task, job *cluster.Job[int]) error {
			done.add(fmt.Sprint(job.Value))
			return nil
		}), func() error {
			for _, h := range waiting {
				if _, err := h.Await(task); err != nil {
					return err
				}
			}
			return done.await(task)
		})
	})
}

// untilReported waits until a report has the text.
func untilReported(task *edo.Task, text string) error {
	for began := time.Now(); !strings.Contains(dump(), text); {
		if time.Since(began) > 20*time.Second {
			return fmt.Errorf("no report has %q:\n%s", text, dump())
		}
		if err := edo.Yield(task); err != nil {
			return err
		}
	}
	return nil
}

// dump returns the report of the process.
func dump() string {
	var b strings.Builder
	edo.Dump(&b)
	return b.String()
}

func TestAScheduledJobIsDoneWhenItIsDue(t *testing.T) {
	with(t, func(task *edo.Task, conn *cluster.Conn) error {
		q, err := cluster.NewQueue[string](task, conn, "later", cluster.QueueConfig{Priorities: 2})
		if err != nil {
			return err
		}
		at := time.Now().Add(400 * time.Millisecond)
		for _, p := range []edo.Future[cluster.Receipt]{
			q.PublishFuture("due", cluster.At(at), cluster.ID("a b/ü"), cluster.Priority(1)), q.PublishFuture("past", cluster.At(time.Unix(0, 0))),
			q.PublishFuture("never", cluster.After(time.Hour)), q.PublishFuture("now"),
		} {
			if _, err := edo.Await(task, p); err != nil {
				return err
			}
		}
		if r, err := q.Publish(task, "again", cluster.At(at), cluster.ID("a b/ü")); err != nil || !r.Duplicate {
			t.Errorf("the same job again: %+v, %v", r, err)
		}
		done := newTally(3)
		err = working(task, cluster.Work(q, 2, func(task *edo.Task, job *cluster.Job[string]) error {
			if job.Value == "due" && (time.Now().Before(at) || job.ID != "a b/ü" || job.Priority != 1) {
				t.Errorf("due in %v: %+v", time.Until(at), job)
			}
			done.add(job.Value)
			return nil
		}), func() error { return done.await(task) })
		if err != nil {
			return err
		}
		if info, err := q.Info(task); err != nil || info.Scheduled != 1 || info.Waiting+info.Taken != 0 {
			t.Errorf("the queue stands at %+v, %v", info, err)
		}
		return done.check()
	})
}
