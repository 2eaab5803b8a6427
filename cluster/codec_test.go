package cluster_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

func TestProtocolBuffersTravelAsThemselves(t *testing.T) {
	with(t, func(task *edo.Task, conn *cluster.Conn) error {
		cfg := cluster.QueueConfig{Codec: cluster.Protobuf(proto.Marshal, proto.Unmarshal)}
		q, err := cluster.NewQueue[*wrapperspb.StringValue](task, conn, "protobuf", cfg)
		if err != nil {
			return err
		}
		for _, text := range []string{"text 1", "", "text 2"} { // the encoding of one is empty
			if _, err := q.Publish(task, wrapperspb.String(text)); err != nil {
				return err
			}
		}
		done := newTally(3)
		worker := cluster.Work(q, 2, func(task *edo.Task, job *cluster.Job[*wrapperspb.StringValue]) error {
			done.add(job.Value.GetValue())
			return nil
		})
		if err := working(task, worker, func() error { return done.await(task) }); err != nil {
			return err
		}
		if done.times["text 2"] != 1 || done.times[""] != 1 {
			t.Errorf("done: %v", done.times)
		}

		wrong, err := cluster.NewQueue[int](task, conn, "protobuf", cfg)
		if err != nil {
			return err
		}
		if _, err := wrong.Publish(task, 1); err == nil || !strings.Contains(err.Error(), "a int is no message") {
			t.Errorf("a job that is no message: %v", err)
		}
		if _, err := q.Publish(task, wrapperspb.String("more")); err != nil {
			return err
		}
		worksWrong := cluster.Work(wrong, 1, func(task *edo.Task, job *cluster.Job[int]) error { return nil })
		if err := working(task, worksWrong, func() error { return empty(task, wrong) }); err != nil {
			return err
		}
		if dead, err := wrong.Dead(task, 0, 1); err != nil || len(dead) != 1 || !strings.Contains(dead[0].Reason, "a int is no message") {
			t.Errorf("%+v, %v", dead, err)
		}
		return nil
	})
}

// shouting is a codec that fails in every way.
type shouting struct{ name string }

func (s shouting) Name() string                { return s.name }
func (shouting) Marshal(v any) ([]byte, error) { return []byte(strings.ToUpper(v.(string))), nil }
func (shouting) Unmarshal(data []byte, v any) error {
	switch string(data) {
	case "PANIC":
		panic("on purpose")
	case "ERROR":
		return errors.New("it is no word")
	}
	*v.(*string) = string(data)
	return nil
}

func TestACodecMayFailAndPanic(t *testing.T) {
	with(t, func(task *edo.Task, conn *cluster.Conn) error {
		if _, err := cluster.NewQueue[string](task, conn, "shouts", cluster.QueueConfig{Codec: shouting{"two words"}}); err == nil {
			t.Error("a codec has a blank in its name")
		}
		q, err := cluster.NewQueue[string](task, conn, "shouts", cluster.QueueConfig{Codec: shouting{"shouting"}})
		if err != nil {
			return err
		}
		for _, job := range []string{"panic", "error", "hello"} {
			if _, err := q.Publish(task, job); err != nil {
				return err
			}
		}
		done := newTally(1)
		worker := cluster.Work(q, 1, func(task *edo.Task, job *cluster.Job[string]) error {
			done.add(job.Value)
			return nil
		})
		if err := working(task, worker, func() error { return empty(task, q) }); err != nil {
			return err
		}
		dead, err := q.Dead(task, 0, 5)
		if err != nil || len(dead) != 2 || !strings.Contains(dead[0].Reason, "on purpose") || !strings.Contains(dead[1].Reason, "it is no word") {
			t.Errorf("%+v, %v", dead, err)
		}
		return done.check()
	})
}
