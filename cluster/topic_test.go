package cluster_test

import (
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/broadcast"
	"github.com/edo-go/edo/cluster"
)

func TestAValueOfATopicReachesEverySubscriber(t *testing.T) {
	folder := t.TempDir()
	run(t, func(task *edo.Task) error {
		b := &cluster.Broker{Listen: "127.0.0.1:0"}
		one, err := b.Open(task, folder)
		if err != nil {
			return err
		}
		defer one.Drop()
		other, err := b.Open(task, folder)
		if err != nil {
			return err
		}
		defer other.Drop()
		var subs []*cluster.Subscription[string]
		var topics []*cluster.Topic[string]
		for _, conn := range []*cluster.Conn{one, other, other} {
			topic, err := cluster.NewTopic[string](conn, "news", nil)
			if err != nil {
				return err
			}
			sub, err := topic.Subscribe(task, 8)
			if err != nil {
				return err
			}
			defer sub.Drop()
			topics, subs = append(topics, topic), append(subs, sub)
		}
		for i := range 3 {
			if err := topics[i%2].Publish(fmt.Sprint("news ", i)); err != nil {
				return err
			}
			for n, sub := range subs { // each waits, so that the order over two connections is one
				if v, err := sub.Recv(task); v != fmt.Sprint("news ", i) || err != nil {
					t.Errorf("the subscriber %d has %q, %v", n, v, err)
				}
			}
		}
		subs[2].Drop()
		if _, err := subs[2].Recv(task); !errors.Is(err, edo.ErrClosed) {
			t.Errorf("a dropped subscription is %v", err)
		}
		waits := edo.Spawn(task, subs[1].RecvFuture())
		if err := untilReported(task, "waits for cluster: a value of the topic news"); err != nil {
			return err
		}
		if err := other.Close(task); err != nil {
			return err
		}
		if _, err := waits.Await(task); !errors.Is(err, edo.ErrClosed) {
			t.Errorf("after Close it is %v", err)
		}
		if err := topics[1].Publish(""); !errors.Is(err, cluster.ErrClosed) {
			t.Errorf("Publish after Close is %v", err)
		}
		if _, err := topics[1].Subscribe(task, 1); !errors.Is(err, cluster.ErrClosed) {
			t.Errorf("Subscribe after Close is %v", err)
		}
		return nil
	})
}

// counting is a codec that counts the values that have come.
type counting struct {
	cluster.Codec
	come atomic.Int32
}

func (c *counting) Unmarshal(data []byte, v any) error {
	defer c.come.Add(1)
	return c.Codec.Unmarshal(data, v)
}

func TestASlowSubscriberLearnsHowManyValuesItMissed(t *testing.T) {
	with(t, func(task *edo.Task, conn *cluster.Conn) error {
		topic, err := cluster.NewTopic[int](conn, "numbers", nil)
		if err != nil {
			return err
		}
		codec := &counting{Codec: cluster.JSON}
		same, err := cluster.NewTopic[int](conn, "numbers", codec)
		if err != nil {
			return err
		}
		slow, err := same.Subscribe(task, 4)
		if err != nil {
			return err
		}
		defer slow.Drop()
		fast, err := topic.Subscribe(task, 256)
		if err != nil {
			return err
		}
		defer fast.Drop()
		const n = 100
		for i := range n {
			if err := topic.Publish(i); err != nil {
				return err
			}
		}
		for i := range n {
			if v, err := fast.Recv(task); v != i || err != nil {
				t.Errorf("the fast one has %d, %v, want %d", v, err, i)
			}
		}
		// Each subscription has a goroutine of its own.
		if err := until(task, func() bool { return codec.come.Load() == n }); err != nil {
			return err
		}
		seen, missed := 0, 0
		for seen+missed < n {
			_, err := slow.Recv(task)
			if lag, ok := errors.AsType[*broadcast.LaggedError](err); ok {
				missed += int(lag.Missed)
				continue
			}
			if err != nil {
				return err
			}
			seen++
		}
		if missed == 0 || seen < 4 {
			t.Errorf("the slow one has seen %d and missed %d", seen, missed)
		}
		return nil
	})
}

func TestAValueOfAnotherTypeIsAnErrorAndTheSubscriptionGoesOn(t *testing.T) {
	with(t, func(task *edo.Task, conn *cluster.Conn) error {
		text, err := cluster.NewTopic[string](conn, "mixed", nil)
		if err != nil {
			return err
		}
		numbers, err := cluster.NewTopic[int](conn, "mixed", nil)
		if err != nil {
			return err
		}
		sub, err := numbers.Subscribe(task, 8)
		if err != nil {
			return err
		}
		defer sub.Drop()
		if err := errors.Join(text.Publish("one"), numbers.Publish(2)); err != nil {
			return err
		}
		if _, err := sub.Recv(task); err == nil || !strings.Contains(err.Error(), "the topic mixed: a value cannot be decoded") {
			t.Errorf("it is %v", err)
		}
		if v, err := sub.Recv(task); v != 2 || err != nil {
			t.Errorf("the next is %d, %v", v, err)
		}
		if _, err := numbers.Subscribe(task, 0); err == nil {
			t.Error("the capacity 0 is none")
		}
		if _, err := cluster.NewTopic[int](conn, "a.b", nil); err == nil {
			t.Error("a name with a dot is none")
		}
		if err := text.Publish(strings.Repeat("a", 2<<20)); err == nil {
			t.Error("a value of 2 MiB was sent")
		}
		return nil
	})
}
